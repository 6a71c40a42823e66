"""Which unit suits a text: by its script and its size.

What was measured is told in ``docs/units.md``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from importlib.util import find_spec

import regex

from ..config import ModelOptions
from ..errors import OptionError
from ..options import flag
from ..text import UNITS

LOOKED_AT = 300_000  # characters
LONG = 3_000_000  # characters: of so many, minutes do not read enough one by one
SPACED = 0.05  # share of spaces where a script puts them between words: there a token has several characters
LETTER = regex.compile(r"\p{L}|\p{M}")
BURMESE = regex.compile(r"[\p{Script=Myanmar}]")
CLUSTERED = regex.compile(
    r"[\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}"
    r"\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Oriya}\p{Script=Sinhala}\p{Script=Thai}\p{Script=Lao}"
    r"\p{Script=Khmer}\p{Script=Tibetan}]"
)


def choose_unit(documents: Sequence[str], size: int = 0) -> tuple[str, str]:
    """Return the unit for a text of so many characters, and why.

    Of a text that is read block by block the ``documents`` are the beginning, and no size is given: its tokens would
    take minutes to learn.
    """
    text = "".join(document[:LOOKED_AT] for document in documents[:1000])[:LOOKED_AT]
    letters = len(LETTER.findall(text))
    if 2 * len(BURMESE.findall(text)) > letters:
        return "syllable", "the text is Burmese, whose syllables show in its spelling"
    if 2 * len(CLUSTERED.findall(text)) > letters:
        return "grapheme", "the script writes one letter with several characters"
    if size >= LONG and text.count(" ") >= SPACED * len(text) and find_spec("tokenizers"):
        return "bpe", "so long a text is read several times sooner by tokens than by characters"
    return "char", "the script writes a letter with a character"


def with_unit(model: ModelOptions, unit: str, why: str) -> tuple[ModelOptions, str]:
    """Return the options with a unit, where the user chose none, and why it is this one."""
    model, why = (dataclasses.replace(model, unit=unit), why) if model.unit == "auto" else (model, "as you chose")
    for name in ("vocabulary_size", "min_count"):
        if not UNITS[model.unit].several and getattr(model, name) != getattr(ModelOptions(), name):
            raise OptionError(f"I got {flag(name)} and the unit {model.unit}, of which all are known; leave it out")
    return model, why
