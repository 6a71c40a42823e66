"""The budget: steps, epochs or minutes, turned into the schedule's plans."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ..config import TrainOptions
from .ledger import Ledger
from .schedule import Plan, Schedule

MEASURE = 2.0  # seconds of steps before the first plan that rests on measurement
TOLERANCE = 0.03  # how far off the end may drift before the run is planned anew
LOOK = 50  # steps between two looks at the clock
MOST_PASSES = 40  # over the text in a budget of minutes: more of them only learn it by heart
SETTLE = 3  # first steps, which are slower than the rest


def most_passes(characters: float) -> int:
    """Passes that a budget of minutes is used up for, at most, over units of so many characters.

    Words are learnt by heart sooner than letters: there are fewer of them to learn from.
    """
    return round(MOST_PASSES / math.sqrt(characters))


@dataclass
class Budget:
    """What a run may use; ``replay`` are the plans of an earlier run, to be repeated instead of the clock."""

    options: TrainOptions
    schedule: Schedule
    most_steps: int  # beyond which a budget of minutes is not used up
    steps_per_epoch: int
    replay: list[Plan] = field(default_factory=list)
    mark: tuple[int, float] | None = None  # the step and the stepping time from which the speed is measured
    measured: bool = False

    def begin(self, steps_per_second: float) -> None:
        """The first plan; for minutes, a guess from the machine's speed."""
        if self.replay:
            self.schedule.plan(*self.replay[0])
        elif self.options.steps is not None:
            self.schedule.plan(0, self.options.steps)
        elif self.options.epochs is not None:
            self.schedule.plan(0, max(1, round(self.options.epochs * self.steps_per_epoch)))
        else:
            self.schedule.plan(0, max(1, min(int(self.seconds * steps_per_second), self.most_steps)))

    @property
    def seconds(self) -> float:
        """The budget in seconds."""
        return 60 * (self.options.minutes or 0)

    @property
    def timed(self) -> bool:
        """Whether the clock decides when the run ends."""
        return self.options.minutes is not None and not self.replay

    def look(self, ledger: Ledger, validations_left: int) -> None:
        """After a step: repeat an earlier plan, or plan anew if the clock says that the last plan will not hold."""
        step = ledger.step
        for start, steps in self.replay[1:]:
            if start == step:
                self.schedule.plan(start, steps)
        if not self.timed or step < SETTLE or step >= self.schedule.steps:
            return
        if ledger.seconds > self.seconds:
            self.schedule.plan(step, step)
        self.mark = self.mark or (step, ledger.stepping)
        if ledger.stepping - self.mark[1] >= MEASURE and (step % LOOK == 0 or not self.measured):
            self.plan_anew(ledger, self.mark, validations_left)

    def plan_anew(self, ledger: Ledger, mark: tuple[int, float], validations_left: int) -> None:
        """Count the steps that the time left allows; small drifts are not worth a new plan."""
        step = ledger.step
        speed = (step - mark[0]) / (ledger.stepping - mark[1])
        left = self.seconds - ledger.seconds - validations_left * ledger.validating / max(1, ledger.validations)
        steps = max(step, min(step + int(left * speed), self.most_steps))
        if not self.measured or abs(steps - self.schedule.steps) > TOLERANCE * self.schedule.steps:
            self.schedule.plan(step, steps)
        self.measured = True
