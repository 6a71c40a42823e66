"""Beam search: the likeliest whole continuations, not one likely unit after another (Lowerre 1976; Graves 2012).

Sums of log-probabilities favour short texts: they are divided by the length to the power of ``length_penalty`` (Wu et
al. 2016, section 7, with the plain power that most libraries have).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..config import GenerateOptions
from ..text.vocabulary import BOUNDARY, Vocabulary
from .engines import Engine
from .engines.base import select, step
from .sampling import OUT, forbid_special
from .scoring import log_softmax
from .search import Read
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
class Judge:
    """What makes hypotheses of ids, and tells where they end."""

    vocabulary: Vocabulary
    begun: str
    options: GenerateOptions

    def hypothesis(self, ids: Path, log_probability: float) -> Hypothesis:
        """The hypothesis of some ids."""
        decoder, stopper = self.vocabulary.decoder(self.begun), Stopper(self.options)
        at_end = bool(ids) and ids[-1] == BOUNDARY
        text = stopper.feed("".join(map(decoder, ids[: len(ids) - at_end])))
        ended = at_end or stopper.done
        if not stopper.done:
            text += stopper.rest()
        score = log_probability / max(1, len(ids)) ** self.options.length_penalty
        return Hypothesis(text, ids, log_probability, score, ended)

    @property
    def stops(self) -> bool:
        """Whether there is anything to stop at but the end of a document."""
        return Stopper(self.options).watching

    def ended(self, ids: Path, log_probability: float) -> Hypothesis | None:
        """The hypothesis of some ids if it goes no further."""
        if ids[-1] != BOUNDARY and not self.stops:
            return None
        found = self.hypothesis(ids, log_probability)
        return found if found.ended else None


def beam_search(engine: Engine, vocabulary: Vocabulary, read: Read, options: GenerateOptions) -> list[Hypothesis]:
    """The best hypotheses of at most ``length`` units, at most ``options.beams`` of them, the best first.

    It goes on until none that may still grow could become one of them: with as many beams as there are continuations,
    it finds the best of all. The probabilities are the model's own: no temperature and no filter.
    """
    width, judge = options.beams or 1, Judge(vocabulary, read.begun, options)
    live: list[tuple[Path, float]] = [((), 0.0)]
    logits, state = read.logits, read.state
    found: list[Hypothesis] = []
    for _ in range(options.length):
        parents: list[int] = []
        grown: list[tuple[Path, float]] = []
        for rank, (parent, unit, total) in enumerate(candidates(logits, [total for _, total in live], options)):
            ids = (*live[parent][0], unit)
            hypothesis = judge.ended(ids, total)
            if hypothesis and rank < width:
                found.append(hypothesis)
            elif not hypothesis and len(grown) < width:
                parents.append(parent)
                grown.append((ids, total))
        found, live = best(found, width), grown
        if not live or (len(found) == width and reachable(live[0][1], len(live[0][0]), options) <= found[-1].score):
            return found
        units = np.array([ids[-1] for ids, _ in live], np.int32)
        logits, state = step(engine, units, select(state, np.array(parents)))
    return best([*found, *(judge.hypothesis(ids, total) for ids, total in live)], width)


def candidates(
    logits: NDArray[np.float32], totals: list[float], options: GenerateOptions
) -> list[tuple[int, int, float]]:
    """The likeliest next units of all live hypotheses, as (hypothesis, unit, sum), the best first.

    They are twice as many as the beams, so that enough go on however many end.
    """
    logs = log_softmax(logits.astype(np.float64))
    logs = np.where(np.isinf(forbid_special(logs, not options.endless)), OUT, logs)
    sums = (logs + np.array(totals)[:, None]).ravel()
    order = np.argsort(-sums, kind="stable")[: 2 * (options.beams or 1)]
    likely = [int(place) for place in order if sums[place] > OUT]
    return [(place // logs.shape[1], place % logs.shape[1], float(sums[place])) for place in likely]


def best(found: list[Hypothesis], width: int) -> list[Hypothesis]:
    """So many hypotheses of the highest scores, the highest first."""
    return sorted(found, key=lambda each: -each.score)[:width]


def reachable(total: float, size: int, options: GenerateOptions) -> float:
    """The highest score that a hypothesis can still reach: its sum only falls, but its length may grow."""
    longest = options.length if options.length_penalty > 0 else size + 1
    return total / float(longest**options.length_penalty)
