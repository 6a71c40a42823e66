"""Beam search: the likeliest whole continuations, not one likely unit after another (Lowerre 1976; Graves 2012).

Sums of log-probabilities favour short texts: they are divided by the length to the power of ``length_penalty`` (Wu et
al. 2016, section 7, with the plain power that most libraries have).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..arrays import DoublesNK, IdsNK
from ..config import GenerateOptions
from ..engines import Engine
from ..engines.base import select, step
from ..engines.prompt import PromptState
from ..sampling import OUT
from ..sharing import cached_property
from ..text.vocabulary import BOUNDARY, Vocabulary
from .ranking import likeliest
from .stops import Stopper

Path = tuple[int, ...]


@dataclass(frozen=True)
class Hypothesis:
    """A continuation: its text, its units' ids, and their log-probabilities in nats, summed.

    ``score`` is the sum over the length to the power of the penalty. It ``ended`` where it met a stop, or the end of a
    document, which counts as a unit.
    """

    text: str
    ids: Path
    log_probability: float
    score: float
    ended: bool


@dataclass(frozen=True)
class HypothesisScorer:
    """What makes hypotheses of ids, and tells where they end."""

    vocabulary: Vocabulary
    begun: str
    options: GenerateOptions

    def hypothesis(self, ids: Path, log_probability: float) -> Hypothesis:
        """Return the hypothesis of some ids."""
        decoder, stopper = self.vocabulary.decoder(self.begun), Stopper(self.options)
        at_end = bool(ids) and ids[-1] == BOUNDARY
        text = stopper.feed("".join(map(decoder, ids[: len(ids) - at_end])))
        ended = at_end or stopper.done
        if not stopper.done:
            text += stopper.rest()
        score = log_probability / max(1, len(ids)) ** self.options.length_penalty
        return Hypothesis(text, ids, log_probability, score, ended)

    @cached_property
    def stops(self) -> bool:
        """Whether there is anything to stop at but the end of a document."""
        return Stopper(self.options).watching

    def ended(self, ids: Path, log_probability: float) -> Hypothesis | None:
        """Return the hypothesis of some ids if it goes no further."""
        if ids[-1] != BOUNDARY and not self.stops:
            return None
        found = self.hypothesis(ids, log_probability)
        return found if found.ended else None


class Beams:
    """One search: the hypotheses that still grow, and those that have ended."""

    def __init__(self, scorer: HypothesisScorer) -> None:
        self.scorer, self.options, self.width = scorer, scorer.options, scorer.options.beams or 1
        self.live: list[tuple[Path, float]] = [((), 0.0)]
        self.found: list[Hypothesis] = []
        self.over = not self.options.length

    def grow(self, units: IdsNK, likely: DoublesNK) -> list[int]:
        """Take the likeliest next units of all that grow, with their nats; from which of these the next come.

        It is over when none that may still grow could become one of the best.
        """
        parents: list[int] = []
        grown: list[tuple[Path, float]] = []
        sums = likely + np.array([[total] for _, total in self.live])
        for rank, (parent, unit, total) in enumerate(candidates(units, sums, 2 * self.width)):
            ids = (*self.live[parent][0], unit)
            hypothesis = self.scorer.ended(ids, total)
            if hypothesis and rank < self.width:
                self.found.append(hypothesis)
            elif not hypothesis and len(grown) < self.width:
                parents.append(parent)
                grown.append((ids, total))
        self.found, self.live = best(self.found, self.width), grown
        self.over = not grown or len(grown[0][0]) >= self.options.length or self.decided()
        return [] if self.over else parents

    def decided(self) -> bool:
        """Tell whether nothing that grows can still become one of the best."""
        ids, total = self.live[0]
        return len(self.found) == self.width and reachable(total, len(ids), self.options) <= self.found[-1].score

    def result(self) -> list[Hypothesis]:
        """Return the best hypotheses, the best first; where the length ran out, also those that did not end."""
        cut = self.live if self.live and len(self.live[0][0]) >= self.options.length else []
        return best([*self.found, *(self.scorer.hypothesis(ids, total) for ids, total in cut)], self.width)


def beam_search(
    engine: Engine, vocabulary: Vocabulary, read: PromptState, options: GenerateOptions
) -> list[Hypothesis]:
    """Return the best hypotheses of at most ``length`` units, at most ``options.beams`` of them, the best first.

    With as many beams as there are continuations, it finds the best of all. The probabilities are the model's own: no
    temperature and no filter.
    """
    return search_all(engine, vocabulary, read, options)[0]


def search_all(
    engine: Engine, vocabulary: Vocabulary, read: PromptState, options: GenerateOptions
) -> list[list[Hypothesis]]:
    """Return the same from every row of what was read, all searches side by side in each step of the engine."""
    searches = [Beams(HypothesisScorer(vocabulary, read.begun, options)) for _ in read.logits]
    growing = [search for search in searches if not search.over]
    logits, state, kept = read.logits, read.state, math.log1p(-vocabulary.unseen)  # as a given text is scored
    rows = [range(index, index + 1) for index in range(len(growing))]
    while growing:
        units, likely = likeliest(logits, 2 * (options.beams or 1), not options.endless)
        parts = [slice(own.start, own.stop) for own in rows]
        parents = [search.grow(units[own], likely[own] + kept) for search, own in zip(growing, parts, strict=True)]
        chosen = [own[each] for own, some in zip(rows, parents, strict=True) for each in some]
        growing = [search for search in growing if not search.over]
        if growing:
            last = np.array([ids[-1] for search in growing for ids, _ in search.live], np.int32)
            logits, state = step(engine, last, select(state, np.array(chosen)))
            ends = np.cumsum([len(search.live) for search in growing]).tolist()
            rows = [range(begin, end) for begin, end in pairwise([0, *ends])]
    return [search.result() for search in searches]


def candidates(units: IdsNK, sums: DoublesNK, count: int) -> list[tuple[int, int, float]]:
    """Return the next units [R, K] of the greatest sums, as (hypothesis, unit, sum), the best first.

    With twice as many as the beams, enough go on however many end.
    """
    order = np.argsort(-sums, axis=None, kind="stable")[:count].tolist()
    found = [(*divmod(index, units.shape[1]), float(sums.flat[index])) for index in order]
    return [(parent, int(units[parent, rank]), total) for parent, rank, total in found if total > OUT]


def best(found: list[Hypothesis], width: int) -> list[Hypothesis]:
    """So many hypotheses of the highest scores, the highest first."""
    return sorted(found, key=lambda each: -each.score)[:width]


def reachable(total: float, size: int, options: GenerateOptions) -> float:
    """Return the highest score that a hypothesis can still reach: its sum only falls, but its length may grow."""
    longest = options.length if options.length_penalty > 0 else size + 1
    return total / float(longest**options.length_penalty)
