"""The training loop: from the first step to the bundle."""

from __future__ import annotations

import dataclasses
import math
import signal
import time
from collections.abc import Sequence

import torch

from .. import kernels
from ..errors import InterruptedWorkError, OutputError, TrainingError
from ..model_file.bundle import Bundle
from .budget import Budget
from .checkpoint import Checkpoint, as_plain, load_state
from .checkpoint_checks import check_tensors
from .choose_arithmetic import with_arithmetic
from .costs import Clock, Costs
from .events import Observer, Progress, Started, Validated, Warned, tell
from .finish import Course, Ending, finished, snapshot
from .forecast import corrected
from .interrupt import Interrupt
from .job import TrainingJob
from .machine import borrowed, prepare
from .optimizer import optimizer_state
from .progress import RunProgress
from .recipes.choose import choose_sizes
from .schedule import Schedule
from .state import RunState
from .step import make_learner
from .validation import Validation


def fit(job: TrainingJob, observers: Sequence[Observer], interrupt: Interrupt, resume: bool = False) -> Bundle:
    """Train and give back the best model; with ``resume``, go on where the resume file left off.

    A signal that ``interrupt`` has received, or Python's ``KeyboardInterrupt``, ends the run early with the best so
    far: the record's ``stopped`` says so. Before the first step there is nothing to keep, and it ends at once.
    """
    with borrowed():
        device = prepare(job.run)
        if resume:
            assert job.resume_file, "a run that goes on has one"
            saved = load_state(job.resume_file, device)
            run = Run(job, observers, device, saved.progress)
            run.resume(saved)
        else:
            run = Run(with_arithmetic(job, device), observers, device, RunProgress(scored=job.scored))
            run.begin()
        run.tell_start()
        run.learn(interrupt)
        return run.finish()


FAR_OFF = 1.5
"""How many times more or fewer steps than were counted on are worth a new forecast."""


class DivergenceError(Exception):
    """The loss is no number any more, and there are earlier weights to keep."""


