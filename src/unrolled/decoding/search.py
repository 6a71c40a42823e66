"""Search: writing unit by unit from a state, greedily or by drawing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..config import GenerateOptions
from ..text.base import Ids
from ..text.vocabulary import BOUNDARY, Vocabulary
from .engines import Engine, EngineState
from .engines.base import Logits, select, step
from .sampling import Uniforms, distribution, draw
from .stops import Stopper

READ_AT_ONCE = 1024  # units of a prompt read in one scan


@dataclass(frozen=True)
class Read:
    """An engine after a prompt: the state, and the logits [1, V] of what comes next."""

    logits: Logits
    state: EngineState


def read_prompt(engine: Engine, prompt: Ids) -> Read:
    """Read the boundary and a prompt from a fresh state."""
    ids = np.concatenate([np.array([BOUNDARY], np.int32), prompt])[None]
    state = engine.start(1)
    for place in range(0, ids.shape[1], READ_AT_ONCE):
        logits, state = engine.scan(ids[:, place : place + READ_AT_ONCE], state)
    return Read(logits[:, -1], state)


def write(engine: Engine, read: Read, options: GenerateOptions, rows: range) -> Iterator[Ids]:
    """Go on from a prompt, endlessly: the next id of every row [B]. Row n is the same whatever rows are beside it."""
    same = np.zeros(len(rows), np.int64)
    logits, state = read.logits[same], select(read.state, same)
    assert options.seed is not None, "the caller chooses one"
    uniforms = Uniforms(options.seed, rows)
    while True:
        ids = draw(distribution(logits, options), uniforms.next())
        yield ids
        logits, state = step(engine, ids, state)


def write_text(
    engine: Engine, vocabulary: Vocabulary, read: Read, options: GenerateOptions, rows: range
) -> Iterator[list[str]]:
    """Go on from a prompt until every row has met a stop or its length: the new text of every row, piece by piece."""
    stoppers = [Stopper(options) for _ in rows]
    units = write(engine, read, options, rows)
    for _ in range(options.length):
        ids = next(units)
        pieces = zip(stoppers, ids, strict=True)
        yield ["" if stopper.done else stopper.feed(vocabulary.text_of(int(unit))) for stopper, unit in pieces]
        if all(stopper.done for stopper in stoppers):
            return
    yield [stopper.rest() for stopper in stoppers]


def choose_seed() -> int:
    """A seed for who gave none."""
    return secrets.randbits(32)
