"""Every variant of the kernels that this processor can run."""

import pytest

from unrolled import kernels
from unrolled.kernels.library import Library, variants

NAMES = sorted(variants())


@pytest.fixture(params=NAMES or [pytest.param("none", marks=pytest.mark.skip(reason="the kernels are not built"))])
def library(request: pytest.FixtureRequest) -> Library:
    found = kernels.load(request.param)
    assert found is not None
    return found
