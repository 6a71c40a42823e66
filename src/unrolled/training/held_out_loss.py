"""The loss of a task over what is held out; through a text, the state is carried along."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from ..datasets.dataset import Dataset
from ..networks.modules import Network
from ..networks.modules.base import on_device
from ..networks.modules.product import multiplies_bf16, product
from ..networks.modules.sampled_softmax import LARGE
from ..tasks.base import Task
from ..text.vocabulary import NEVER
from .tbptt import detach_and_reset

MOST_LOGITS = 1 << 24  # at once: 64 MB


@torch.no_grad()
def total_bits(network: Network, task: Task, split: Dataset, part: str, rows: int | None = None) -> float:
    """Return the sum of the loss over all targets of a held-out part, in bits; a text is read in so many ``rows``."""
    device = network.head.bias.device
    state, total = network.start(1), 0.0
    for batch in split.held_out(part, network.window, rows):
        given = split.inputs(part, batch.documents)
        encoded = None if given is None else network.encode(on_device(given, device))
        state = network.start(len(batch.fresh), encoded) if batch.fresh.all() else detach_and_reset(state, batch.fresh)
        ids = torch.from_numpy(batch.inputs.astype(np.int64)).to(device)
        y, state = network.read(ids, state, encoded=encoded)
        targets = torch.from_numpy(batch.targets.astype(np.int64)).to(device)
        total += sum_of(network, task, y, targets, torch.from_numpy(batch.counts).to(device))
    return total / math.log(2)


def sum_of(network: Network, task: Task, y: Tensor, targets: Tensor, counts: Tensor) -> float:
    """Return the nats of all targets [B, T] that count, after the last layer's outputs.

    Part by part, as logits can be many.
    """
    at_once = max(1, MOST_LOGITS // (len(y) * network.spec.outputs))
    total = 0.0
    precision = network.precision if network.spec.outputs >= LARGE else "fp32"
    weights = network.head.weight.t().bfloat16() if multiplies_bf16(precision) else network.head.weight.t()
    for part, wanted, mask in zip(*(torch.split(each, at_once, 1) for each in (y, targets, counts)), strict=True):
        nats = task.loss(product(part, weights, precision) + network.head.bias, wanted)
        total += scored(network, nats, wanted)[mask].double().sum().item()
    return total


def scored(network: Network, nats: Tensor, targets: Tensor) -> Tensor:
    """Return the nats [...] of targets where all units that never occurred share ``network.unseen`` evenly.

    What ``analysis.scoring.log_probabilities`` tells of every unit.
    """
    never = network.head.bias < NEVER / 2
    if not network.unseen or not never.any():
        return nats
    one = network.unseen / int(never.sum())
    return torch.where(never[targets], -math.log(one), nats - math.log1p(-network.unseen))


def bits_of(network: Network, task: Task, split: Dataset, part: str) -> float:
    """Return what a held-out part costs, in bits per character, or per label."""
    return total_bits(network, task, split, part) / max(1, split.characters_of(part))
