"""One side of ``training_step.py``: a step as ``unrolled train`` makes it, by the code that makes it there."""

from __future__ import annotations

import unrolled.training  # noqa: F401  # isort: skip  # before torch, as in unrolled train

import argparse

import numpy as np
from steps import CLIP, DECAY, DROPOUT, LENGTH, RATE, Sizes, Step, parser, serve

from unrolled import kernels
from unrolled.formats.sources import Text
from unrolled.text.vocabulary import SPECIAL
from unrolled.training.machine import prepare
from unrolled.training.prepare import gather
from unrolled.training.recipes.choose import choose_sizes
from unrolled.training.step import Learner, make_learner

FIRST = 0x4E00  # the first of thousands of characters, none of which is a part of another


def random_text(vocabulary: int, characters: int) -> Text:
    """Random characters, all of a vocabulary among them: a step takes as long on them as on a text."""
    units = vocabulary - SPECIAL
    ids = np.random.default_rng(1).integers(units, size=characters)
    ids[:units] = ids[-units:] = np.arange(units)
    return Text("".join(map(chr, FIRST + ids)))


def make_real_learner(sizes: Sizes, options: argparse.Namespace) -> Learner:
    """What a training steps with: the job read, the recipe chosen, the network built as ``training/driver.py`` does."""
    asked = {"cell": sizes.cell, "layers": sizes.layers, "hidden_size": sizes.width, "embedding_size": sizes.width}
    asked |= {"dropout": DROPOUT, "batch_size": sizes.rows, "sequence_length": LENGTH, "optimizer": options.optimizer}
    asked |= {"weight_decay": DECAY, "learning_rate": RATE, "gradient_clip": CLIP, "unit": "char", "steps": 1_000_000}
    characters = max(4 * sizes.vocabulary, 20 * sizes.rows * LENGTH)
    asked |= {"threads": options.threads, "precision": options.precision}
    job = gather(random_text(sizes.vocabulary, characters), None, asked)
    device = prepare(job.run)
    precision = kernels.arithmetic(job.run.kernels, job.run.precision)
    learner = make_learner(job, choose_sizes(job, device, precision), device, precision)
    found = learner.network.spec
    assert (found.outputs, found.hidden_size, found.layers) == (sizes.vocabulary, sizes.width, sizes.layers)
    if options.softmax == "whole":
        learner.sampler = None
    return learner


def make(sizes: Sizes, options: argparse.Namespace) -> Step:
    """A training step of our network."""
    learner, number = make_real_learner(sizes, options), 0

    def step() -> None:
        nonlocal number
        learner.step(number, RATE)
        number += 1

    return step


def add_choices(made: argparse.ArgumentParser) -> None:
    """What ``unrolled train`` chooses by itself, and a table may change."""
    made.add_argument("--optimizer", default="muon", help="muon, as unrolled train takes it, or adamw")
    made.add_argument("--precision", default="auto", help="auto, as unrolled train takes it, fp32 or bf16")
    made.add_argument("--softmax", default="auto", help="auto, as unrolled train takes it, or whole")


if __name__ == "__main__":
    made = parser(__doc__)
    add_choices(made)
    serve(make, made)
