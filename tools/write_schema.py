"""Write ``docs/model-file.schema.json``: what stands in the header of a model file, as a JSON schema.

The options come from ``config.py``; what a record has is told here, under the names of ``model_file/record.py``.
``tests/test_docs.py`` says that it is up to date, and that the golden files fit it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

from unrolled.config import ModelOptions
from unrolled.kernels.precision import PRECISIONS
from unrolled.text import UNITS
from unrolled.text.vocabulary import LABEL

TARGET = Path(__file__).parents[1] / "docs" / "model-file.schema.json"
Schema = dict[str, Any]
TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
BOUNDS = {"low": "minimum", "high": "maximum", "above": "exclusiveMinimum", "below": "exclusiveMaximum"}

TEXT, NUMBER, OBJECT = {"type": "string"}, {"type": "number"}, {"type": "object"}
WHOLE = {"type": "integer", "minimum": 0}
MAYBE = {"type": ["number", "null"]}


def several(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def each(values: Schema, null: bool = False) -> Schema:
    """Return the schema of an object whose values are alike; with ``null``, it may be missing in words."""
    return {"type": ["object", "null"] if null else "object", "additionalProperties": values}


def pair(items: Schema) -> Schema:
    """Return the schema of a list of two."""
    return {**several(items), "minItems": 2, "maxItems": 2}


def fields(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """Return the schema of an object with some known entries."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def said(schema: Schema, description: str) -> Schema:
    """Return a schema with what it is about."""
    return {**schema, "description": description}


POINT = ("step", "seconds", "train", "valid")
RECORD: dict[str, Schema] = {
    "advice": said(TEXT, "what was said of the text before training"),
    "best": said(each(MAYBE, null=True), "figures of the best network on the held-out part"),
    "chain": said(MAYBE, "bits per character that a Markov chain needs"),
    "continued": fields(**{"from": TEXT}, added=several(TEXT), before=each(MAYBE), after=each(MAYBE)),
    "corpus": fields(
        names=several(TEXT),
        documents=WHOLE,
        characters=WHOLE,
        cutter=WHOLE,
        digest=said(TEXT, "SHA-256 of the text as it was read"),
        labels=several(TEXT),
        read=OBJECT,
        encodings=several(TEXT),
        newlines=several(TEXT),
        vision=TEXT,
    ),
    "curve": said(
        several(fields(POINT, step=WHOLE, seconds=NUMBER, train=NUMBER, valid=NUMBER)),
        "the learning curve: points whose steps rise",
    ),
    "device": TEXT,
    "ended_by": said(TEXT, "minutes, passes, patience, steps, epochs, signal or divergence"),
    "forecast": each(NUMBER, null=True),
    "from": said(TEXT, "where a model that was not trained here comes from"),
    "kernels": TEXT,
    "options": said(OBJECT, "all options of the training"),
    "plans": said(several(pair(WHOLE)), "steps at which the number of steps was planned, and the plan"),
    "quantized": said(OBJECT, "what narrow weights cost on a text"),
    "recipe": said(TEXT, "what was chosen, and why"),
    "sample": said(TEXT, "what the model makes"),
    "scored": said(WHOLE, "units of the held-out part that were scored"),
    "seconds": NUMBER,
    "shown": said(several(pair(TEXT)), "held-out sources with what was wanted"),
    "split": said(each(WHOLE), "units or rows of each part"),
    "steps": WHOLE,
    "stopped": said(TEXT, "why the training ended, in words"),
    "test": each(MAYBE, null=False),
    "test_bits_per_char": MAYBE,
    "test_bits_per_label": MAYBE,
    "versions": each(TEXT),
    "warnings": several(TEXT),
}
"""The known entries of a record; others are kept as they are."""


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
            "record": {"type": "object", "properties": RECORD},
        },
        "required": ["format", "digest", "weights", "config", "vocabularies", "record"],
    }


def source() -> str:
    """Return the file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file, or only say whether it is up to date."""
    if sys.argv[1:] != ["--check"]:
        TARGET.write_text(source(), encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != source():
        sys.exit(f"{TARGET} is not up to date: run tools/write_schema.py")


if __name__ == "__main__":
    main()
