"""Novelty: how much of what a model wrote is its own, and how much stands in the text that it learnt.

Every figure is also taken of real text: the last tenth of the text against what stands before it. Real writers repeat
themselves and others, too; a sample that copies no more than they do is no parrot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise
from typing import Any

from ..datasets.holdout import FEWEST, Place, between, place_of, share_of
from ..datasets.text import documents_of
from ..errors import InputError
from ..formats.corpus import Corpus
from ..sharing import cached_property
from ..text.base import CHUNK
from ..text.forms import Form
from ..text.grapheme import compiled
from .copied_spans import Span, copied_spans
from .scoring import SPACELESS

HELD_OUT = 0.1
MOST_SHOWN = 5
LETTER = r"[\p{L}\p{M}\u200c\u200d]"  # marks, and the joiners of Persian and Hindi, stand within words
WORD = rf"\p{{L}}{LETTER}*(?:['’]{LETTER}+)*"


@dataclass(frozen=True)
class Novelty:
    """What of some samples stands in a text. Lengths are in characters (code points)."""

    samples: tuple[str, ...] = field(repr=False)
    least: int
    spans: tuple[Span, ...] = field(repr=False)
    """The copied spans of at least ``least`` characters, the longest first. They may overlap."""
    longest: Span | None
    """The longest copied span, however short; None where the two texts have no character in common."""
    new_words: float | None
    """The share of the samples' words that the text lacks; None where the script puts no spaces between words."""
    names: tuple[str, ...] = field(default=(), repr=False)
    real: Novelty | None = None
    """The same of the text's last tenth against what stands before it; None where the text is too short."""

    @property
    def characters(self) -> int:
        """Characters of all samples."""
        return sum(map(len, self.samples))

    @cached_property
    def copied(self) -> float:
        """The share of the samples' characters that stand in copied spans."""
        covered, end = 0, (0, 0)
        for span in sorted(self.spans, key=lambda span: (span.number, span.start)):
            begin = max(end, (span.number, span.start))
            end = max(end, (span.number, span.start + span.length))
            covered += end[1] - begin[1] if end > begin else 0
        return covered / max(1, self.characters)

    def where(self, span: Span) -> str:
        """Return where a span stands in the text, in words."""
        document = f"{self.names[span.place.document]}, " if len(self.names) > 1 else ""
        return f"{document}line {span.place.line}"

    def shown(self, most: int = MOST_SHOWN) -> list[Span]:
        """Return the longest spans, without those whose text is part of a longer one that is shown."""
        found: list[Span] = []
        for span in self.spans[: 100 * most]:
            if not any(span.text in each.text for each in found):
                found.append(span)
        return found[:most]

    def summary(self) -> dict[str, Any]:
        """Return the figures, as JSON has them."""
        return {
            "characters": self.characters,
            "least": self.least,
            "longest": self.described(self.longest) if self.longest else None,
            "copied": self.copied,
            "new_words": self.new_words,
            "spans": [self.described(span) for span in self.shown()],
            **({"real": self.real.summary()} if self.real else {}),
        }

    def described(self, span: Span) -> dict[str, Any]:
        """Return a span as JSON has it."""
        names = {"document": self.names[span.place.document]} if len(self.names) > 1 else {}
        return {
            "text": span.text,
            "characters": span.length,
            "sample": span.number,
            "start": span.start,
            **names,
            "line": span.place.line,
            "character": span.place.character,
        }


def novelty(samples: str | Sequence[str], against: Corpus, least: int) -> Novelty:
    """Compare samples, each a text of its own, with the text that a model learnt, and that text with itself."""
    form = Form.of(against.documents)  # what was learnt in another form was copied all the same
    given = tuple(map(form.applied, (samples,) if isinstance(samples, str) else samples))
    if not any(map(str.strip, given)):
        raise InputError("the sample is empty; give some text that a model wrote")
    both = Comparison(given, against.documents, least, names_of(against), real_text(against, given, least))
    return both.figures(given, both.spans)


def novelty_of_each(samples: Sequence[str], against: Corpus, least: int) -> list[Novelty]:
    """Return the same of every sample by itself; the real text beside them is as long as the longest of them."""
    longest = sorted(samples, key=len)[-1:]
    both = Comparison(samples, against.documents, least, names_of(against), real_text(against, longest, least))
    spans: list[list[Span]] = [[] for _ in samples]
    for span in both.spans:
        spans[span.number].append(span)
    return [both.figures([sample], own) for sample, own in zip(samples, spans, strict=True)]


def real_text(against: Corpus, samples: Sequence[str], least: int) -> Novelty | None:
    """Return the last tenth of a text, at most as much of it as the samples have.

    Compared with what stands before it.
    """
    documents, size = documents_of(against), against.characters
    tenth = share_of(size, HELD_OUT)
    begin = place_of(size - tenth if tenth >= FEWEST else size, list(map(len, against.documents)))
    spans = ((Place(0), begin), (begin, Place(len(documents))))
    rest, held = ([text for text, _ in between(documents, *span)] for span in spans)
    as_much = first_characters(held, sum(map(len, samples)))
    if not (rest and as_much):
        return None
    both = Comparison(as_much, rest, least, names_of(against))
    return both.figures(as_much, both.spans)


def first_characters(texts: Sequence[str], size: int) -> list[str]:
    """Return the first so many characters of some texts."""
    begins = accumulate(map(len, texts), initial=0)
    return [text[: size - begin] for text, begin in zip(texts, begins, strict=False) if begin < size]


class Comparison:
    """Samples compared with texts, all at once; ``spans`` has what was found, the longest first."""

    def __init__(
        self,
        samples: Sequence[str],
        texts: Sequence[str],
        least: int,
        names: tuple[str, ...],
        real: Novelty | None = None,
    ) -> None:
        self.spans = sorted(copied_spans(samples, texts), key=lambda span: -span.length)
        self.new = set(words_of("\n".join(samples)))
        for part in chain.from_iterable(map(parts, texts)):
            self.new.difference_update(words_of(part))
        self.least, self.names, self.real = least, names, real

    def figures(self, samples: Sequence[str], spans: Sequence[Span]) -> Novelty:
        """Return the figures of some of the samples, with what was found in them."""
        counted = tuple(span for span in spans if span.length >= self.least)
        longest = next(iter(spans), None)
        return Novelty(tuple(samples), self.least, counted, longest, self.share_of_new(samples), self.names, self.real)

    def share_of_new(self, samples: Sequence[str]) -> float | None:
        """Return the share of the samples' words that stand in no text, whatever their case."""
        whole = "\n".join(samples)
        words = list(words_of(whole))
        if not words or 2 * len(SPACELESS.findall(whole)) > len(whole):
            return None
        return sum(word in self.new for word in words) / len(words)


def words_of(text: str) -> Iterator[str]:
    """Return the words of a text in one case."""
    return map(str.casefold, compiled(WORD).findall(text))


def parts(text: str) -> Iterator[str]:
    """Return a text in parts cut at newlines, so that its words never stand in the memory all at once."""
    cuts = [0]
    while cuts[-1] < len(text):
        newline = text.find("\n", cuts[-1] + CHUNK)
        cuts.append(newline if newline >= 0 else len(text))
    return (text[begin:end] for begin, end in pairwise(cuts))


def names_of(corpus: Corpus) -> tuple[str, ...]:
    """Return a name for every document: that of its file, or its number in a table."""
    if len(corpus.names) == len(corpus.documents):
        return corpus.names
    return tuple(f"document {number}" for number in range(1, len(corpus.documents) + 1))
