"""Whether a value fits a JSON schema: the few keywords that ours has, and an error for any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

TYPES = {"string": str, "integer": int, "number": int | float, "boolean": bool, "object": dict, "array": list}
KNOWN = {
    "anyOf",
    "type",
    "enum",
    "pattern",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
}
BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
NOTES = {"$schema", "title", "description", "default"}


def is_of(value: Any, kind: str) -> bool:
    """Tell whether a value has a type of JSON."""
    if kind == "null":
        return value is None
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def faults(value: Any, schema: dict[str, Any], where: str = "") -> Iterator[str]:
    """Yield what of a value does not fit, with where it stands."""
    if unknown := set(schema) - KNOWN - BOUNDS - NOTES:
        raise ValueError(f"the schema says {unknown} at {where}, which this does not check")
    if "anyOf" in schema and all(list(faults(value, one, where)) for one in schema["anyOf"]):
        yield f"{where} is {value!r}"
    kinds = schema.get("type", [])
    if kinds and not any(is_of(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{where} is {value!r}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where} is {value!r}"
    if is_of(value, "number") and not within(value, schema):
        yield f"{where} is {value!r}"
    if isinstance(value, dict):
        yield from faults_of_object(value, schema, where)
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{where} has {len(value)} items"
        for number, item in enumerate(value):
            yield from faults(item, schema.get("items", {}), f"{where}[{number}]")


def within(value: float, schema: dict[str, Any]) -> bool:
    """Tell whether a number lies within its bounds; one that is not finite is what a run came to that diverged."""
    return not (
        value < schema.get("minimum", value)
        or value > schema.get("maximum", value)
        or ("exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"])
        or ("exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"])
    )


def faults_of_object(value: dict[str, Any], schema: dict[str, Any], where: str) -> Iterator[str]:
    """Yield what of an object's entries does not fit."""
    yield from (f"{where} has no {name}" for name in schema.get("required", ()) if name not in value)
    others = schema.get("additionalProperties", {})
    for name, item in value.items():
        inner = schema.get("properties", {}).get(name, others)
        if inner is False:
            yield f"{where} has {name}"
        else:
            yield from faults(item, inner, f"{where}.{name}")
