"""The schedule: how many steps there will be, and the learning rate at each.

A budget in minutes becomes steps once a few have been measured, and again when the machine turns out slower or
faster. Every such plan is recorded as (step, steps), and the same plans give the same learning rates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

WARM_UP = 0.02
"""Share of the run in which the learning rate rises."""
FLOOR = 0.01
"""The last learning rate, relative to the highest."""

Plan = tuple[int, int]
"""From this step on, this many steps in all."""


@dataclass
class Schedule:
    """The plans so far, oldest first."""

    plans: list[Plan] = field(default_factory=list)

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
        """Return a linear rise, then half a cosine down to ``FLOOR`` (Loshchilov and Hutter 2017)."""
        progress = self.progress(step)
        if progress < WARM_UP:
            return highest * max(progress, 0.1 * WARM_UP) / WARM_UP
        angle = math.pi * (progress - WARM_UP) / (1 - WARM_UP)
        return highest * (FLOOR + (1 - FLOOR) * (1 + math.cos(angle)) / 2)
