"""What an engine is: ids and a state in, logits and the next state out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..arrays import ArrayBX, ArrayNX, DoublesBT, FloatsBTV, FloatsBV, FloatsXV, IdsB, IdsBT, NumbersN
from ..config import GenerateOptions
from ..errors import ModelFileError

EngineState = Mapping[str, ArrayBX]
"""The parts of a state by name, rows first (a network's are [B, layers, H]). Never changed in place."""
EngineStateN = Mapping[str, ArrayNX]
"""The state of other rows in the same call: N of them."""
FirstState = dict[str, ArrayNX]
"""The state before the first unit: of every row, or of one that stands for all."""
Scanned = tuple[FloatsBTV, EngineState]
"""The logits after each id that was read, and the state."""
Drawn = tuple[IdsBT, FloatsBV, EngineState]
"""Drawn ids, the logits after the last of them, and the state."""


class Engine(ABC):
    """A network that can be run. It keeps no state between calls."""

    @abstractmethod
    def start(self, rows: int) -> EngineState:
        """Return the state before the first unit."""

    @abstractmethod
    def check(self, state: EngineState) -> None:
        """Raise ``ValueError`` where a state of one row, which a file brings, is none of this engine."""

    @abstractmethod
    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        """Read ids: logits after each, and the last state.

        With T = 1 a row's result does not depend on the rows beside it, to the last bit.
        """

    def scoring(self) -> Engine:
        """Return the engine that tells what a given text costs: itself, unless it never writes what it can read."""
        return self


class DrawingEngine(Engine):
    """An engine that can also draw in a loop of its own, wherever it knows all filters that are asked for."""

    @abstractmethod
    def can_draw(self, options: GenerateOptions) -> bool:
        """Tell whether its own loop does all that the options ask for; else the general loop has to draw."""

    @abstractmethod
    def draw(self, logits: FloatsBV, state: EngineState, options: GenerateOptions, uniforms: DoublesBT) -> Drawn:
        """Draw an id for every uniform and read it: what the general loop would do, unit by unit."""


def step(engine: Engine, ids: IdsB, state: EngineState) -> tuple[FloatsBV, EngineState]:
    """Read one id a row: logits and the next state; raises ``ModelFileError`` as ``sound`` does."""
    logits, state = engine.scan(ids[:, None], state)
    return sound(logits[:, 0]), state


def sound(logits: FloatsXV) -> FloatsXV:
    """Return logits; raises ``ModelFileError`` where a model computes no numbers from its weights."""
    if not np.isfinite(logits.max(-1)).all():
        raise ModelFileError("the weights of this model are so large that it computes no numbers; train it again")
    return logits


def check_like(state: EngineState, first: EngineState) -> None:
    """Raise ``ValueError`` where a state is not like the first one: the same parts, of its types and shapes, finite.

    An axis that is empty at first may have any length: it grows with what is read.
    """
    if set(state) != set(first):
        raise ValueError(f"its parts are {', '.join(sorted(state)) or 'none'}; they must be {', '.join(sorted(first))}")
    for name, part in state.items():
        wanted = first[name]
        grown = len(part.shape) == len(wanted.shape) and all(
            have == want or not want for have, want in zip(part.shape, wanted.shape, strict=True)
        )
        if part.dtype != wanted.dtype or not grown:
            raise ValueError(
                f"its part {name} is {part.dtype} {list(part.shape)}; it must be {wanted.dtype} {list(wanted.shape)}"
            )
        if not np.isfinite(part).all():
            raise ValueError(f"its part {name} holds what is no number")


def select(state: EngineState, rows: NumbersN) -> EngineStateN:
    """Return a state of some of the rows, in any order and as often as wanted."""
    return {name: part[rows] for name, part in state.items()}


def joined(states: Sequence[EngineState]) -> EngineState:
    """Return the states of several engines as one: their parts are ``N.part``."""
    return {f"{number}.{name}": part for number, state in enumerate(states) for name, part in state.items()}


def part_of(state: EngineState, number: int) -> EngineState:
    """Return one engine's state out of a joined one."""
    own = f"{number}."
    return {name.removeprefix(own): part for name, part in state.items() if name.startswith(own)}


def row_by_row(scan: Callable[[IdsBT, EngineState], Scanned], ids: IdsBT, state: EngineState) -> Scanned:
    """Scan each row alone: libraries round a product of many rows differently for each number of rows."""
    each = [scan(ids[[row]], select(state, np.array([row]))) for row in range(len(ids))]
    logits = np.concatenate([one for one, _ in each])
    return logits, {name: np.concatenate([after[name] for _, after in each]) for name in state}
