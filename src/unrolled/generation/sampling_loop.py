"""Search: writing unit by unit from a state, greedily or by drawing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import TypeGuard

import numpy as np

from ..arrays import DoublesBT, FloatsBV, IdsBT
from ..config import GenerateOptions
from ..engines import Engine, EngineState
from ..engines.base import DrawingEngine, Drawn, select, sound, step
from ..engines.prompt import PromptState
from ..sampling import Uniforms, distribution, draw
from ..text.base import Ids
from ..text.vocabulary import BOUNDARY, Decoder, Vocabulary
from .constrained import DecodeStep, constrained
from .constraints.base import Constraint
from .stops import Stopper

MOST_AT_ONCE = 64  # units drawn before they are shown


def write(engine: Engine, read: PromptState, options: GenerateOptions, rows: range) -> Iterator[IdsBT]:
    """Go on from a prompt, endlessly: the next ids of every row [B, T]. Row n is the same whatever is beside it.

    T is 1, or grows to ``MOST_AT_ONCE`` with an engine that draws by itself.
    """
    same = np.zeros(len(rows), np.int64)
    logits, state = read.logits[same], select(read.state, same)
    assert options.seed is not None, "the caller chooses one"
    uniforms = Uniforms(options.seed, rows)
    for size in chunk_sizes(draws(engine, options)):
        ids, logits, state = draw_units(engine, logits, state, options, uniforms.next(size))
        sound(logits)
        yield ids


def draws(engine: Engine, options: GenerateOptions) -> TypeGuard[DrawingEngine]:
    """Tell whether an engine has a loop of its own that does what the options ask for."""
    return isinstance(engine, DrawingEngine) and engine.can_draw(options)


def chunk_sizes(several: bool) -> Iterator[int]:
    """Yield how many units to draw before showing them: few at first, so that a reader need not wait."""
    size = 1
    while True:
        yield size
        size = min(2 * size, MOST_AT_ONCE) if several else 1


def draw_units(
    engine: Engine, logits: FloatsBV, state: EngineState, options: GenerateOptions, uniforms: DoublesBT
) -> Drawn:
    """Draw an id for every uniform [B, T], in the engine's own loop or in the general one."""
    if draws(engine, options):
        return engine.draw(logits, state, options, uniforms)
    drawn = []
    for each in uniforms.T:
        drawn.append(draw(distribution(logits, options), each))
        logits, state = step(engine, drawn[-1], state)
    return np.stack(drawn, 1), logits, state


def write_constrained(
    engine: Engine,
    vocabulary: Vocabulary,
    read: PromptState,
    options: GenerateOptions,
    rows: range,
    constraints: Sequence[Constraint],
) -> Iterator[Ids]:
    """Yield the same with constraints over every row, each of which goes its own way.

    Where there is none, a row ends.
    """
    assert options.seed is not None, "the caller chooses one"
    texts = []
    for row in rows:
        first = DecodeStep(
            read.logits.astype(np.float64), read.state, vocabulary.decoder(read.begun), tuple(constraints)
        )
        units = constrained(engine, first, options, Uniforms(options.seed, range(row, row + 1)))
        texts.append(chain(units, repeat(BOUNDARY)))
    for each in zip(*texts, strict=True):
        yield np.array(each, np.int32)[:, None]


def write_text(
    engine: Engine,
    vocabulary: Vocabulary,
    read: PromptState,
    options: GenerateOptions,
    rows: range,
    constraints: Sequence[Constraint] = (),
) -> Iterator[list[str]]:
    """Go on from a prompt until every row has met a stop or its length: the new text of every row, piece by piece."""
    stoppers = [Stopper(options) for _ in rows]
    decoders = [vocabulary.decoder(read.begun) for _ in rows]
    left = options.length
    free = write(engine, read, options, rows)
    for ids in write_constrained(engine, vocabulary, read, options, rows, constraints) if constraints else free:
        ids = ids[:, :left]
        left -= ids.shape[1]
        pieces = zip(stoppers, decoders, ids, strict=True)
        yield ["".join(feed(stopper, decoder, row)) for stopper, decoder, row in pieces]
        if not left or all(stopper.done for stopper in stoppers):
            yield [stopper.rest() for stopper in stoppers]
            return


def feed(stopper: Stopper, decoder: Decoder, ids: Ids) -> Iterator[str]:
    """Yield what a row shows of some more units."""
    for unit in ids:
        if unit == BOUNDARY:
            stopper.done = True
        if stopper.done:
            return
        yield stopper.feed(decoder(int(unit)))


def choose_seed() -> int:
    """Return a seed for who gave none."""
    return int.from_bytes(os.urandom(4), "little")
