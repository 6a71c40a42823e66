"""The training loop: one ``Run`` from the first step to the bundle."""

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
from ..networks.modules import Network, build
from ..tasks import TASKS
from .budget import Budget
from .checkpoint import (
    as_plain,
    load_resume,
    optimizer_tensors,
    prefixed,
    restore_optimizers,
    save_resume,
    seconds_between_saves,
    unprefixed,
)
from .checkpoint_checks import check_tensors
from .costs import VALIDATION_MOST, Costs, seconds_per_unit
from .events import Observer, Progress, Started, Validated, Warned, tell
from .finish import Course, finished, snapshot, units_at_the_end
from .interrupt import Interrupt
from .job import TrainingJob
from .machine import borrowed, give_back_memory, prepare, validation_cost
from .objective import Objective
from .output_layer import start_head
from .progress import RunState
from .recipes.choose import choose_sizes
from .schedule import Schedule
from .step import Learner
from .validation import bits_of
from .warm_start import HeldOut

VALIDATION_SHARE = 0.05  # of the run spent on validations
MOST_VALIDATIONS = 40
OLD_SCORED = 200_000  # units of the text of the model that a run goes on from, at most


def fit(work: TrainingJob, observers: Sequence[Observer], interrupt: Interrupt, resume: bool = False) -> Bundle:
    """Train and give back the best model; with ``resume``, go on where the resume file left off.

    A signal that ``interrupt`` has received, or Python's ``KeyboardInterrupt``, ends the run early with the best so
    far: the record's ``stopped`` says so. Before the first step there is nothing to keep, and it ends at once.
    """
    with borrowed():
        run = Run(work, observers)
        if resume:
            run.restore()
        else:
            run.begin()
        summary = run.recipe.summary
        tell(
            observers,
            Started(
                summary.advice,
                summary.recipe,
                summary.forecast,
                parameters=run.parameters,
                resumed_at=run.ledger.step,
                per=work.split.per,
            ),
        )
        run.learn(interrupt)
        return run.finish()


