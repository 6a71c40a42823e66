"""The record of a model: what may stand in it, checked where a file brings one.

Where a model comes from and how well it does is read by many: by ``info``, pages, training that goes on, comparisons.
An entry that is known has its type here; others are kept as they are, so that newer files open in older programs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

Check = Callable[[Any], bool]
"""Tells whether a value is of a type."""
MOST = 1e15
"""Of the size of a number: beyond, floating-point numbers no longer count in ones."""


def text(value: Any) -> bool:
    """Tell whether a value is a string."""
    return isinstance(value, str)


def whole(value: Any) -> bool:
    """Tell whether a value is a whole number from 0 on."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


def number(value: Any) -> bool:
    """Tell whether a value is a number; what a run that diverged came to may be none that is finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MOST or (isinstance(value, float) and not math.isfinite(value))


def mapping(value: Any) -> bool:
    """Tell whether a value is an object of JSON."""
    return isinstance(value, dict)


def maybe(check: Check) -> Check:
    """Return the check that also lets null pass."""
    return lambda value: value is None or check(value)


def several(check: Check) -> Check:
    """Return the check of a list, every item of which passes."""
    return lambda value: isinstance(value, list) and all(map(check, value))


def each(check: Check) -> Check:
    """Return the check of an object, every value of which passes."""
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def pair(check: Check) -> Check:
    """Return the check of a list of two."""
    return lambda value: isinstance(value, list) and len(value) == 2 and all(map(check, value))


def fields(**checks: Check) -> Check:
    """Return the check of an object whose entries pass, as far as they are there and known."""
    return lambda value: isinstance(value, dict) and not wrong(value, checks)


def wrong(value: dict[str, Any], checks: dict[str, Check]) -> str | None:
    """Return the name of the first entry that does not pass."""
    return next((name for name, check in checks.items() if name in value and not check(value[name])), None)


def curve(value: Any) -> bool:
    """Tell whether a value is a learning curve: points whose steps rise."""
    points = several(fields(step=whole, seconds=number, train=number, valid=number))
    names = {"step", "seconds", "train", "valid"}
    if not points(value) or not all(names <= set(point) for point in value):
        return False
    steps = [point["step"] for point in value]
    return all(before < after for before, after in pairwise(steps))


CORPUS = fields(
    names=several(text),
    documents=whole,
    characters=whole,
    cutter=whole,
    digest=text,
    labels=several(text),
    read=mapping,
    encodings=several(text),
    newlines=several(text),
    vision=text,
)
CONTINUED = fields(**{"from": text}, added=several(text), before=each(maybe(number)), after=each(maybe(number)))
ENTRIES: dict[str, Check] = {
    "advice": text,
    "best": maybe(each(maybe(number))),
    "chain": maybe(number),
    "continued": CONTINUED,
    "corpus": CORPUS,
    "curve": curve,
    "device": text,
    "ended_by": text,
    "forecast": maybe(each(number)),
    "from": text,
    "kernels": text,
    "options": mapping,
    "plans": several(pair(whole)),
    "quantized": mapping,
    "recipe": text,
    "sample": text,
    "scored": whole,
    "seconds": number,
    "shown": several(pair(text)),
    "split": each(whole),
    "steps": whole,
    "stopped": text,
    "test": each(maybe(number)),
    "test_bits_per_char": maybe(number),
    "test_bits_per_label": maybe(number),
    "versions": each(text),
    "warnings": several(text),
}
"""The known entries of a record, and what each of them must be."""


def check_record(value: Any) -> dict[str, Any]:
    """Return a record as a file brings it; raises ``ValueError`` for what is none, and names the entry."""
    if not isinstance(value, dict):
        raise ValueError(f"its record is a {type(value).__name__}, and it must be an object")
    found = wrong(value, ENTRIES)
    if found:
        raise ValueError(f"the entry {found!r} of its record is {str(value[found])[:60]!r}, which it cannot be")
    return value
