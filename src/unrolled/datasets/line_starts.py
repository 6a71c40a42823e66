"""Beginnings of lines: what a model is given to go on from, where nobody says anything else."""

from __future__ import annotations

from unicodedata import category

import numpy as np

from ..text.grapheme import clusters
from ..text.vocabulary import BOUNDARY
from .text import TextDataset

MIN_CHARACTERS, MAX_CHARACTERS = 12, 24
"""Characters of a line that is chosen, and of its beginning."""
LOOKED_AT = 4000  # units of what is held out
UNREADABLE = "\ufffd"  # in place of what the vocabulary lacks


def first_words(text: str) -> str:
    """Return the beginning of a line of a text, in whole words where there are any.

    The first line may be cut in two.
    """
    lines = lines_of(text)
    return beginning(next((line for line in lines[1:] if tells(line)), lines[0] if lines else ""))


def held_out_beginnings(split: TextDataset, count: int) -> tuple[tuple[str, str], ...]:
    """Return the beginnings of some held-out lines, each with the rest of its line; none where nothing is held out."""
    ids = np.asarray(split.valid[:LOOKED_AT])
    documents = [split.vocabulary.decode(part.tolist()) for part in np.split(ids, np.flatnonzero(ids == BOUNDARY)[1:])]
    lines = [line for text in documents for line in lines_of(text)]
    good = [line for line in lines[1:] if tells(line)]  # the first may be cut in two
    chosen = dict.fromkeys((good or sorted(lines, key=len)[-1:])[:: max(1, len(good) // count)])
    return tuple((begin := beginning(line), line[len(begin) :]) for line in list(chosen)[:count])


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that are not blank, without the space around them."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def tells(line: str) -> bool:
    """Tell whether a line is long enough to begin with, and more than a rule or a row of numbers."""
    start = line[:MAX_CHARACTERS]
    letters = sum(category(each)[0] in "LM" for each in start)
    return len(line) >= MIN_CHARACTERS and 2 * letters > len(start) and UNREADABLE not in start


def beginning(line: str) -> str:
    """Return the beginning of a line, in whole words where there are any."""
    start = "".join(clusters(line[: 4 * MAX_CHARACTERS])[:MAX_CHARACTERS])
    return start.rsplit(" ", 1)[0] + " " if " " in start else start
