"""What of some texts stands in another one, found with one suffix array over all of them.

Next to a suffix of a sample stand the suffixes of the text that begin most like it. Going through the sample, what is
alike shortens by at most one byte a step (Kasai et al. 2001), so the time is that of the lengths, whatever is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..arrays import ArrayK, NumbersK, NumbersN
from ..text.byte import as_bytes
from .suffix_array import END, Order, is_inside, suffix_array

SAMPLE_END = b"\xfe"  # ends a sample: unlike END, so that nothing is found across the ends of two
NOWHERE = -1


@dataclass(frozen=True)
class Location:
    """Where something stands in a text: the number of the document, its line from 1 on, its character from 0 on."""

    document: int
    line: int
    character: int


@dataclass(frozen=True)
class Span:
    """A piece of a sample that stands in the text and cannot be longer on either side."""

    sample: str = field(repr=False)
    number: int
    """Which of the samples."""
    start: int
    length: int
    place: Location
    """Where it stands in the text, or one of the places."""

    @property
    def text(self) -> str:
        """The copied characters."""
        return self.sample[self.start : self.start + self.length]


@dataclass(frozen=True)
class Match:
    """A span before its place is known: ``at`` is a byte of the text."""

    number: int
    start: int
    length: int
    at: int


def copied_spans(samples: Sequence[str], documents: Sequence[str]) -> list[Span]:
    """Return all spans of samples that stand in documents, in their order.

    They may overlap, none lies within another.
    """
    text = b"".join(as_bytes(document) + END for document in documents)
    matches = list(find_matches(samples, text))
    places = locate(text, [match.at for match in matches])
    return [Span(samples[match.number], match.number, match.start, match.length, places[match.at]) for match in matches]


def find_matches(samples: Sequence[str], text: bytes) -> Iterator[Match]:
    """Yield the spans of every sample."""
    encoded = [as_bytes(sample) + SAMPLE_END for sample in samples]
    joint = b"".join([text, *encoded])
    lengths, places = longest_matches(joint, len(text))
    begin = 0
    for number, raw in enumerate(encoded):
        part = slice(begin, begin + len(raw))
        yield from whole_characters(number, raw, lengths[part], places[part])
        begin += len(raw)


def longest_matches(joint: bytes, begin: int) -> tuple[NumbersN, NumbersN]:
    """For every byte from ``begin`` on: how many bytes from it on stand before ``begin``, and where."""
    above, below = neighbours(suffix_array(joint), begin)
    lengths = np.array([lengths_alike(joint, begin, each) for each in (above, below)], np.int64).reshape(2, -1)
    return lengths.max(0), np.where(lengths[0] >= lengths[1], above, below)


def neighbours(order: Order, begin: int) -> tuple[NumbersK, NumbersK]:
    """For every suffix from ``begin`` on, the nearest before ``begin`` above and below it in a suffix array."""
    ranks = np.flatnonzero(order >= begin)
    first = np.diff(ranks, prepend=-2) != 1  # of those that stand together, and so have the same neighbours
    last = np.append(first[1:], True)[: len(ranks)]
    run = np.cumsum(first) - 1
    found = np.empty((2, len(ranks)), np.int64)
    found[:, order[ranks] - begin] = taken(order, ranks[first] - 1)[run], taken(order, ranks[last] + 1)[run]
    return found[0], found[1]


def taken(order: Order, ranks: NumbersK) -> ArrayK:
    """Return the suffixes of some ranks; ``NOWHERE`` for a rank that there is not."""
    inside = (ranks >= 0) & (ranks < len(order))
    return np.where(inside, order[np.clip(ranks, 0, len(order) - 1)], NOWHERE)


def lengths_alike(joint: bytes, begin: int, others: NumbersN) -> list[int]:
    """Return how many bytes are alike from each byte after ``begin`` and from another place on.

    No end is run over: the bytes that end a sample and a document differ.
    """
    lengths, length = [], 0
    for place, other in enumerate(others.tolist(), begin):
        length = max(0, length - 1) if other != NOWHERE else 0
        while other != NOWHERE and joint[place + length] == joint[other + length]:
            length += 1
        lengths.append(length)
    return lengths


def whole_characters(number: int, raw: bytes, lengths: NumbersN, places: NumbersN) -> Iterator[Match]:
    """Yield the spans of one sample, in whole characters: those that reach further than all that begin before them."""
    begins = np.array([place for place, byte in enumerate(raw) if not is_inside(byte)])
    reached = np.searchsorted(begins, begins + lengths[begins], "right") - 1  # where the first half of one is left out
    further = np.diff(reached, prepend=0) > 0
    for start in np.flatnonzero(further & (reached > np.arange(len(begins)))).tolist():
        yield Match(number, start, int(reached[start]) - start, int(places[begins[start]]))


def locate(text: bytes, at: Sequence[int]) -> dict[int, Location]:
    """Return the places of bytes of a text, in one walk through it."""
    places, begin = {}, 0
    document = line = character = 0
    for end in sorted(set(at)):
        piece = text[begin:end]
        if END in piece:
            document, line, character = document + piece.count(END), 0, 0
            piece = piece[piece.rindex(END) + 1 :]
        line, character = line + piece.count(b"\n"), character + len(piece.decode("utf-8", "surrogatepass"))
        places[end], begin = Location(document, line + 1, character), end
    return places
