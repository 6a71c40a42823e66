"""Writing under constraints: a unit that one refuses is drawn again; where none is left, some are taken back."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from ..arrays import DoublesBV
from ..config import GenerateOptions
from ..engines.base import Engine, EngineState, step
from ..errors import UnrolledWarning
from ..sampling import OUT, Uniforms, distribution, draw, forbid_special
from ..text.vocabulary import BOUNDARY, Decoder
from .constraints.base import Constraint

BACK = 16
"""Units that can be taken back; so many are held before they are shown."""
MOST_DEAD_ENDS = 1000
"""Dead ends between two units that are shown; then there is held to be no way on."""


@dataclass(eq=False)
class DecodeStep:
    """Where a text stands that is being written.

    ``logits``, of one row, lose every unit that was drawn here once: it was refused, or led nowhere if we come back.
    """

    logits: DoublesBV
    state: EngineState
    decoder: Decoder
    constraints: tuple[Constraint, ...]
    unit: int = BOUNDARY
    """What was written to come here."""

    def after(self, engine: Engine, unit: int) -> DecodeStep | None:
        """Return the place after one more unit; None where a constraint refuses it."""
        if unit == BOUNDARY:
            return replace(self, unit=unit) if all(each.may_end() for each in self.constraints) else None
        decoder = self.decoder.copied()
        text = decoder(unit)
        constraints = tuple(
            constraint for each in self.constraints if (constraint := each.after(unit, text)) is not None
        )
        if len(constraints) < len(self.constraints):
            return None
        logits, state = step(engine, np.array([unit], np.int32), self.state)
        return DecodeStep(logits.astype(np.float64), state, decoder, constraints, unit)

    def next(self, engine: Engine, options: GenerateOptions, uniforms: Uniforms) -> DecodeStep | None:
        """Draw until no constraint refuses; None where every unit was refused.

        Once all are refused that the filters let through, they choose anew from the rest.
        """
        options = reduce(lambda so_far, constraint: constraint.options(so_far), self.constraints, options)
        while forbid_special(self.logits, not options.endless).max() > OUT:
            shares = distribution(self.logits, options)
            while shares.any():
                unit = int(draw(shares, uniforms.next()[:, 0])[0])
                shares[0, unit], self.logits[0, unit] = 0, OUT
                if reached := self.after(engine, unit):
                    return reached
        return None


def constrained(engine: Engine, start: DecodeStep, options: GenerateOptions, uniforms: Uniforms) -> Iterator[int]:
    """Go on from a place: units that its constraints let through, to the boundary or until there is no way on.

    It ends or goes on after a bounded number of draws: a place draws each unit once at most, and after so many dead
    ends the text ends, as long as it could be made, with a warning.
    """
    trail, longest, dead_ends = [start], [start], 0
    while trail and dead_ends < MOST_DEAD_ENDS:
        reached = trail[-1].next(engine, options, uniforms)
        if reached is None:
            dead_ends += 1
            longest = max(trail, longest, key=len)
            trail = trail[:-1]
            continue
        trail = [*trail, reached]
        if reached.unit == BOUNDARY:
            yield from written(trail)
            return
        if len(trail) > BACK:
            trail, longest, dead_ends = trail[1:], [], 0
            yield trail[0].unit
    yield from written(longest)
    warnings.warn("a text ends before its length: whatever came next was refused", UnrolledWarning, stacklevel=2)


def written(trail: Sequence[DecodeStep]) -> list[int]:
    """Return the units of a trail; its first place was shown already."""
    return [reached.unit for reached in trail[1:]]
