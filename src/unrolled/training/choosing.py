"""The sizes of a run, chosen for what it learns from and for the machine, whose speed is measured first."""

from __future__ import annotations

import dataclasses

import torch

from ..data.examples import ExampleSplit
from ..data.split import Split
from .example_recipe import choose_for_examples
from .machine import Speed, measure_speed
from .recipe import Recipe, choose
from .survey import survey
from .work import Work

MEASURED = 1.8  # seconds of measuring before the sizes are chosen; steps and epochs do not depend on it
MEASURED_SHARE = 0.04  # of a run, at most


def choose_sizes(work: Work, device: torch.device, kind: str) -> Recipe:
    """The recipe's choice, with kernels of a kind on a device."""
    seconds = min(MEASURED, 60 * (work.train.minutes or 0) * MEASURED_SHARE)
    recipe = choose_for(work, measure_speed(device, kind, work.train.optimizer, seconds))
    advice = f"{recipe.told.advice} The unit is {work.model.unit}: {work.why_unit}."
    return dataclasses.replace(recipe, told=dataclasses.replace(recipe.told, advice=advice))


def choose_for(work: Work, speed: Speed) -> Recipe:
    """The choice for a text or for examples."""
    if isinstance(work.split, ExampleSplit):
        return choose_for_examples(work.model, work.train, work.split, speed)
    assert isinstance(work.split, Split), "there is nothing else to learn from"
    return choose(work.model, work.train, survey(work.split), speed)
