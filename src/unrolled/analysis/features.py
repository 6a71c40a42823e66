"""What can be measured at every character of a text, and which neurons track it.

A value is that after the character was read, as an activation is: an opening quote is already inside, a closing one is
outside again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

import numpy as np

from ..arrays import DoublesFN, DoublesTF, DoublesTN, FloatsTN

CLOSING = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«", "‹": "›", "‘": "’", "「": "」", "『": "』"}
"""What ends a quotation, by what begins it. The straight single quote is too often an apostrophe."""
QUOTES = frozenset("".join([*CLOSING, *CLOSING.values()]))
BEST = 5
"""Neurons named for each feature."""


def inside_quotes(text: str) -> Iterator[float]:
    """1 within a quotation. It also ends at a blank line: a mark that was forgotten must not turn all around."""
    closing = ""
    for position, character in enumerate(text):
        if text.startswith("\n\n", position):
            closing = ""
        elif not closing:
            closing = CLOSING.get(character, "")
        elif character in closing and not is_apostrophe(text, position):
            closing = ""
        yield float(bool(closing))


def is_apostrophe(text: str, position: int) -> bool:
    """Tell whether a closing single quote stands within a word."""
    return text[position] == "’" and text[position + 1 : position + 2].isalpha()


def inside_brackets(text: str) -> Iterator[float]:
    """1 within brackets of any kind."""
    depth = 0
    for character in text:
        kind = "" if character in QUOTES else unicodedata.category(character)
        depth = max(0, depth + (kind == "Ps") - (kind == "Pe"))
        yield float(depth > 0)


def position_in_line(text: str) -> Iterator[float]:
    """Return the characters since the last newline."""
    return counted(text, lambda character: character != "\n")


def position_in_word(text: str) -> Iterator[float]:
    """Letters, marks and digits since the last of anything else."""
    return counted(text, lambda character: unicodedata.category(character)[0] in "LMN")


def counted(text: str, goes_on: Callable[[str], bool]) -> Iterator[float]:
    """Yield how many characters in a row go on."""
    count = 0
    for character in text:
        count = count + 1 if goes_on(character) else 0
        yield float(count)


def upper_case(text: str) -> Iterator[float]:
    """1 at a capital."""
    return (float(character.isupper()) for character in text)


def digit(text: str) -> Iterator[float]:
    """1 at a digit of any script."""
    return (float(unicodedata.category(character) == "Nd") for character in text)


def punctuation(text: str) -> Iterator[float]:
    """1 at a punctuation mark."""
    return (float(unicodedata.category(character)[0] == "P") for character in text)


FEATURES: dict[str, Callable[[str], Iterator[float]]] = {
    "inside quotes": inside_quotes,
    "inside brackets": inside_brackets,
    "position in line": position_in_line,
    "position in word": position_in_word,
    "upper case": upper_case,
    "digit": digit,
    "punctuation": punctuation,
}


def features(text: str) -> DoublesTF:
    """Return all features at each of the T characters of a text."""
    return np.array([list(measure(text)) for measure in FEATURES.values()], np.float64).T


def correlations(values: DoublesTF, activations: FloatsTN) -> DoublesFN:
    """Return Pearson's r of every feature with every neuron; 0 where one of the two is constant."""
    correlated: DoublesFN = standardised(values).T @ standardised(activations.astype(np.float64))
    return correlated


def standardised(values: DoublesTN) -> DoublesTN:
    """Return each column with the mean 0 and the length 1; one that is constant but for rounding becomes 0."""
    centred = values - values.mean(0)
    lengths = np.sqrt((centred**2).sum(0))
    constant = lengths <= 1e-6 * np.sqrt(len(values))
    return np.where(constant, 0.0, centred / np.where(constant, 1.0, lengths))


def rank(values: DoublesTF, activations: FloatsTN) -> tuple[tuple[str, tuple[tuple[int, float], ...]], ...]:
    """Return features with their best neurons and these' r, the best tracked first; constant features are left out."""
    found = []
    for name, own, column in zip(FEATURES, correlations(values, activations), values.T, strict=True):
        if np.ptp(column) > 0:
            best = np.argsort(-abs(own), kind="stable")[:BEST]
            found.append((name, tuple((int(neuron), float(own[neuron])) for neuron in best)))
    return tuple(sorted(found, key=lambda each: -abs(each[1][0][1])))
