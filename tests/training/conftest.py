"""What the tests of training share."""

import json
from typing import Any

import numpy as np
import pytest

import unrolled

SMALL = {"hidden_size": 16, "batch_size": 4, "sequence_length": 16, "threads": 1}


@pytest.fixture(scope="session")
def small() -> dict[str, Any]:
    """Options of a network that trains in a blink."""
    return SMALL


@pytest.fixture(scope="session")
def outcome():
    """All that a run found out, as one value to compare: the curve without seconds, and every bit of the weights."""

    def of(model: unrolled.Model) -> tuple[str, dict[str, bytes]]:
        curve = [{k: v for k, v in point.items() if k != "seconds"} for point in model.record["curve"]]
        tested = [each for name, each in model.record.items() if name.startswith("test")]
        record = [model.record["steps"], model.record["best"], tested, curve]
        return json.dumps(record), {k: np.asarray(v).tobytes() for k, v in model.bundle.tensors.items()}

    return of
