"""Completion: the likeliest next words after a text, found from the likeliest beginnings on."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..analysis.scoring import log_softmax
from ..arrays import DoublesV, FlagsV
from ..engines import Engine, EngineState
from ..engines.prompt import PromptState
from ..sampling import forbid_unseen
from ..sharing import Recomputed, cached_property
from ..text.byte import Byte
from ..text.grapheme import compiled
from ..text.vocabulary import SPECIAL, Vocabulary

BATCH_SIZE = 6  # beginnings of words that are read side by side
MAX_READ = 78  # of them in all: what is not found by then is seldom wanted
BRANCHES = 12  # units that are tried after each
MAX_WORD_UNITS = 24  # units of a word
LETTER = r"[\p{L}\p{M}\p{N}]"
BYTE = r"[\x80-\xff]"
"""A byte of a letter, where units are bytes."""

Ids = tuple[int, ...]


@dataclass(frozen=True)
class Completion:
    """A word that may come next: the whole ``text``, the ``rest`` that is not typed yet, and its probability.

    That is the probability that the rest comes, and no further letter.
    """

    text: str
    rest: str
    probability: float


@dataclass(frozen=True)
class Words(Recomputed):
    """What the units of a vocabulary are to a word."""

    vocabulary: Vocabulary

    @cached_property
    def letter(self) -> str:
        """The pattern of a letter."""
        return f"(?:{LETTER}|{BYTE})" if isinstance(self.vocabulary.kind, Byte) else LETTER

    @cached_property
    def go_on(self) -> FlagsV:
        """Units that stand within a word: letters and apostrophes."""
        return self.matching(rf"(?:{self.letter}|['’])+")

    @cached_property
    def begin(self) -> FlagsV:
        """Units that can begin a word, with the space before it or without, and that space alone."""
        return self.matching(rf"[^\S\n]*(?:{self.letter}(?:{self.letter}|['’])*)?")

    @cached_property
    def may_end(self) -> FlagsV:
        """Units that can be the last of a word: don't has no end after its apostrophe."""
        return self.matching(rf".*{self.letter}")

    def matching(self, pattern: str) -> FlagsV:
        """Return the units that a pattern matches as a whole."""
        whole = compiled(pattern)
        found = [bool(unit) and whole.fullmatch(unit) is not None for unit in self.vocabulary.units]
        flags = np.array([False] * SPECIAL + found)
        flags.flags.writeable = False  # all who ask get this one array
        return flags

    def typed(self, text: str) -> str:
        """Return the beginning of a word at the end of a text."""
        found = compiled(rf"{LETTER}(?:{LETTER}|['’])*\Z").search(text, max(0, len(text) - MAX_WORD_UNITS * 2))
        return found[0] if found else ""


@dataclass(order=True)
class Beginning:
    """The beginning of a word, its last unit not read yet. ``cost`` is minus the logarithm of its probability."""

    cost: float
    ids: Ids
    state: EngineState = field(compare=False)
    row: int = field(compare=False)


class WordSearch:
    """The ``count`` likeliest words: the likeliest beginning is taken up until none can lead to a likelier word."""

    def __init__(self, words: Words, count: int) -> None:
        self.words, self.count = words, count
        self.waiting: list[Beginning] = []
        self.found: list[tuple[float, Ids]] = []

    @property
    def most(self) -> float:
        """The cost that a word must stay below to be among them."""
        return self.found[-1][0] if len(self.found) >= self.count else math.inf

    def grow(self, allowed: FlagsV, logs: DoublesV, state: EngineState, row: int, before: tuple[float, Ids]) -> None:
        """Put the likeliest units of those allowed behind a beginning, as beginnings that wait to be read."""
        cost, ids = before
        likely = np.flatnonzero(allowed & (logs > cost - self.most) & (logs > -np.inf))
        for unit in likely[np.argsort(-logs[likely], kind="stable")[:BRANCHES]].tolist():
            heapq.heappush(self.waiting, Beginning(cost - float(logs[unit]), (*ids, unit), state, row))

    def end(self, logs: DoublesV, beginning: Beginning) -> None:
        """Note that a word may end here: with all the probability of what is no part of it."""
        share = float(np.exp(logs[~self.words.go_on]).sum())
        if share > 0 and self.words.may_end[beginning.ids[-1]]:
            self.found = sorted([*self.found, (beginning.cost - math.log(share), beginning.ids)])[: self.count]

    def batch(self) -> list[Beginning]:
        """Return the likeliest beginnings that may still lead to one of the words, with states to be read as one."""
        taken: list[Beginning] = []
        while self.waiting and len(taken) < BATCH_SIZE and self.waiting[0].cost < self.most:
            if taken and shapes(self.waiting[0].state) != shapes(taken[0].state):  # one has read more, and keeps it
                break
            taken.append(heapq.heappop(self.waiting))
        return taken

    def read(self, engine: Engine) -> bool:
        """Read the likeliest beginnings on; whether there were any."""
        batch = self.batch()
        if batch:
            ids = np.array([[each.ids[-1]] for each in batch], np.int32)
            logits, after = engine.scan(ids, gather(batch))
            for row, logs in enumerate(log_softmax(forbid_unseen(logits[:, 0].astype(np.float64)))):
                self.end(logs, batch[row])
                in_word = self.words.go_on[batch[row].ids[-1]] or self.words.may_end[batch[row].ids[-1]]
                allowed = self.words.go_on if in_word else self.words.begin
                if len(batch[row].ids) < MAX_WORD_UNITS:
                    self.grow(allowed, logs, after, row, (batch[row].cost, batch[row].ids))
        return bool(batch)


def shapes(state: EngineState) -> list[tuple[int, ...]]:
    """Return the shapes of a state's parts, of one row."""
    return [part.shape[1:] for part in state.values()]


def gather(batch: Sequence[Beginning]) -> EngineState:
    """Return the states of beginnings as one, a row each."""
    return {name: np.stack([each.state[name][each.row] for each in batch]) for name in batch[0].state}


def complete(engine: Engine, words: Words, read: PromptState, text: str, count: int) -> list[Completion]:
    """Return the likeliest words after a text, the likeliest first; what is typed of a word is gone on with."""
    typed, search = words.typed(text), WordSearch(words, count)
    logs = log_softmax(forbid_unseen(read.logits.astype(np.float64)))[0]
    allowed = words.go_on if typed and not read.begun else words.begin.copy()
    if read.begun in words.vocabulary.index:  # it is all there already
        allowed[words.vocabulary.index[read.begun]] = False
    search.grow(allowed, logs, read.state, 0, (0.0, ()))
    left = MAX_READ // BATCH_SIZE
    while left and search.read(engine):
        left -= 1
    return [completion(words.vocabulary, read.begun, typed, ids, cost) for cost, ids in search.found]


def completion(vocabulary: Vocabulary, begun: str, typed: str, ids: Ids, cost: float) -> Completion:
    """Return the word of some units."""
    decoder = vocabulary.decoder(begun)
    rest = "".join(map(decoder, ids))
    return Completion((typed + rest).strip(), rest, math.exp(-cost))
