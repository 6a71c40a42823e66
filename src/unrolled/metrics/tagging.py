"""Tags of tokens: the baseline that knows each word's most frequent tag, and the F1 of entities that span tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CHUNK = re.compile(r"[BIESLU]-.+")
"""A tag that tells of a span of tokens: where in it a token stands, and its kind (Ramshaw and Marcus 1995)."""
OUTSIDE = "O"
"""The tag of a token in no span."""
Tags = Sequence[str]


@dataclass(frozen=True)
class MostFrequentTag:
    """The baseline of every tagger: a word's most frequent tag where it was learnt, or the most frequent of all."""

    of_word: dict[str, str]
    otherwise: str

    @classmethod
    def fit(cls, sentences: Iterable[tuple[Sequence[str], Tags]]) -> MostFrequentTag:
        """Learn from tokens and their tags; of tags that are equally frequent, the first in the alphabet is taken."""
        counts: dict[str, Counter[str]] = {}
        for tokens, tags in sentences:
            for token, tag in zip(tokens, tags, strict=True):
                counts.setdefault(token, Counter())[tag] += 1
        every = sum(counts.values(), Counter[str]())
        return cls({token: most_frequent(each) for token, each in counts.items()}, most_frequent(every))

    def tag(self, tokens: Iterable[str]) -> list[str]:
        """Return the tag of each token."""
        return [self.of_word.get(token, self.otherwise) for token in tokens]


def most_frequent(counts: Counter[str]) -> str:
    """Return what was counted most often, among equals the first in the alphabet."""
    return min(counts, key=lambda each: (-counts[each], each))


def are_chunks(tags: Iterable[str]) -> bool:
    """Tell whether tags tell of spans: each is outside of all or one of IOB, IOE or IOBES, and not all are outside."""
    inside = set(tags) - {OUTSIDE}
    return bool(inside) and all(map(CHUNK.fullmatch, inside))


def chunks(tags: Tags) -> set[tuple[int, int, str]]:
    """Return where spans begin and end (the first token and the one behind the last), and their kinds.

    The rule is that of ``conlleval`` (Sang and Buchholz 2000): a span ends before a tag of another kind, before B or S
    (U), and after E (L) or S; whatever tag of a kind then comes begins one, so that IOB1 and IOB2 are read alike.
    """
    found, start, before = set(), 0, OUTSIDE
    for index, tag in enumerate([*tags, OUTSIDE]):
        inside = before != OUTSIDE
        ends = inside and (kind(tag) != kind(before) or tag[:1] in "BSU" or before[:1] in "ESLU")
        if ends:
            found.add((start, index, kind(before)))
        if tag != OUTSIDE and (ends or not inside):
            start = index
        before = tag
    return found


def kind(tag: str) -> str:
    """Return the kind of a span that a tag tells of."""
    return tag.partition("-")[2]


def chunk_f1(wanted: Sequence[Tags], got: Sequence[Tags]) -> float:
    """Return the F1 of spans: those with the same tokens and the same kind are right; 1 where there are none at all."""
    pairs = [(chunks(one), chunks(other)) for one, other in zip(wanted, got, strict=True)]
    right = sum(len(one & other) for one, other in pairs)
    every = sum(len(one) + len(other) for one, other in pairs)
    return 2 * right / every if every else 1.0
