"""What a run spends beside its steps, in seconds: validations, observers, and the work after the last step."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..datasets.dataset import Dataset
from ..datasets.text import rows_for
from ..networks.modules import Network
from ..tasks.base import Task
from .held_out_loss import total_bits
from .progress import RunProgress

FIRST_PROBE, PROBE = 2_048, 16_384  # units that are validated to see how long it takes
BRIEF = 0.1  # seconds, below which a probe says little
WRITING, WRITING_A_WEIGHT = 0.35, 4e-8
"""Seconds that a model's sample and its file take, and each of its weights."""
VALIDATION_MOST = 0.04
"""Share of a budget of minutes that a validation may take: a longer held-out part is read by its beginning."""
KEPT = 4  # validations whose mean tells what the next ones take
FADING, SLOWEST = 0.98, 4.0
"""What a step counts less at each later one, and how many times as long as alone anything may be expected to take."""


@dataclass
class Costs:
    """Seconds, as they were measured; ``per_unit`` of validating, ``observing`` after the last validations."""

    per_unit: float = 0.0
    observing: tuple[float, ...] = ()
    passed: float = 0.0
    computed: float = 0.0

    def stepped(self, passed: float, computed: float) -> None:
        """Note what a step took, and for how much of it our thread had a processor."""
        self.passed, self.computed = FADING * self.passed + passed, FADING * self.computed + computed

    @property
    def slowness(self) -> float:
        """How many times as long as on a machine of our own everything takes, at least 1."""
        return min(SLOWEST, max(1.0, self.passed / self.computed)) if self.computed else 1.0

    def validated(self, units: int, scoring: float, observing: float) -> None:
        """Note what a validation took, and what observers did with it."""
        measured = scoring / max(1, units)
        self.per_unit = (self.per_unit + measured) / 2 if self.per_unit else measured  # one may have been an accident
        self.observing = (*self.observing, observing)[-KEPT:]

    def validation(self, units: int) -> float:
        """Return what a validation of so many units will take, with its observers."""
        return self.per_unit * units + sum(self.observing) / max(1, len(self.observing))

    def final(self, units: int, weights: int) -> float:
        """Return what scoring so many units after the last step will take, and writing a model of so many weights."""
        return self.per_unit * units + self.slowness * (WRITING + WRITING_A_WEIGHT * weights)


class Clock:
    """Counts the seconds of a run into its progress, which may hold those of an earlier process."""

    def __init__(self, progress: RunProgress) -> None:
        self.progress = progress
        self.restart()

    def restart(self) -> None:
        """Count from now on."""
        self.last = time.perf_counter()

    def tick(self) -> float:
        """Count the seconds since the last tick, and give them back."""
        now = time.perf_counter()
        passed, self.last = now - self.last, now
        self.progress.seconds += passed
        return passed


def seconds_per_unit(network: Network, task: Task, split: Dataset) -> float:
    """Return the seconds that validating takes for each held-out unit, from some of them."""
    passed, count = 0.0, 1
    for units, rows in ((FIRST_PROBE, 1), (PROBE, rows_for(split.units("valid")))):
        part = split.beginning("valid", units)
        count = sum(batch.targets.size for batch in part.held_out("valid", network.window, rows))
        begin = time.perf_counter()
        total_bits(network, task, part, "valid", rows)
        passed = time.perf_counter() - begin
        if passed > BRIEF:
            break
    return passed / max(1, count)
