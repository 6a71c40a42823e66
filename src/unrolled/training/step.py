"""One training step: a batch forward, its loss, and back; the state is carried to the next one."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import TrainOptions
from ..datasets.batches import Batch
from ..networks.modules import Network, build
from ..networks.modules.base import Encoded, on_device
from ..networks.modules.dropout import Rng
from ..networks.modules.sampled_softmax import some_logits
from ..tasks import TASKS
from ..tasks.base import Task
from .job import TrainingJob
from .objective import Objective
from .optimizer import load_optimizer_state, make_optimizers, update
from .output_layer import make_sampler, mean_of, start_head
from .recipes.text import Recipe
from .state import RunState
from .tbptt import detach_and_reset


class Learner:
    """A network with its optimizers, its batches, and the ``state`` that its next batch begins with."""

    def __init__(
        self, network: Network, task: Task, job: TrainingJob, settings: TrainOptions, objective: Objective
    ) -> None:

        assert settings.weight_decay is not None, "the recipe fills it in"
        self.network, self.task, self.split, self.settings = network, task, job.split, settings
        self.device = network.head.bias.device
        self.optimizers = make_optimizers(network, settings.optimizer, settings.weight_decay)
        self.batches = job.split.batches(settings)
        self.state = network.start(self.batches.batch_size)
        self.sampler = make_sampler(job.split, network)
        self.objective = objective

    def restore(self, saved: RunState) -> None:
        """Go on with the weights, the state and the optimizers of a run that has been checked."""
        self.network.load_state_dict(saved.network)
        load_optimizer_state(self.optimizers, saved.optimizers)
        self.state = saved.hidden_state

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    def weights(self) -> dict[str, torch.Tensor]:
        """Return a copy of the weights as they are now."""
        return {name: tensor.clone() for name, tensor in self.network.state_dict().items()}

    def step(self, step: int, learning_rate: float) -> float:
        """Learn from the batch of a step; its mean loss in nats. Where that is not finite, nothing is learnt."""
        settings = self.settings
        batch = self.batches.batch(step)
        rng = np.random.Generator(np.random.SFC64([settings.seed, 4, step]))
        pair = (batch.inputs.astype(np.int64), batch.targets.astype(np.int64))
        inputs, targets = (torch.from_numpy(ids).to(self.device) for ids in pair)
        encoded = self.encode(batch, step, rng)
        fresh = batch.fresh.all()
        before = self.network.start(len(inputs), encoded) if fresh else detach_and_reset(self.state, batch.fresh)
        y, self.state = self.network.read(inputs, before, rng, encoded)
        minimised, mean = self.loss(y, targets, batch, rng)
        torch.autograd.backward(minimised)
        nats = mean.item()
        if math.isfinite(nats):
            update(self.network, self.optimizers, learning_rate, settings.gradient_clip)
        return nats

    def loss(self, y: torch.Tensor, targets: torch.Tensor, batch: Batch, rng: Rng) -> tuple[torch.Tensor, torch.Tensor]:
        """Return what a step minimises, and the mean loss, after what the head reads [B, T, W]."""
        if self.sampler is None and self.objective.weights is None:
            rows, wanted = as_rows(y, targets, batch.counts)
            found = self.network.loss(rows, wanted, self.objective.smoothing)
            if found is not None:
                return found
        logits, positions = self.logits(y, targets, rng)
        losses = self.task.loss(logits, positions)
        return self.objective(losses, logits, positions, targets, batch.counts), mean_of(losses.detach(), batch.counts)

    def logits(self, y: torch.Tensor, targets: torch.Tensor, rng: Rng) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits of all units, or of some of many, after the last layer, and the targets' places in them."""
        if self.sampler is None:
            return self.network.head(y), targets
        units, logs = self.sampler.choose(targets.cpu().numpy(), rng)
        chosen, weighed = torch.from_numpy(units).to(self.device), torch.from_numpy(logs).to(self.device)
        return some_logits(self.network.head, y, targets, chosen, weighed, self.network.precision)

    def encode(self, batch: Batch, step: int, rng: Rng) -> Encoded | None:
        """Return what the network makes of what it is given of the rows; by epoch, some labels are left out."""
        epoch = step // self.batches.steps_per_epoch
        hiding = np.random.Generator(np.random.SFC64([self.settings.seed, 5, epoch]))
        given = self.split.inputs("train", batch.documents, hiding)
        return None if given is None else self.network.encode(on_device(given, self.device), rng)


def as_rows(
    y: torch.Tensor, targets: torch.Tensor, counts: NDArray[np.bool_] | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what the head reads [N, W] and targets [N], without padding, in the order in which it lies in memory."""
    if counts is not None:
        real = torch.from_numpy(counts).to(y.device)
        return y[real], targets[real]
    if not y.is_contiguous():  # a scan's outputs have time first
        y, targets = y.transpose(0, 1), targets.t()
    return y.flatten(0, 1), targets.flatten()


def make_learner(job: TrainingJob, recipe: Recipe, device: torch.device, precision: str) -> Learner:
    """Return the network that a recipe wants, on a device, with what it learns by."""
    task = TASKS[job.model.task]
    objective = Objective.of(recipe.train, job.split)
    network = build(task.network(recipe.model, job.split.vocabularies), job.train.seed, precision).to(device)
    start_head(network, job, objective.weights)
    return Learner(network, task, job, recipe.train, objective)
