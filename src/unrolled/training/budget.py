"""The budget: steps, epochs or minutes, turned into the schedule's plans.

Minutes are counted from the first step to the written file. The clock is looked at after every step, and the run is
planned anew when the last plan will not hold: by the speed of the last steps, less what is still to be spent beside
them. A new plan only ever stretches or shortens what is left, so the learning rate comes down to its floor.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from ..config import TrainOptions
from ..errors import OptionError
from .progress import RunProgress
from .schedule import Plan, Schedule

MEASURE = 2.0  # seconds of steps before the first plan that rests on measurement, at most
MEASURED_SHARE = 0.06  # of the minutes, at most
RECENT = 0.08  # share of the minutes whose steps tell the speed
TOLERANCE = 0.02  # share of the minutes by which the end may be off before the run is planned anew
LOOK = 0.01  # share of the minutes between two looks
BESIDE = 0.3  # of the time of steps, that is set aside for validations and observers between them, at most
MAX_EPOCHS = 40  # over the text in a budget of minutes: more of them only overfit it
SETTLE = 3  # first steps, which are slower than the rest


def max_epochs(characters: float) -> int:
    """Return the most epochs that a budget of minutes is used up for, over units of so many characters.

    Words are memorised sooner than letters: there are fewer of them to learn from.
    """
    return round(MAX_EPOCHS / math.sqrt(characters))


@dataclass
class Budget:
    """What a run may use; ``replay`` are the plans of an earlier run, to be repeated instead of the clock."""

    options: TrainOptions
    schedule: Schedule
    most_steps: int  # beyond which a budget of minutes is not used up
    steps_per_epoch: int
    replay: list[Plan] = field(default_factory=list)
    recent: deque[tuple[int, float]] = field(default_factory=deque)  # steps, and the stepping time after each
    speed: float | None = None
    """Steps a second while nothing else is done, from the last ones; None before enough of them are measured."""
    measured: bool = False
    looked: float = 0.0

    def begin(self, steps_per_second: float) -> None:
        """Make the first plan; for minutes, a guess from the machine's speed."""
        if self.replay:
            self.schedule.plan(*self.replay[0])
        else:
            self.schedule.plan(0, self.steps_for(self.seconds * steps_per_second))

    def go_on(self, progress: RunProgress) -> None:
        """Plan a run anew that was stopped under another budget; raises an ``OptionError`` where that is used up."""
        speed = progress.step / max(progress.seconds, 1e-9)
        steps = self.steps_for(progress.step + (self.seconds - progress.seconds) * speed)
        if steps <= progress.step:
            name = next(each for each in ("minutes", "steps", "epochs") if getattr(self.options, each) is not None)
            used = {
                "minutes": progress.seconds / 60,
                "steps": progress.step,
                "epochs": progress.step / self.steps_per_epoch,
            }[name]
            raise OptionError(
                f"I got --{name}={getattr(self.options, name):g} with --resume, and the stopped run has used "
                f"{used:.3g} of them; give more, or leave it out"
            )
        self.schedule.plan(progress.step, steps)

    def steps_for(self, steps_in_time: float) -> int:
        """Return the steps in all: as many as were asked for, or as fit into the minutes."""
        if self.options.steps is not None:
            return self.options.steps
        if self.options.epochs is not None:
            return max(1, round(self.options.epochs * self.steps_per_epoch))
        return max(1, min(int(steps_in_time), self.most_steps))

    @property
    def seconds(self) -> float:
        """The budget in seconds."""
        return 60 * (self.options.minutes or 0)

    @property
    def timed(self) -> bool:
        """Whether the clock decides when the run ends."""
        return self.options.minutes is not None and not self.replay

    @property
    def unit(self) -> str:
        """What a run has used up when it has made all planned steps: "minutes", "passes", "steps" or "epochs"."""
        if self.options.minutes is not None and not self.replay:
            return "passes" if self.schedule.steps >= self.most_steps else "minutes"
        return "epochs" if self.options.epochs is not None else "steps"

    def look(self, progress: RunProgress, beside: float = 0.0, final: float = 0.0) -> None:
        """After a step: repeat an earlier plan, or plan anew if the clock says that the last plan will not hold.

        ``beside`` are the seconds that validations and observers will probably take for each step, ``final`` those
        that the work after the last step takes.
        """
        for start, steps in self.replay[1:]:
            if start == progress.step:
                self.schedule.plan(start, steps)
        if not self.timed or progress.step >= self.schedule.steps:
            return
        left = self.seconds - progress.seconds - final
        if left < -TOLERANCE * self.seconds:
            self.schedule.plan(progress.step, progress.step)
            return
        self.measure(progress.step, progress.stepping)
        if self.speed and (not self.measured or progress.seconds - self.looked >= LOOK * self.seconds):
            self.looked = progress.seconds
            taken = 1 / self.speed + min(beside, BESIDE / self.speed)
            self.plan_anew(progress.step, max(0.0, left) / taken, TOLERANCE * self.seconds / taken)

    def plan_anew(self, step: int, left: float, tolerance: float) -> None:
        """Plan so many further steps; small drifts are not worth a new plan."""
        steps = max(step, min(step + round(left), self.most_steps))
        if not self.measured or abs(steps - self.schedule.steps) > tolerance:
            self.schedule.plan(step, steps)
        self.measured = True

    def measure(self, step: int, stepping: float) -> None:
        """Learn the speed of the last steps from how long all of them took."""
        window, recent = RECENT * self.seconds, self.recent
        if step < SETTLE and stepping < MEASURE:
            return
        if not recent or stepping - recent[-1][1] >= window / 20:
            recent.append((step, stepping))
        while len(recent) > 2 and stepping - recent[1][1] >= window:
            recent.popleft()
        steps, seconds = step - recent[0][0], stepping - recent[0][1]
        if steps and seconds > 0 and (self.speed or seconds >= min(MEASURE, MEASURED_SHARE * self.seconds)):
            self.speed = steps / seconds
