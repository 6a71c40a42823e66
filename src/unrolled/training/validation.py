"""Validation: which part of what is held out is scored, when, and which weights were the best."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor

from ..datasets.dataset import Dataset
from .budget import Budget
from .costs import VALIDATION_MOST, Clock, Costs, seconds_per_unit
from .finish import units_at_the_end
from .held_out_loss import bits_of
from .job import TrainingJob
from .machine import give_back_memory, validation_cost
from .progress import RunProgress
from .state import RunState
from .step import Learner
from .warm_start import HeldOut

VALIDATION_SHARE = 0.05  # of the run spent on validations
MOST_VALIDATIONS = 40
OLD_SCORED = 200_000  # units of the text of the model that a run goes on from, at most


@dataclass(eq=False)
class Validation:
    """The validations of a run; ``begin`` or ``resume`` comes first.

    ``split`` has the held-out part as it is scored, which may be its beginning; ``best`` are the weights of the best
    validation so far, empty before there is one; ``before`` the bits of held-out texts before the first step of a run
    that goes on from a model, whose own held-out text is in ``held_out``, too. ``units_at_the_end`` are scored after
    the last step.
    """

    job: TrainingJob
    learner: Learner
    progress: RunProgress
    budget: Budget
    costs: Costs
    clock: Clock
    split: Dataset = field(init=False)
    held_out: HeldOut = field(init=False)
    units_at_the_end: int = field(init=False)
    best: dict[str, Tensor] = field(default_factory=dict)
    before: dict[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.split = self.job.split

    def begin(self) -> None:
        """Choose what is scored in a new run: of what would take too large a share of the minutes, the beginning."""
        progress = self.progress
        progress.old_scored = OLD_SCORED
        if self.timed:
            self.measure()
            affordable = int(VALIDATION_MOST * self.budget.seconds / self.costs.per_unit)
            progress.scored = affordable if affordable < self.split.units("valid") else 0
            progress.old_scored = min(OLD_SCORED, affordable)
        self.choose_parts()

    def resume(self, saved: RunState) -> None:
        """Score the same in a run that goes on, whose progress says how much that is."""
        self.best, self.before = saved.best, saved.before
        self.choose_parts()
        if self.timed:
            self.measure()

    @property
    def timed(self) -> bool:
        """Whether there is anything to score, and the clock decides when the run ends."""
        return self.budget.timed and len(self.split.valid) > 0

    def measure(self) -> None:
        """See how long scoring takes."""
        self.costs.per_unit = seconds_per_unit(self.learner.network, self.learner.task, self.split)

    def choose_parts(self) -> None:
        """Take as much of the held-out texts as the progress says."""
        if self.progress.scored:
            self.split = self.job.split.beginning("valid", self.progress.scored)
        self.held_out = HeldOut(self.job, self.split, self.progress.old_scored or OLD_SCORED)
        self.units_at_the_end = units_at_the_end(self.split, self.held_out)

    def score_start(self) -> None:
        """Score the model that a run goes on from, which is the best so far; there may be none."""
        self.before = self.held_out.bits(self.learner.network, self.learner.task)
        start = self.before.get("new")
        if start is not None and math.isfinite(start):
            self.best = self.learner.weights()
            # no rise above the start is memorising
            self.progress.best_bits, self.progress.best_train_bits = start, 0.0

    def interval(self) -> int:
        """Return the steps between two validations: enough to see the curve, few enough not to cost the run."""
        units, units_per_step = self.split.units("valid"), self.learner.batches.units_per_step
        steps = validation_cost(self.learner.network.spec) * units / VALIDATION_SHARE / units_per_step
        if self.budget.speed:  # as it turned out, and not as it was to be expected
            steps = max(steps, self.costs.per_unit * units / VALIDATION_SHARE * self.budget.speed)
        return max(1, math.ceil(steps), self.budget.schedule.steps // MOST_VALIDATIONS)

    def plan(self) -> None:
        """Choose the step after which the next validation comes; a replay repeats those of the earlier run."""
        step = self.progress.step
        planned = next((each for each in self.job.validations if each > step), 0)
        self.progress.next_validation = planned or step + self.interval()

    def due(self) -> bool:
        """Tell whether a validation comes after the last step: it is planned here, or no other step will come."""
        return self.progress.step in (self.progress.next_validation, self.budget.schedule.steps)

    def run(self, announce: Callable[[float], None]) -> None:
        """Score what is held out, keep the weights if they are the best, and ``announce`` the bits.

        Where nothing is held out, nothing is announced. The progress counts the seconds of both.
        """
        progress, learner = self.progress, self.learner
        self.plan()
        self.job.split.release()
        give_back_memory()
        if not len(self.split.valid):
            return
        bits = bits_of(learner.network, learner.task, self.split, "valid")
        weights = learner.weights() if bits < progress.best_bits else self.best
        scoring = self.clock.tick()
        progress.validations += 1
        if progress.validated(bits):
            self.best = weights
        announce(bits)
        progress.forget_losses()
        observing = self.clock.tick()
        progress.validating += scoring + observing
        self.costs.validated(self.split.units("valid"), scoring, observing)