class Run:
    """One training run: its network, its optimizer, its place in the text, its ledger."""

    def __init__(self, work: TrainingJob, observers: Sequence[Observer]) -> None:
        self.work, self.observers = work, observers
        self.device = prepare(work.run)
        self.kind = kernels.arithmetic(work.run.kernels, work.run.precision)
        self.task = TASKS[work.model.task]
        self.ledger = RunState(scored=work.scored)
        self.recipe = choose_sizes(work, self.device, self.kind)
        self.objective = Objective.of(self.recipe.train, work.split)
        self.network = self.make_network()
        self.learner = Learner(self.network, self.task, work, self.recipe.train, self.objective)
        self.schedule = Schedule(self.ledger.plans)
        epoch = self.learner.batches.steps_per_epoch
        most = epoch * self.recipe.most_passes
        self.budget = Budget(self.recipe.train, self.schedule, most, epoch, work.replay)
        self.costs = Costs()
        self.split = work.split
        self.before: dict[str, float | None] = {}
        self.best: dict[str, torch.Tensor] = {}
        self.bits = self.bits_per_nat("train")
        self.stopped, self.ended_by = "finished", ""
        self.whole = True  # whether the last step is done with all that follows it
        self.save_every = seconds_between_saves()
        self.clock = self.saved = time.perf_counter()

    def make_network(self) -> Network:
        """The network that the recipe wants, on its device."""
        spec = self.task.network(self.recipe.model, self.work.split.vocabularies)
        network = build(spec, self.work.train.seed, self.kind).to(self.device)
        start_head(network, self.work, self.objective.weights)
        return network

    def begin(self) -> None:
        """Plan a new run; the model that it goes on from, if any, is the best so far."""
        ledger = self.ledger
        ledger.old_scored = OLD_SCORED
        if self.budget.timed and len(self.split.valid):
            self.costs.per_unit = seconds_per_unit(self.network, self.task, self.split)
            affordable = int(VALIDATION_MOST * self.budget.seconds / self.costs.per_unit)
            ledger.scored = affordable if affordable < self.split.units("valid") else 0
            ledger.old_scored = min(OLD_SCORED, affordable)
        self.prepare_held_out()
        self.budget.begin(self.recipe.units_per_second / self.units_per_step)
        ledger.next_validation = self.next_validation()
        self.before = self.held_out.bits(self.network, self.task)
        start = self.before.get("new")
        if start is not None and math.isfinite(start):
            self.best = self.weights()
            ledger.best_bits, ledger.best_train_bits = start, 0.0  # no rise above the start is memorising

    def prepare_held_out(self) -> None:
        """Choose what is scored; of what would take too large a share of the minutes, only the beginning."""
        if self.ledger.scored:
            whole, self.split = self.split.units("valid"), self.work.split.beginning("valid", self.ledger.scored)
            message = f"only the first {self.ledger.scored:,} of {whole:,} held-out units are validated on"
            tell(self.observers, Warned(f"{message}: all of them would take too much of so few minutes"))
        self.held_out = HeldOut(self.work, self.split, self.ledger.old_scored or OLD_SCORED)
        self.final_units = units_at_the_end(self.split, self.held_out)

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    @property
    def units_per_step(self) -> float:
        """Units that a step learns from."""
        return self.learner.batches.units_per_step

    def bits_per_nat(self, part: str) -> float:
        """From nats a unit to bits a character, over a part of what is learnt from."""
        return self.work.split.units(part) / max(1, self.work.split.characters_of(part)) / math.log(2)

    def validation_interval(self) -> int:
        """Steps between two validations: often enough to see the curve, seldom enough not to cost the run."""
        units = self.split.units("valid")
        steps = validation_cost(self.network.spec) * units / VALIDATION_SHARE / self.units_per_step
        if self.budget.speed:  # as it turned out, and not as it was to be expected
            steps = max(steps, self.costs.per_unit * units / VALIDATION_SHARE * self.budget.speed)
        return max(1, math.ceil(steps), self.schedule.steps // MOST_VALIDATIONS)

    def next_validation(self) -> int:
        """The step after which the next validation comes; a replay repeats those of the earlier run."""
        step = self.ledger.step
        return next((each for each in self.work.validations if each > step), 0) or step + self.validation_interval()

    def learn(self, interrupt: Interrupt) -> None:
        """Step by step, up to the last planned one or until something ends the run; count its time from here on."""
        interrupt.deferred = True
        self.clock = self.saved = time.perf_counter()
        try:
            while not self.over(interrupt):
                self.whole = False
                begin, computed = time.perf_counter(), time.thread_time()
                self.train_step()
                self.costs.stepped(time.perf_counter() - begin, time.thread_time() - computed)
                if self.stopped == "finished":
                    self.after_step()
        except KeyboardInterrupt:
            if interrupt.received is not None or not self.ledger.step:  # a second one; nothing to keep
                raise
            self.stopped, self.ended_by = f"signal {int(signal.SIGINT)}", "signal"

    def over(self, interrupt: Interrupt) -> bool:
        """Whether the run ends here, and why."""
        patience = self.work.train.patience
        if self.stopped != "finished":
            return True
        if interrupt.received is not None:
            self.stopped, self.ended_by = f"signal {interrupt.received}", "signal"
        elif patience and self.ledger.without_progress >= patience:
            self.stopped, self.ended_by = "early", "patience"
        elif self.ledger.step >= self.schedule.steps:
            self.ended_by = self.budget.unit
        return bool(self.ended_by)

    def train_step(self) -> None:
        """One batch: forward, loss, backward, update."""
        step, highest = self.ledger.step, self.recipe.train.learning_rate
        assert highest is not None, "the recipe fills it in"
        nats = self.learner.step(step, self.schedule.learning_rate(step, highest))
        if math.isfinite(nats):
            self.ledger.add((nats - math.log1p(-self.network.unseen)) * self.bits)
        else:
            self.diverged()

    def diverged(self) -> None:
        """The loss is no number any more: the best weights so far are the result, if there are any."""
        message = f"the loss became infinite at step {self.ledger.step}; lower --learning-rate or --gradient-clip"
        if not self.best:
            raise TrainingError(message)
        tell(self.observers, Warned(f"{message}; the best so far is kept"))
        self.stopped, self.ended_by = "diverged", "divergence"

    def after_step(self) -> None:
        """Validate, plan, save and report where it is time to."""
        ledger = self.ledger
        self.tick()
        if self.budget.timed or self.budget.replay:
            beside = self.costs.validation(self.split.units("valid")) / self.validation_interval()
            self.budget.look(ledger, beside, self.costs.final(self.final_units, self.parameters))
        if ledger.step in (ledger.next_validation, self.schedule.steps):
            self.validate()
        self.whole = True
        if self.work.resume_file and time.perf_counter() - self.saved >= self.save_every:
            self.save()
        self.report()

    def tick(self) -> float:
        """Add the time since the last tick to the ledger (it may hold that of an earlier process), and give it back."""
        now = time.perf_counter()
        passed, self.clock = now - self.clock, now
        self.ledger.seconds += passed
        return passed

    def validate(self) -> None:
        """Score the held-out text; keep the weights if they are the best."""
        ledger, valid = self.ledger, self.split.valid
        ledger.next_validation = self.next_validation()
        self.work.split.release()
        give_back_memory()
        if not len(valid):
            return
        bits = bits_of(self.network, self.task, self.split, "valid")
        weights = self.weights() if bits < ledger.best_bits else self.best
        scoring = self.tick()
        ledger.validations += 1
        if ledger.validated(bits):
            self.best = weights
        bundle = lambda: snapshot(self.course())  # noqa: E731
        tell(self.observers, Validated(ledger.step, bits, ledger.best_bits, ledger.train_bits, bundle))
        alarm = ledger.memorising(self.work.split.per)
        if alarm:
            tell(self.observers, Warned(alarm, tuple(ledger.curve)))
        ledger.forget_losses()
        observing = self.tick()
        ledger.validating += scoring + observing
        self.costs.validated(self.split.units("valid"), scoring, observing)

    def weights(self) -> dict[str, torch.Tensor]:
        """A copy of the weights as they are now."""
        return {name: tensor.clone() for name, tensor in self.network.state_dict().items()}

    def report(self) -> None:
        """Tell the observers how far the run is."""
        ledger = self.ledger
        rate = ledger.step * self.units_per_step / self.bits / math.log(2) / ledger.seconds
        left = (self.schedule.steps - ledger.step) * ledger.seconds / ledger.step
        epoch = ledger.step / self.learner.batches.steps_per_epoch
        progress = Progress(ledger.step, self.schedule.steps, epoch, ledger.train_bits, rate, ledger.seconds, left)
        tell(self.observers, progress)

    def course(self) -> Course:
        """How far the run is, as a record tells it."""
        return Course(
            self.work, self.recipe, self.ledger, self.network, self.kind, self.stopped, self.ended_by, bool(self.best)
        )

    def finish(self) -> Bundle:
        """The best model; an interrupted run also leaves what going on needs, before anything else changes it."""
        interrupted = self.ended_by == "signal"
        if interrupted and not self.ledger.step:
            number = int(self.stopped.split()[1])
            raise InterruptedWorkError("stopped before the first step: nothing was learnt, nothing is written", number)
        if interrupted and self.work.resume_file and self.whole:
            self.save("going on will begin at an earlier step")
        if interrupted and not self.ledger.validations and self.ledger.loss_count:
            self.validate()
        if self.best:
            self.network.load_state_dict(self.best)
        bundle = finished(self.course(), self.split, self.held_out, self.before)
        self.tick()
        bundle.record["seconds"] = round(self.ledger.seconds, 3)
        for message in bundle.record.get("warnings", ()):
            tell(self.observers, Warned(message))
        return bundle

    def save(self, otherwise: str = "training goes on") -> None:
        """Write the resume file; a full disk is no reason to stop training."""
        assert self.work.resume_file, "only called where there is one"
        self.saved = time.perf_counter()
        tensors = prefixed("network", self.network.state_dict()) | prefixed("best", self.best)
        tensors |= prefixed("state", self.learner.state) | optimizer_tensors(self.learner.optimizers)
        about = {
            "ledger": vars(self.ledger),
            "model": as_plain(self.recipe.model),
            "train": as_plain(self.recipe.train),
            "told": vars(self.recipe.summary),
            "before": self.before,
            **self.work.about(),
        }
        try:
            save_resume(self.work.resume_file, tensors, about)
        except OutputError as error:
            tell(self.observers, Warned(f"{error}; {otherwise}"))

    def restore(self) -> None:
        """Go on from the resume file: the next step is the one that the killed run would have made."""
        assert self.work.resume_file, "only called where there is one"
        arrays, about = load_resume(self.work.resume_file)
        tensors = {name: torch.from_numpy(array).clone().to(self.device) for name, array in arrays.items()}
        self.ledger, learner = RunState(**about["ledger"]), self.learner
        fresh = learner.batches.batch(self.ledger.step).fresh
        rows = None if fresh.all() else len(fresh)
        check_tensors(tensors, self.network.state_dict(), learner.state, learner.optimizers, rows)
        self.network.load_state_dict(unprefixed("network", tensors))
        self.best = unprefixed("best", tensors)
        self.learner.state = unprefixed("state", tensors)
        restore_optimizers(self.learner.optimizers, tensors)
        self.recipe = dataclasses.replace(self.recipe, summary=type(self.recipe.summary)(**about["told"]))
        self.ledger.plans = [(step, steps) for step, steps in self.ledger.plans]
        self.schedule.plans = self.ledger.plans
        self.before = about.get("before", {})
        self.prepare_held_out()
        if self.budget.timed and len(self.split.valid):
            self.costs.per_unit = seconds_per_unit(self.network, self.task, self.split)
        if self.work.other_budget:
            self.budget.go_on(self.ledger)
