"""Write ``docs/model-file.schema.json``: what stands in the header of a model file, as a JSON schema.

The options come from ``config.py``, and what a record has from ``model_file/record.py``.
``tests/test_docs.py`` says that it is up to date, and that the golden files fit it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

sys.path.insert(0, str(Path(__file__).parent))
from written import write_or_check

from unrolled.config import ModelOptions
from unrolled.kernels.precision import PRECISIONS
from unrolled.model_file import record
from unrolled.text import UNITS
from unrolled.text.vocabulary import LABEL

TARGET = Path(__file__).parents[1] / "docs" / "model-file.schema.json"
Schema = dict[str, Any]
TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
BOUNDS = {"low": "minimum", "high": "maximum", "above": "exclusiveMinimum", "below": "exclusiveMaximum"}

TEXT = {"type": "string"}


def several(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def fields(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """Return the schema of an object with some known entries."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def said(schema: Schema, description: str) -> Schema:
    """Return a schema with what it is about."""
    return {**schema, "description": description}


def option(field: dataclasses.Field[Any], hint: Any) -> Schema:
    """Return the schema of an option."""
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    names = [TYPES[kind] for kind in kinds if kind in TYPES]
    optional = type(None) in kinds
    found: Schema = {"description": field.metadata["help"], "default": field.default}
    if "choices" in field.metadata:
        return {**found, "enum": [*field.metadata["choices"], *([None] if optional else [])]}
    names += ["null"] if optional else []
    bounds = {word: field.metadata[key] for key, word in BOUNDS.items() if key in field.metadata}
    return {**found, "type": names if len(names) > 1 else names[0], **bounds}


def config() -> Schema:
    """Return the schema of the options that describe a network."""
    hints = get_type_hints(ModelOptions)
    properties = {field.name: option(field, hints[field.name]) for field in dataclasses.fields(ModelOptions)}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def vocabulary() -> Schema:
    """Return the schema of a vocabulary."""
    known = fields(
        ("unit", "units"),
        unit={"enum": [*UNITS, LABEL]},
        units=said(several(TEXT), "in the order of their ids; id 0 is the boundary, id 1 the unknown unit"),
        unseen={"type": "number", "minimum": 0, "maximum": 1},
        form=said(
            fields(("normal", "spaces"), normal={"enum": ["", "NFC", "NFD"]}, spaces=TEXT),
            "the form of the text that was learnt: its Unicode normal form, if all of it is in one, and its spaces",
        ),
    )
    return {**known, "additionalProperties": False}


def schema() -> Schema:
    """Return the whole schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The header of a model file of unrolled",
        "description": "The strings under __metadata__ of a .safetensors file, "
        "with config, vocabularies and record parsed as JSON.",
        "type": "object",
        "properties": {
            "format": {"type": "string", "pattern": "^unrolled [1-9][0-9]*$"},
            "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "weights": {"enum": list(PRECISIONS)},
            "config": config(),
            "vocabularies": {"type": "object", "additionalProperties": vocabulary()},
            "record": record.schema(),
        },
        "required": ["format", "digest", "weights", "config", "vocabularies", "record"],
    }


def source() -> str:
    """Return the file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file, or only say whether it is up to date."""
    write_or_check(TARGET, source())


if __name__ == "__main__":
    main()
