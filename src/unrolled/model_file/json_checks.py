"""Checks of what JSON of unknown origin holds: each tells whether a value passes, and says so as a JSON schema."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MAX_NUMBER = 1e15
"""Of the size of a number: beyond, floating-point numbers no longer count in ones."""


@dataclass(frozen=True)
class Check:
    """Tells of a value whether it ``passes``; ``schema`` says what does (https://json-schema.org, 2020-12)."""

    passes: Callable[[Any], bool]
    schema: Mapping[str, Any]

    def __call__(self, value: Any) -> bool:
        return self.passes(value)


def maybe(check: Check) -> Check:
    """Return the check that also lets null pass."""
    return Check(lambda value: value is None or check(value), {"anyOf": [{"type": "null"}, check.schema]})


def several(check: Check) -> Check:
    """Return the check of a list, every item of which passes."""
    return Check(
        lambda value: isinstance(value, list) and all(map(check, value)), {"type": "array", "items": check.schema}
    )


def each(check: Check) -> Check:
    """Return the check of an object, every value of which passes."""
    return Check(
        lambda value: isinstance(value, dict) and all(map(check, value.values())),
        {"type": "object", "additionalProperties": check.schema},
    )


def pair(check: Check) -> Check:
    """Return the check of a list of two."""
    return Check(
        lambda value: isinstance(value, list) and len(value) == 2 and all(map(check, value)),
        {"type": "array", "items": check.schema, "minItems": 2, "maxItems": 2},
    )


def fields(**checks: Check) -> Check:
    """Return the check of an object whose entries pass, as far as they are there and known."""
    return Check(
        lambda value: isinstance(value, dict) and not wrong(value, checks),
        {"type": "object", "properties": {name: check.schema for name, check in checks.items()}},
    )


def wrong(value: Mapping[str, Any], checks: Mapping[str, Check]) -> str | None:
    """Return the name of the first entry that does not pass."""
    return next((name for name, check in checks.items() if name in value and not check(value[name])), None)


def is_whole(value: Any) -> bool:
    """Tell whether a value is a whole number from 0 on."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER


def is_number(value: Any) -> bool:
    """Tell whether a value is a number; what a run that diverged came to may be none that is finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MAX_NUMBER or (isinstance(value, float) and not math.isfinite(value))


text = Check(lambda value: isinstance(value, str), {"type": "string"})
flag = Check(lambda value: isinstance(value, bool), {"type": "boolean"})
mapping = Check(lambda value: isinstance(value, dict), {"type": "object"})
whole = Check(is_whole, {"type": "integer", "minimum": 0, "maximum": int(MAX_NUMBER)})
number = Check(is_number, {"type": "number"})

POINT = fields(step=whole, seconds=number, train=number, valid=number)
NAMES = ("step", "seconds", "train", "valid")


def is_curve(value: Any) -> bool:
    """Tell whether a value is a learning curve: points with all of their entries, whose steps rise."""
    if not several(POINT)(value) or not all(set(NAMES) <= set(point) for point in value):
        return False
    return all(before["step"] < after["step"] for before, after in pairwise(value))


curve = Check(is_curve, {"type": "array", "items": {**POINT.schema, "required": list(NAMES)}})
