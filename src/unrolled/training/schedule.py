"""The schedule: how many steps there will be, and the learning rate at each.

A budget in minutes becomes steps once a few have been measured, and again when the machine turns out slower or
faster. Every such plan is recorded as (step, steps), and the same plans give the same learning rates.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

WARM_UP = 0.02
"""Share of the run in which the learning rate rises."""
FLOOR = 0.01
"""The last learning rate, relative to the highest."""


def cosine(over: float, rest: float) -> float:
    """Return half a cosine, from 1 down to ``FLOOR`` (Loshchilov and Hutter 2017)."""
    return FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * over / rest)) / 2


def linear(over: float, rest: float) -> float:
    """Return a line from 1 to 0."""
    return 1 - over / rest


def constant(over: float, rest: float) -> float:
    """Return 1: what goes on from the model lowers the learning rate."""
    return 1.0


SHAPES: dict[str, Callable[[float, float], float]] = {"cosine": cosine, "linear": linear, "constant": constant}
"""How the learning rate goes on behind its rise, as a share of the highest: by what is ``over`` of the ``rest``."""

Plan = tuple[int, int]
"""From this step on, this many steps in all."""


@dataclass
class Schedule:
    """The plans so far, oldest first, and the ``shape`` in which the learning rate falls."""

    plans: list[Plan] = field(default_factory=list)
    shape: str = "cosine"

    @property
    def steps(self) -> int:
        """Steps in all, as planned now."""
        return self.plans[-1][1]

    def plan(self, step: int, steps: int) -> None:
        """From ``step`` on, count on ``steps`` in all."""
        self.plans.append((step, max(steps, step, 1)))

    def progress(self, step: int) -> float:
        """Return how much of the run is over at a step, from 0 to 1: never a jump, whatever is planned anew."""
        done, since, total = 0.0, 0, 1
        for start, steps in self.plans:
            if start > step:
                break
            done, since, total = done + (1 - done) * (start - since) / max(1, total - since), start, steps
        return min(1.0, done + (1 - done) * (step - since) / max(1, total - since))

    def learning_rate(self, step: int, highest: float) -> float:
        """Return a linear rise, then what the shape makes of the rest."""
        progress = self.progress(step)
        if progress < WARM_UP:
            return highest * max(progress, 0.1 * WARM_UP) / WARM_UP
        return highest * SHAPES[self.shape](progress - WARM_UP, 1 - WARM_UP)