class Run:
    """One training run: the parts that take turns in it, and how far it is."""

    def __init__(
        self, job: TrainingJob, observers: Sequence[Observer], device: torch.device, progress: RunProgress
    ) -> None:
        self.job, self.observers, self.progress = job, observers, progress
        self.precision = kernels.arithmetic(job.run.kernels, job.run.precision)
        self.recipe = choose_sizes(job, device, self.precision)
        self.learner = make_learner(job, self.recipe, device, self.precision)
        self.steps_per_epoch = self.learner.batches.steps_per_epoch
        self.schedule = Schedule(progress.plans, self.recipe.train.schedule)
        most = self.steps_per_epoch * self.recipe.max_epochs
        self.budget = Budget(self.recipe.train, self.schedule, most, self.steps_per_epoch, job.replay)
        self.costs, self.clock = Costs(), Clock(progress)
        self.validation = Validation(job, self.learner, progress, self.budget, self.costs, self.clock)
        self.checkpoint = Checkpoint(job.resume_file)
        self.foretold, self.counted_on = self.recipe.summary.forecast, 0
        self.bits_per_nat = job.split.units("train") / max(1, job.split.characters_of("train")) / math.log(2)
        self.ending = Ending()
        self.complete = True
        """Whether the last step is done with all that follows it: only then a checkpoint can be written."""

    def begin(self) -> None:
        """Plan a new run, and score the model that it goes on from, if any."""
        self.validation.begin()
        self.tell_what_is_scored()
        self.budget.begin(self.recipe.units_per_second / self.learner.batches.units_per_step)
        self.validation.plan()
        self.validation.score_start()

    def resume(self, saved: RunState) -> None:
        """Go on from a checkpoint: the next step is the one that the stopped run would have made."""
        check_tensors(saved, self.learner)
        self.learner.restore(saved)
        self.recipe = dataclasses.replace(self.recipe, summary=saved.summary)
        self.foretold, self.counted_on = saved.summary.forecast, self.schedule.steps
        self.validation.resume(saved)
        self.tell_what_is_scored()
        if self.job.other_budget:
            self.budget.go_on(self.progress)

    def learn(self, interrupt: Interrupt) -> None:
        """Step by step, up to the last planned one or until something ends the run; count its time from here on."""
        interrupt.deferred = True
        self.clock.restart()
        self.checkpoint.restart()
        try:
            while not (ending := self.reason_to_end(interrupt)):
                self.step()
                self.look_at_the_clock()
                if self.validation.due():
                    self.validate()
                self.complete = True
                if self.checkpoint.due():
                    self.save()
                self.report()
            self.ending = ending
        except DivergenceError:
            self.ending = Ending("diverged", "divergence")
        except KeyboardInterrupt:
            if interrupt.received is not None or not self.progress.step:  # a second one; nothing to keep
                raise
            self.ending = Ending(f"signal {int(signal.SIGINT)}", "signal")

    def reason_to_end(self, interrupt: Interrupt) -> Ending | None:
        """Return why the run ends before the next step; None while it goes on."""
        patience = self.job.train.patience
        if interrupt.received is not None:
            return Ending(f"signal {interrupt.received}", "signal")
        if patience and self.progress.without_progress >= patience:
            return Ending("early", "patience")
        if self.progress.step >= self.schedule.steps:
            return Ending("finished", self.budget.unit)
        return None

    def step(self) -> None:
        """Learn from one batch, and count it; raises ``DivergenceError`` where the loss is no number."""
        self.complete = False
        step, highest = self.progress.step, self.recipe.train.learning_rate
        assert highest is not None, "the recipe fills it in"
        begin, computed = time.perf_counter(), time.thread_time()
        nats = self.learner.step(step, self.schedule.learning_rate(step, highest))
        if not math.isfinite(nats):
            self.refuse_divergence()
        self.progress.add((nats - math.log1p(-self.learner.network.unseen)) * self.bits_per_nat)
        self.costs.stepped(time.perf_counter() - begin, time.thread_time() - computed)

    def refuse_divergence(self) -> None:
        """Raise ``DivergenceError``: the best weights so far are the result; a ``TrainingError`` if there are none."""
        message = f"the loss became infinite at step {self.progress.step}; lower --learning-rate or --gradient-clip"
        if not self.validation.best:
            raise TrainingError(message)
        tell(self.observers, Warned(f"{message}; the best so far is kept"))
        raise DivergenceError

    def look_at_the_clock(self) -> None:
        """Count the time of a step; plan anew where the last plan will not hold."""
        self.clock.tick()
        if self.budget.timed or self.budget.replay:
            validation = self.validation
            beside = self.costs.validation(validation.split.units("valid")) / validation.interval()
            self.budget.look(
                self.progress, beside, self.costs.final(validation.units_at_the_end, self.learner.parameters)
            )
        if self.budget.timed:
            self.correct_the_forecast()

    def correct_the_forecast(self) -> None:
        """Foretell anew where the machine makes far more or fewer steps than were counted on, and tell of it."""
        self.counted_on = self.counted_on or self.schedule.plans[0][1]
        share = self.schedule.steps / max(1, self.counted_on)
        if self.foretold is None or max(share, 1 / share) < FAR_OFF:
            return
        split, per_step = self.job.split, self.learner.batches.units_per_step
        characters = split.characters_of("train")
        each = per_step * characters / max(1, split.units("train"))
        expected = corrected(self.foretold, characters, each * self.schedule.steps, each * self.counted_on)
        self.foretold, self.counted_on = expected, self.schedule.steps
        self.recipe = dataclasses.replace(
            self.recipe, summary=dataclasses.replace(self.recipe.summary, forecast=expected)
        )
        what = (
            f"the machine makes {share:.2g} times the steps that were expected of it; expect {expected['low']:.2f} to "
            f"{expected['high']:.2f} bits/char now"
        )
        tell(self.observers, Warned(what))

    def validate(self) -> None:
        """Score the held-out text; tell of it, and warn where the network overfits the text."""
        self.validation.run(self.tell_validated)

    def save(self, otherwise: str = "training goes on") -> None:
        """Write the resume file; a full disk is no reason to stop training."""
        try:
            self.checkpoint.save(self.state())
        except OutputError as error:
            tell(self.observers, Warned(f"{error}; {otherwise}"))

    def state(self) -> RunState:
        """Return all that ``resume`` needs; the tensors are the run's own, which the next step changes."""
        about = {"model": as_plain(self.recipe.model), "train": as_plain(self.recipe.train), **self.job.about()}
        learner, validation = self.learner, self.validation
        return RunState(
            network=learner.network.state_dict(),
            best=validation.best,
            hidden_state=learner.state,
            optimizers=optimizer_state(learner.optimizers),
            progress=self.progress,
            summary=self.recipe.summary,
            before=validation.before,
            job=about,
        )

    def tell_start(self) -> None:
        """Tell the observers that the next step is the first one."""
        summary, per = self.recipe.summary, self.job.split.per
        first = Started(
            summary.advice,
            summary.recipe,
            summary.forecast,
            self.learner.parameters,
            self.progress.step,
            per,
            self.job.info,
        )
        tell(self.observers, first)

    def tell_what_is_scored(self) -> None:
        """Warn where only a part of what is held out is validated on."""
        if self.progress.scored:
            whole = self.job.split.units("valid")
            message = f"only the first {self.progress.scored:,} of {whole:,} held-out units are validated on"
            tell(self.observers, Warned(f"{message}: all of them would take too much of so few minutes"))

    def tell_validated(self, bits: float) -> None:
        """Tell the observers of a validation, and of its alarm, if any."""
        progress = self.progress
        bundle = lambda: snapshot(self.course())  # noqa: E731
        tell(self.observers, Validated(progress.step, bits, progress.best_bits, progress.train_bits, bundle))
        alarm = progress.memorising(self.job.split.per)
        if alarm:
            tell(self.observers, Warned(alarm, tuple(progress.curve)))

    def report(self) -> None:
        """Tell the observers how far the run is."""
        progress, steps = self.progress, self.schedule.steps
        units = progress.step * self.learner.batches.units_per_step
        rate = units / self.bits_per_nat / math.log(2) / progress.seconds
        left = (steps - progress.step) * progress.seconds / progress.step
        epoch = progress.step / self.steps_per_epoch
        tell(
            self.observers,
            Progress(progress.step, steps, epoch, progress.train_bits, rate, progress.seconds, left),
        )

    def course(self) -> Course:
        """Return how far the run is, as a record tells it."""
        judged = bool(self.validation.best)
        return Course(self.job, self.recipe, self.progress, self.learner.network, self.precision, self.ending, judged)

    def finish(self) -> Bundle:
        """Return the best model; an interrupted run also leaves what going on needs.

        Before anything else changes it.
        """
        interrupted = self.ending.ended_by == "signal"
        if interrupted and not self.progress.step:
            number = int(self.ending.stopped.split()[1])
            raise InterruptedWorkError("stopped before the first step: nothing was learnt, nothing is written", number)
        if interrupted and self.job.resume_file and self.complete:
            self.save("going on will begin at an earlier step")
        if interrupted and not self.progress.validations and self.progress.loss_count:
            self.validate()
        validation = self.validation
        if validation.best:
            self.learner.network.load_state_dict(validation.best)
        bundle = finished(self.course(), validation.split, validation.held_out, validation.before)
        self.clock.tick()
        for message in bundle.record.warnings:
            tell(self.observers, Warned(message))
        return dataclasses.replace(bundle, record=bundle.record | {"seconds": round(self.progress.seconds, 3)})
