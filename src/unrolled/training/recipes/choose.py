"""The sizes of a run, chosen for what it learns from and for the machine, whose speed is measured first."""

from __future__ import annotations

import dataclasses
from importlib import import_module

import torch

from ...datasets.examples import ExampleDataset
from ...datasets.text import TextDataset
from ..corpus_stats import CorpusStats, measure_corpus
from ..job import TrainingJob
from ..machine import Speed, measure_speed
from .examples import choose_for_examples
from .text import Recipe

MEASURED = 1.8  # seconds of measuring before the sizes are chosen; steps and epochs do not depend on it
MEASURED_SHARE = 0.04  # of a run, at most
GENTLER = 0.25
"""A trained network's learning rate, relative to that of a fresh one of its sizes.

Measured: ``docs/lab-notes.md``, "the learning rate of a network that goes on"; two texts, which decide little.
"""


def choose_sizes(job: TrainingJob, device: torch.device, precision: str) -> Recipe:
    """Return the recipe's choice, with kernels of a kind on a device."""
    seconds = min(MEASURED, 60 * (job.train.minutes or 0) * MEASURED_SHARE)
    speed = measure_speed(device, precision, job.train.optimizer, seconds)
    stats = measure_corpus(job.split) if isinstance(job.split, TextDataset) else None
    recipe = choose_for(job, stats, speed)
    if job.base and job.train.learning_rate is None:
        rate = recipe.train.learning_rate
        assert rate is not None, "the recipe fills it in"
        gentle = dataclasses.replace(job.train, learning_rate=round(GENTLER * rate, 6))
        recipe = choose_for(dataclasses.replace(job, train=gentle), stats, speed)
    advice = f"{recipe.summary.advice} The unit is {job.model.unit}: {job.why_unit}."
    return dataclasses.replace(recipe, summary=dataclasses.replace(recipe.summary, advice=advice))


def choose_for(job: TrainingJob, stats: CorpusStats | None, speed: Speed) -> Recipe:
    """Return the choice for a text, of which something is known, or for examples."""
    if stats:
        own = import_module(f".{job.model.kind.recipe}", __package__)
        recipe: Recipe = own.choose(job.model, job.train, stats, speed)
        return recipe
    assert isinstance(job.split, ExampleDataset), "there is nothing else to learn from"
    return choose_for_examples(job.model, job.train, job.split, speed)
