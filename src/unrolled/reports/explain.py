"""The page that shows what a network expected at every place of a text, and what its neurons did: one file of HTML.

What changes with the text stands in it as JSON, its large arrays compressed; the template does the rest.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..escaping import escaped

PLACE = "{{told}}"
FINE = 512
"""Steps a nat: half a step is a thousandth of a probability."""
FULL = 31
"""An activation of 1 as a whole number: finer shades are not seen, and would be a third more of the page."""
MOST_BITS = 9999  # JSON knows no infinity


def page(title: str, explanation: Mapping[str, Any]) -> str:
    """Return the page of an explanation: ``explanation`` has the fields of ``analysis.explaining.Explanation``.

    All of the text is escaped to ASCII, so that none of it can end the script that it stands in.
    """
    fields = {name: plain(name, value) for name, value in explanation.items()}
    text = json.dumps({"title": escaped(title), "fine": FINE, "full": FULL, **fields})
    return template().replace(PLACE, text.replace("<", "\\u003c"))


def template() -> str:
    """Return the page without its text."""
    return files(__package__).joinpath("explain.html").read_text("utf-8")


def plain(name: str, value: Any) -> Any:
    """Return a field as JSON has it."""
    if name in ("logs", "rest"):
        return packed(np.clip(np.rint(value * -FINE), 0, 65535).astype("<u2"))
    if name == "activations":
        return None if value is None else packed(np.rint(np.clip(value, -1, 1).T * FULL).astype("i1"))
    if name == "candidates":
        return None if complete(value) else packed(value.astype("<u4"))
    if name == "bits":
        return [round(bits, 3) for bits in np.minimum(value, MOST_BITS).tolist()]
    return value.tolist() if isinstance(value, np.ndarray) else value


def complete(candidates: NDArray[np.int32]) -> bool:
    """Tell whether the candidates are the same everywhere: all units, in the order of their names."""
    return bool((candidates == np.arange(candidates.shape[1])).all())


def packed(array: NDArray[Any]) -> str:
    """Return an array's bytes, compressed, in letters.

    First the lowest byte of every number, since the highest are alike.
    """
    planes = np.ascontiguousarray(array).reshape(-1, 1).view(np.uint8).T
    return base64.b64encode(zlib.compress(planes.tobytes(), 9)).decode()
