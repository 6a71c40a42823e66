"""The training loop: one ``Run`` from the first step to the bundle."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .. import kernels
from ..bundle import Bundle
from ..data.batches import Batch
from ..errors import InterruptedWorkError, OutputError, TrainingError
from ..layers import Network, build
from ..layers.base import Encoded, on_device
from ..layers.dropout import Chance
from ..layers.sampled import some_logits
from ..layers.tied import TiedHead
from ..tasks import TASKS
from .budget import Budget
from .calibrate import calibrate, judge
from .carry import forget
from .choosing import choose_sizes
from .events import Observer, Progress, Started, Validated, Warned, tell
from .feed import make_sampler, mean_of, start_head, with_unseen
from .interrupt import Interrupt
from .ledger import Ledger
from .machine import borrowed, give_back_memory, prepare, validation_cost
from .objective import Objective
from .onward import both_held_out, describe
from .optimizer import Optimizers, make_optimizers, update
from .recipe import Told
from .record import about_kernels, about_run
from .resume import (
    EVERY,
    as_plain,
    load_resume,
    optimizer_tensors,
    prefixed,
    restore_optimizers,
    save_resume,
    unprefixed,
)
from .schedule import Schedule
from .validate import bits_of
from .work import Work

VALIDATION_SHARE = 0.05  # of the run spent on validations
MOST_VALIDATIONS = 40


def fit(work: Work, observers: Sequence[Observer], interrupt: Interrupt, resume: bool = False) -> Bundle:
    """Train and give back the best model; with ``resume``, go on where the resume file left off.

    A signal that ``interrupt`` has received ends the run early with the best so far: the record's ``stopped`` says so.
    """
    with borrowed():
        run = Run(work, observers)
        if resume:
            run.restore()
        tell(
            observers,
            Started(**vars(run.recipe.told), parameters=run.parameters, resumed_at=run.ledger.step, per=work.split.per),
        )
        while not run.over(interrupt):
            run.train_step()
            run.after_step()
        return run.finish(interrupt)


class Run:
    """One training run: its network, its optimizer, its place in the text, its ledger."""

    def __init__(self, work: Work, observers: Sequence[Observer]) -> None:
        self.work, self.observers = work, observers
        self.clock = time.perf_counter()
        self.device = prepare(work.run)
        self.kind = kernels.arithmetic(work.run.kernels, work.run.precision)
        self.task = TASKS[work.model.task]
        self.vocabularies = work.split.vocabularies
        self.ledger = Ledger()
        self.recipe = choose_sizes(work, self.device, self.kind)
        self.objective = Objective.of(self.recipe.train, work.split)
        self.network = self.make_network()
        self.optimizers = self.make_optimizers()
        self.batches = work.split.batches(self.recipe.train)
        self.schedule = Schedule(self.ledger.plans)
        epoch = self.batches.steps_per_epoch
        most = epoch * self.recipe.most_passes
        self.budget = Budget(self.recipe.train, self.schedule, most, epoch, work.replay)
        self.budget.begin(self.recipe.units_per_second / self.units_per_step)
        self.ledger.next_validation = self.validation_interval()
        self.state = self.network.start(self.batches.batch_size)
        self.best: dict[str, torch.Tensor] = {}
        self.saved = time.perf_counter()
        self.bits = self.bits_per_nat("train")
        self.stopped = "finished"
        self.sampler = make_sampler(work.split, self.network)
        self.before = both_held_out(self.network, self.task, work)

    def make_network(self) -> Network:
        """The network that the recipe wants, on its device."""
        spec = self.task.network(self.recipe.model, self.vocabularies)
        network = build(spec, self.work.train.seed, self.kind).to(self.device)
        start_head(network, self.work, self.objective.weights)
        return network

    def make_optimizers(self) -> Optimizers:
        """The network's optimizers."""
        settings = self.recipe.train
        assert settings.weight_decay is not None, "the recipe fills it in"
        return make_optimizers(self.network, settings.optimizer, settings.weight_decay)

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    @property
    def units_per_step(self) -> float:
        """Units that a step learns from."""
        return self.batches.units_per_step

    def bits_per_nat(self, part: str) -> float:
        """From nats a unit to bits a character, over a part of what is learnt from."""
        return self.work.split.units(part) / max(1, self.work.split.characters_of(part)) / math.log(2)

    def validation_interval(self) -> int:
        """Steps between two validations: often enough to see the curve, seldom enough not to cost the run."""
        cost = validation_cost(self.network.spec) * self.work.split.units("valid")
        held_out = cost / VALIDATION_SHARE / self.units_per_step
        return max(1, math.ceil(held_out), self.schedule.steps // MOST_VALIDATIONS)

    def over(self, interrupt: Interrupt) -> bool:
        """Whether the run ends here, and why."""
        patience = self.work.train.patience
        if interrupt.received is not None:
            self.stopped = f"signal {interrupt.received}"
        elif patience and self.ledger.without_progress >= patience:
            self.stopped = "early"
        return self.stopped != "finished" or self.ledger.step >= self.schedule.steps

    def train_step(self) -> None:
        """One batch: forward, loss, backward, update."""
        step, settings = self.ledger.step, self.recipe.train
        batch = self.batches.batch(step)
        chance = np.random.Generator(np.random.SFC64([settings.seed, 4, step]))
        pair = (batch.inputs.astype(np.int64), batch.targets.astype(np.int64))
        inputs, targets = (torch.from_numpy(ids).to(self.device) for ids in pair)
        encoded = self.encode(batch, step, chance)
        fresh = batch.fresh.all()
        before = self.network.start(len(inputs), encoded) if fresh else forget(self.state, batch.fresh)
        y, self.state = self.network.read(inputs, before, chance, encoded)
        minimised, mean = self.loss(y, targets, batch, chance)
        torch.autograd.backward(minimised)
        nats = mean.item()
        if not math.isfinite(nats):
            self.diverged()
            return
        assert settings.learning_rate is not None, "the recipe fills it in"
        update(
            self.network,
            self.optimizers,
            self.schedule.learning_rate(step, settings.learning_rate),
            settings.gradient_clip,
        )
        self.ledger.add((nats - math.log1p(-self.network.unseen)) * self.bits)

    def loss(
        self, y: torch.Tensor, targets: torch.Tensor, batch: Batch, chance: Chance
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What a step minimises, and the mean loss, after what the head reads [B, T, W]."""
        head = self.network.head
        if isinstance(head, TiedHead) and batch.counts is not None and self.objective.weights is None:
            real = torch.from_numpy(batch.counts).to(self.device)
            return head.loss(y[real], targets[real], self.objective.smoothing)
        logits, places = self.logits(y, targets, chance)
        losses = self.task.loss(logits, places)
        return self.objective(losses, logits, places, targets, batch.counts), mean_of(losses.detach(), batch.counts)

    def logits(self, y: torch.Tensor, targets: torch.Tensor, chance: Chance) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits after the last layer's outputs, and the targets' places in them: of all units, or of some of many."""
        if self.sampler is None:
            return self.network.head(y), targets
        units, logs = self.sampler.choose(targets.cpu().numpy(), chance)
        chosen, weighed = torch.from_numpy(units).to(self.device), torch.from_numpy(logs).to(self.device)
        return some_logits(self.network.head, y, targets, chosen, weighed, self.kind)

    def encode(self, batch: Batch, step: int, chance: Chance) -> Encoded | None:
        """What the network makes of what it is given of the rows; by epoch, some labels are left out."""
        epoch = step // self.batches.steps_per_epoch
        hiding = np.random.Generator(np.random.SFC64([self.recipe.train.seed, 5, epoch]))
        given = self.work.split.given("train", batch.documents, hiding)
        return None if given is None else self.network.encode(on_device(given, self.device), chance)

    def diverged(self) -> None:
        """The loss is no number any more: the best weights so far are the result, if there are any."""
        message = f"the loss became infinite at step {self.ledger.step}; lower --learning-rate or --gradient-clip"
        if not self.best:
            raise TrainingError(message)
        tell(self.observers, Warned(f"{message}; the best so far is kept"))
        self.stopped = "diverged"

    def after_step(self) -> None:
        """Validate, plan, save and report where it is time to."""
        ledger = self.ledger
        self.tick()
        self.budget.look(ledger, self.validations_left())
        if ledger.step in (ledger.next_validation, self.schedule.steps):
            self.validate()
        if self.work.resume_file and time.perf_counter() - self.saved >= EVERY:
            self.save()
        self.report()

    def tick(self) -> float:
        """Add the time since the last tick to the ledger (it may hold that of an earlier process), and give it back."""
        now = time.perf_counter()
        passed, self.clock = now - self.clock, now
        self.ledger.seconds += passed
        return passed

    def validations_left(self) -> int:
        """Validations still to come, the last one included."""
        return 1 + (self.schedule.steps - self.ledger.step) // self.validation_interval()

    def validate(self) -> None:
        """Score the held-out text; keep the weights if they are the best."""
        ledger, valid = self.ledger, self.work.split.valid
        ledger.next_validation = ledger.step + self.validation_interval()
        self.work.split.release()
        give_back_memory()
        if not len(valid):
            return
        bits = bits_of(self.network, self.task, self.work.split, "valid")
        ledger.validating += self.tick()
        ledger.validations += 1
        if ledger.validated(bits):
            self.best = {name: tensor.clone() for name, tensor in self.network.state_dict().items()}
        tell(self.observers, Validated(ledger.step, bits, ledger.best_bits, ledger.train_bits, self.snapshot))
        alarm = ledger.memorising(self.work.split.per)
        if alarm:
            tell(self.observers, Warned(alarm, tuple(ledger.curve)))
        ledger.forget_losses()
        ledger.validating += self.tick()  # what observers did with it

    def report(self) -> None:
        """Tell the observers how far the run is."""
        ledger = self.ledger
        rate = ledger.step * self.units_per_step / self.bits / math.log(2) / ledger.seconds
        left = (self.schedule.steps - ledger.step) * ledger.seconds / ledger.step
        epoch = ledger.step / self.batches.steps_per_epoch
        told = Progress(ledger.step, self.schedule.steps, epoch, ledger.train_bits, rate, ledger.seconds, left)
        tell(self.observers, told)

    def snapshot(self) -> Bundle:
        """A bundle of the weights as they are now, with the record so far."""
        arrays = {name: tensor.cpu().numpy().copy() for name, tensor in self.network.state_dict().items()}
        return Bundle(arrays, self.recipe.model, with_unseen(self.work.split, self.network.unseen), self.record())

    def record(self) -> dict[str, Any]:
        """Where the model comes from, and how well it did."""
        ledger = self.ledger
        return {
            **about_run(self.work, self.recipe, ledger),
            "stopped": self.stopped,
            "best": {"step": ledger.best_step, f"bits_per_{self.work.split.per}": ledger.best_bits}
            if self.best
            else None,
            "kernels": about_kernels(self.kind),
            "device": str(self.device),
        }

    def finish(self, interrupt: Interrupt) -> Bundle:
        """The best model; an interrupted run also leaves what going on needs."""
        if interrupt.received is not None:
            if not self.ledger.step:
                raise InterruptedWorkError(
                    "stopped before the first step: nothing was learnt, nothing is written", interrupt.received
                )
            if not self.best and self.ledger.loss_count:
                self.validate()
            if self.work.resume_file:
                self.save()
        if self.best:
            self.network.load_state_dict(self.best)
        held_out = self.calibrate()
        final = self.snapshot()
        if held_out:
            final.record["best"] |= held_out
        tested = len(self.work.split.test) > 0
        bits = bits_of(self.network, self.task, self.work.split, "test") if tested else None
        final.record[f"test_bits_per_{self.work.split.per}"] = bits
        if held_out and tested:
            final.record["test"] = judge(self.network, self.work.split, "test")
        if self.work.base:
            after = both_held_out(self.network, self.task, self.work)
            final.record["continued"] = describe(self.work, self.before, after)
        unlabelled = self.work.split.unlabelled()
        if self.best and unlabelled:
            open_bits = bits_of(self.network, self.task, unlabelled, "valid")
            final.record["best"]["bits_per_char_unlabelled"] = open_bits
        return final

    def calibrate(self) -> dict[str, float]:
        """Calibrate what answers with labels, and tell how good its answers are; nothing of what writes."""
        if not self.best or self.work.split.per != "label":
            return {}
        return calibrate(self.network, self.work.split)

    def save(self) -> None:
        """Write the resume file; a full disk is no reason to stop training."""
        assert self.work.resume_file, "only called where there is one"
        self.saved = time.perf_counter()
        tensors = prefixed("network", self.network.state_dict()) | prefixed("best", self.best)
        tensors |= prefixed("state", self.state) | optimizer_tensors(self.optimizers)
        about = {
            "ledger": vars(self.ledger),
            "model": as_plain(self.recipe.model),
            "train": as_plain(self.recipe.train),
            "told": vars(self.recipe.told),
            "digest": self.work.corpus["digest"],
            "replay": self.work.replay,
            "base": self.work.base and self.work.base.path,
            "read": self.work.corpus.get("read", {}),
        }
        try:
            save_resume(self.work.resume_file, tensors, about)
        except OutputError as error:
            tell(self.observers, Warned(f"{error}; training goes on"))

    def restore(self) -> None:
        """Go on from the resume file: the next step is the one that the killed run would have made."""
        assert self.work.resume_file, "only called where there is one"
        arrays, about = load_resume(self.work.resume_file)
        tensors = {name: torch.from_numpy(array).clone().to(self.device) for name, array in arrays.items()}
        self.network.load_state_dict(unprefixed("network", tensors))
        self.best = unprefixed("best", tensors)
        self.state = unprefixed("state", tensors)
        restore_optimizers(self.optimizers, tensors)
        self.ledger = Ledger(**about["ledger"])
        self.recipe = dataclasses.replace(self.recipe, told=Told(**about["told"]))
        self.ledger.plans = [(step, steps) for step, steps in self.ledger.plans]
        self.schedule.plans = self.ledger.plans
        self.clock = time.perf_counter()
