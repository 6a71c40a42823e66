"""The record of a model: where it comes from, how it was trained and how well it does.

It is read by many: by ``info``, pages, training that goes on, comparisons. A file may bring any record, so that every
known entry is checked on the way in; others are kept as they are, so that newer files open in older programs.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..untrusted import parse_json
from .json_checks import Check, curve, each, fields, mapping, maybe, number, pair, several, text, whole, wrong

VERSION = 1
"""Of the entries and their meaning; records that name none are of the first."""
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
START = fields(chosen=text, why=text, bits_per_char=each(number))
FIGURES = each(maybe(number))


def entry(absent: Callable[[], Any], check: Check, help: str) -> Any:
    """Declare an entry: what reading it gives where it is not there, what it must be, and what it says."""
    return dataclasses.field(metadata={"absent": absent, "check": check, "help": help})


def nothing() -> None:
    """Return None, which an entry is that is not there, or that is null."""


@dataclass(init=False, frozen=True, eq=False, repr=False)
class Record(Mapping[str, Any]):
    """A record as a mapping of its entries, the known ones also as attributes.

    The mapping has the entries that are there, known or not, as JSON has them. An attribute can always be read: that of
    an entry that is not there is empty (None, 0, "", [] or {}, by its type). ``record | entries`` is another record.
    """

    entries: Mapping[str, Any]
    version: int = entry(int, whole, "the version of these entries; a record without it is of version 1")
    corpus: Mapping[str, Any] = entry(dict, CORPUS, "what it learnt from: the names of at most 20 files, sizes, digest")
    split: Mapping[str, int] = entry(dict, each(whole), "units of a text, or rows, in the parts train, valid and test")
    options: Mapping[str, Any] = entry(dict, mapping, "all options of learning, with what the recipe chose")
    advice: str = entry(str, text, "what was said about the text before the first step")
    recipe: str = entry(str, text, "the sizes that were chosen, and why")
    forecast: Mapping[str, float] | None = entry(
        nothing, maybe(each(number)), "bits per character that were expected, at least and at most; null: no forecast"
    )
    chain: float | None = entry(
        nothing, maybe(number), "bits per character that a Markov chain needs for the held-out text"
    )
    plans: Sequence[Sequence[int]] = entry(
        list, several(pair(whole)), "the plans, each [step, steps]: from that step on, so many steps in all"
    )
    steps: int = entry(int, whole, "steps that were made")
    seconds: float = entry(float, number, "seconds from the first step to the end of all scoring")
    curve: Sequence[Mapping[str, float]] = entry(
        list, curve, "the validations: step, seconds, and bits of training (train) and held-out (valid) text"
    )
    scored: int = entry(int, whole, "units of the held-out part that were validated on, where those were not all")
    shown: Sequence[Sequence[str]] = entry(
        list, several(pair(text)), "a few held-out rows, each [source, target], or the two parts of a line"
    )
    versions: Mapping[str, str] = entry(dict, each(text), "the versions of the packages that trained it")
    stopped: str = entry(str, text, 'how the run ended: finished, early, diverged or "signal N"; or trained elsewhere')
    ended_by: str = entry(
        str, text, "what ended the run: minutes, passes, steps, epochs, patience, divergence or signal"
    )
    best: Mapping[str, Any] | None = entry(
        nothing, maybe(FIGURES), "the best validation: its step and its figures; null: nothing was held out"
    )
    kernels: str = entry(str, text, "the kernels that computed, or why there were none")
    device: str = entry(str, text, "where it was trained, as PyTorch names it")
    test: Mapping[str, float | None] = entry(dict, FIGURES, "a classifier's figures on the test part")
    test_bits_per_char: float | None = entry(nothing, maybe(number), "bits per character of the test part, if any")
    test_bits_per_label: float | None = entry(nothing, maybe(number), "bits per label of the test part, if any")
    start: Mapping[str, Any] = entry(
        dict, START, "what it began with where that was chosen: which, why, and the bits per character of both"
    )
    continued: Mapping[str, Any] = entry(
        dict, CONTINUED, "the model that it went on from, new units, and bits of both held-out texts before and after"
    )
    quantized: Mapping[str, Any] = entry(dict, mapping, "the precision of its weights, and figures before and after")
    sample: str = entry(str, text, "text that it wrote, or what it made of the shown rows, a line each")
    warnings: Sequence[str] = entry(list, several(text), "what is doubtful of the result, each in a sentence")
    from_: str = entry(str, text, "the folder of Hugging Face that it came out of")

    def __init__(self, entries: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        given = {"version": VERSION, **(entries or {}), **more}
        for name, field in ENTRIES.items():
            vars(self)[field.name] = given[name] if name in given else field.metadata["absent"]()
        vars(self)["entries"] = given

    def __getitem__(self, name: str) -> Any:
        return self.entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __or__(self, entries: Mapping[str, Any]) -> Record:
        return Record(self.entries, **entries)

    def __repr__(self) -> str:
        return f"Record({dict(self.entries)!r})"

    def to_json(self) -> str:
        """Return all entries as JSON."""
        return json.dumps(dict(self.entries))

    @classmethod
    def from_json(cls, raw: str) -> Record:
        """Return what ``to_json`` wrote, or another program; raises ``ValueError`` for what is no record."""
        return check_record(parse_json(raw))


ENTRIES = {field.name.rstrip("_"): field for field in dataclasses.fields(Record) if field.metadata}
"""The known entries of a record, by their names."""


def check_record(value: Any) -> Record:
    """Return a record as a file brings it; raises ``ValueError`` for what is none, and names the entry."""
    if not isinstance(value, dict):
        raise ValueError(f"its record is a {type(value).__name__}, and it must be an object")
    found = wrong(value, {name: field.metadata["check"] for name, field in ENTRIES.items()})
    if found:
        raise ValueError(f"the entry {found!r} of its record is {str(value[found])[:60]!r}, which it cannot be")
    return Record(value)


def schema() -> dict[str, Any]:
    """Return the JSON schema of a record; numbers may also be NaN, Infinity and -Infinity, as Python writes them."""
    return {
        "description": f"version {VERSION} of its entries; others are kept as they are",
        "type": "object",
        "properties": {
            name: {"description": field.metadata["help"], **field.metadata["check"].schema}
            for name, field in ENTRIES.items()
        },
    }
