"""Validation: the task's loss over the held-out text, the state carried through it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from ..cells.scan import narrow, product
from ..data.batches import Batch, overlapping, side_by_side
from ..data.buckets import each_once
from ..data.split import Split
from ..layers import Network
from ..layers.sampled import LARGE
from ..tasks.base import Task
from ..text.base import Ids
from .carry import forget

ROW = 2048  # units that a row should have before the text is cut into more of them
MOST_ROWS = 64
MOST_LOGITS = 1 << 24  # at once: 64 MB
LENGTH = 256  # units at a time, and units read before a row begins to count


def rows_for(units: int) -> int:
    """In how many rows a held-out text is read; a short one in one row, exactly as ``score`` reads it."""
    return max(1, min(MOST_ROWS, units // ROW))


@torch.no_grad()
def validate(
    network: Network, task: Task, ids: Ids, ends: bool = False, labels: Ids | None = None, rows: int | None = None
) -> float:
    """The sum of the loss over all targets of a held-out text, in bits.

    Documents that ``end`` are read apart, each under its ``labels`` [documents, columns].
    """
    device = network.head.weight.device
    rows = rows or rows_for(len(ids) - 1)
    state, total = network.start(rows), 0.0
    for batch in parts_of(network, ids, ends, rows):
        vectors = None
        if labels is not None and network.condition is not None:
            vectors = network.condition(torch.from_numpy(labels[batch.documents]).long().to(device))
        state = network.start(len(batch.fresh), vectors) if batch.fresh.all() else forget(state, batch.fresh)
        y, state = network.read(torch.from_numpy(batch.inputs.astype(np.int64)).to(device), state, vectors=vectors)
        targets = torch.from_numpy(batch.targets.astype(np.int64)).to(device)
        total += sum_of(network, task, y, targets, torch.from_numpy(batch.counts).to(device))
    return total / math.log(2)


def parts_of(network: Network, ids: Ids, ends: bool, rows: int) -> Iterator[Batch]:
    """A held-out text in batches as the network reads it."""
    if ends:
        return each_once(ids, ROW, LENGTH)
    return overlapping(ids, MOST_ROWS, network.window) if network.window else side_by_side(ids, rows, LENGTH)


def sum_of(network: Network, task: Task, y: Tensor, targets: Tensor, counts: Tensor) -> float:
    """Nats of all targets [B, T] that count, after the last layer's outputs: part by part, as logits can be many."""
    at_once = max(1, MOST_LOGITS // (len(y) * network.spec.outputs))
    total = 0.0
    kind = network.kind if network.spec.outputs >= LARGE else "fp32"
    weights = network.head.weight.t().bfloat16() if narrow(kind) else network.head.weight.t()
    for part, wanted, known in zip(*(torch.split(each, at_once, 1) for each in (y, targets, counts)), strict=True):
        total += task.loss(product(part, weights, kind) + network.head.bias, wanted)[known].double().sum().item()
    return total


def bits_of(network: Network, task: Task, split: Split, part: str, labelled: bool = True) -> float:
    """Bits per character of a part of a text, its labels known or not."""
    ids, labels = getattr(split, part), split.conditions.get(part)
    if labels is not None and not labelled:
        labels = np.zeros_like(labels)
    return validate(network, task, ids, split.ends, labels) / max(1, split.characters(ids[1:]))
