"""One side of ``training_step.py``: a step as ``training/driver.py`` makes it."""

from __future__ import annotations

import unrolled.training  # noqa: F401  # isort: skip  # before torch, as in unrolled train

import common
import numpy as np
from steps import CLIP, DECAY, DROPOUT, RATE, Step, V, batch, serve

from unrolled.config import RunOptions
from unrolled.networks.modules import build
from unrolled.networks.spec import NetworkSpec
from unrolled.tasks import TASKS
from unrolled.training.machine import prepare
from unrolled.training.optimizer import make_optimizers, update
from unrolled.training.tbptt import detach_and_reset


def make(cell: str, layers: int, width: int, rows: int, bf16: bool) -> Step:
    """A training step of our network."""
    prepare(RunOptions(device="cpu"))
    network = build(NetworkSpec(V, V, width, cell, width, layers, DROPOUT))
    optimizers, task = make_optimizers(network, "adamw", DECAY), TASKS["language"]
    inputs, targets = batch(rows)
    state, number = network.start(rows), 0
    fresh = np.zeros(rows, bool)

    def step() -> None:
        nonlocal state, number
        number += 1
        rng = np.random.Generator(np.random.SFC64([1, 4, number]))
        logits, state = network(inputs, detach_and_reset(state, fresh), rng)
        loss = task.loss(logits, targets).mean()
        loss.backward()
        loss.item()
        update(network, optimizers, RATE, CLIP)

    return step


if __name__ == "__main__":
    serve(make, common.parser(__doc__))
