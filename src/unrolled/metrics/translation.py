"""BLEU and chrF as sacreBLEU computes them (Post 2018), with the signatures that make figures comparable.

A segment has one reference or several, not all segments as many.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InputError, MissingExtraError
from .captions import words
from .scripts import unspaced

MAX_ORDER = 4  # words of an n-gram
References = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Score:
    """A figure from 0 to 100, and the signature of how it was computed."""

    value: float
    signature: str


@dataclass(frozen=True)
class Translated:
    """How near translations are to their references.

    ``bleu`` is by words, or by characters where the references' script writes no space between words; ``lower_bleu`` is
    the same in lower case, near to what tutorials report that lower and tokenize their texts before; ``exact`` is
    the share that equals a reference.
    """

    bleu: Score
    lower_bleu: Score
    chrf: Score
    exact: float


def translated(texts: Sequence[str], references: References) -> Translated:
    """Return how near texts are to the references [texts, any number] of each.

    Raises ``InputError`` where a text has no reference that is not empty, ``MissingExtraError`` without sacreBLEU.
    """
    references = known(texts, references)
    kind = "char" if unspaced([each for several in references for each in several]) else "13a"
    metrics = sacrebleu()
    return Translated(
        bleu=score(metrics.BLEU(tokenize=kind, force=True), texts, references),
        lower_bleu=score(metrics.BLEU(tokenize=kind, lowercase=True, force=True), texts, references),
        chrf=score(metrics.CHRF(), texts, references),
        exact=exact(texts, references),
    )


def caption_bleu(texts: Sequence[str], references: References) -> tuple[float, ...]:
    """BLEU-1 to BLEU-4 of a corpus, from 0 to 1, as papers on captions report them.

    By the words of ``captions.words``, without smoothing, the length penalty from the reference of the nearest length.
    Raises as ``translated`` does.
    """
    given = [" ".join(words(each)) for each in texts]
    wanted = known(given, [[" ".join(words(each)) for each in several] for several in references])
    metric = sacrebleu().BLEU(tokenize="none", smooth_method="none", force=True)
    found = metric.corpus_score(given, streams(wanted))
    shares = [right / total if total else 0.0 for right, total in zip(found.counts, found.totals, strict=True)]
    return tuple(found.bp * geometric_mean(shares[:size]) for size in range(1, MAX_ORDER + 1))


def sentence_chrf(texts: Sequence[str], references: References) -> list[float]:
    """Return the chrF of each text, from 0 to 100: to rank texts by, for a corpus has a figure of its own."""
    metric = sacrebleu().CHRF()
    pairs = zip(texts, known(texts, references), strict=True)
    return [float(metric.sentence_score(text, several).score) for text, several in pairs]


def exact(texts: Sequence[str], references: References) -> float:
    """Return the share of texts that equal one of their references, but for white space around them."""
    pairs = zip(texts, references, strict=True)
    return sum(text.strip() in {each.strip() for each in several} for text, several in pairs) / len(texts)


def geometric_mean(values: Sequence[float]) -> float:
    """Return the geometric mean; 0 if any value is."""
    return math.exp(sum(map(math.log, values)) / len(values)) if all(values) else 0.0


def sacrebleu() -> Any:
    """Return the metrics of sacreBLEU; raises ``MissingExtraError`` where it is missing."""
    try:
        from sacrebleu import metrics
    except ImportError:
        raise MissingExtraError(
            "BLEU and chrF need sacrebleu, which is not installed; run: pip install 'unrolled[metrics]'"
        ) from None
    return metrics


def known(texts: Sequence[str], references: References) -> list[list[str]]:
    """Return the references that are not empty; raises ``InputError`` unless every text, and there is one.

    Has such a one.
    """
    found = [[each for each in several if each.strip()] for several in references]
    if not texts or len(texts) != len(found) or not all(found):
        raise InputError(
            f"got {len(texts)} texts and references for {sum(map(bool, found))} of {len(found)}; give at least one "
            "text, and one reference or more that is not empty for each"
        )
    return found


def streams(references: References) -> list[list[str | None]]:
    """Return the references as sacreBLEU wants them: all first ones, all second ones, …; None where one lacks."""
    most = max(map(len, references))
    return [[each[n] if n < len(each) else None for each in references] for n in range(most)]


def score(metric: Any, texts: Sequence[str], references: References) -> Score:
    """Return a metric's figure for a corpus, and its signature."""
    value = metric.corpus_score(texts, streams(references)).score
    return Score(float(value), str(metric.get_signature()))
