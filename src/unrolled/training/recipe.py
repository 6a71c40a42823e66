"""The recipe: sizes from the text, the budget and the machine, where the user does not choose them.

How each number was found is told in ``docs/train.md``.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from ..cells import CELLS
from ..config import ModelOptions, TrainOptions
from .machine import flops_per_unit
from .muon import flops as muon_flops

WIDTHS = (32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512, 640, 768, 1024)
SEEN_PER_WEIGHT = 7.0
"""Units that training should see for each weight of the network: fewer, and a smaller network learns more."""
WEIGHTS_PER_UNIT = 2.5
"""Weights worth having for each unit of the text: more only memorise."""
MOST_UNITS_A_STEP = 2048
LEAST_STEPS = 400
UNGATED = 0.5
WITH_MUON = 5 / 3


@dataclass(frozen=True)
class Recipe:
    """Options without gaps, and the reasons in one paragraph."""

    model: ModelOptions
    train: TrainOptions
    units_per_second: float
    summary: str


def choose(model: ModelOptions, train: TrainOptions, units: int, vocabulary: int, speed: float) -> Recipe:
    """Fill in what the user left open; ``speed`` is in floating-point operations a second."""
    layers = model.layers or 1
    gates = CELLS[model.cell].gates
    width = model.hidden_size or choose_width(train, units, vocabulary, speed, layers, gates)
    rate = speed / unit_cost(train, width, layers, vocabulary, gates)
    seen = units_seen(train, units, rate)
    epochs = seen / units
    length = train.sequence_length or max(8, min(64, units // 64))
    rows = train.batch_size or choose_rows(units, seen, length)
    chosen = dataclasses.replace(
        model,
        hidden_size=width,
        layers=layers,
        embedding_size=min(width, 128) if model.embedding_size is None else model.embedding_size,
        dropout=choose_dropout(epochs, width) if model.dropout is None else model.dropout,
    )
    settings = dataclasses.replace(
        train,
        batch_size=rows,
        sequence_length=length,
        learning_rate=train.learning_rate or choose_learning_rate(model.cell, train.optimizer, width, rows * length),
    )
    return Recipe(chosen, settings, rate, summarise(chosen, settings, units, epochs))


def choose_width(train: TrainOptions, units: int, vocabulary: int, speed: float, layers: int, gates: int) -> int:
    """The widest layer that the budget can teach and the text can fill."""
    best = WIDTHS[0]
    for width in WIDTHS:
        weights = gates * width**2 * (2 * layers - 1) + 2 * width * vocabulary
        seen = units_seen(train, units, speed / unit_cost(train, width, layers, vocabulary, gates))
        if seen >= SEEN_PER_WEIGHT * weights and weights <= WEIGHTS_PER_UNIT * units:
            best = width
    return best


def unit_cost(train: TrainOptions, width: int, layers: int, vocabulary: int, gates: int) -> float:
    """Floating-point operations that learning from a unit costs, the optimizer's share in steps of full size."""
    shared = muon_flops(width, layers, gates) / MOST_UNITS_A_STEP if train.optimizer == "muon" else 0.0
    return flops_per_unit(width, layers, vocabulary, gates) + shared


def units_seen(train: TrainOptions, units: int, rate: float) -> float:
    """Units that training will see, at a rate in units a second."""
    if train.steps is not None:
        return train.steps * (train.batch_size or 16) * (train.sequence_length or 64)
    if train.epochs is not None:
        return train.epochs * units
    return rate * 60 * (train.minutes or 0)


def choose_rows(units: int, seen: float, length: int) -> int:
    """Rows side by side: many keep the machine busy, few give more steps; small texts and budgets need steps."""
    affordable = min(MOST_UNITS_A_STEP, seen / LEAST_STEPS, units / 4)
    return 1 << int(math.log2(max(1.0, affordable / length)))


def choose_dropout(epochs: float, width: int) -> float:
    """More passes over the same text need more dropout; a narrow layer bears less."""
    if epochs < 1 or width < 64:
        return 0.0
    return min(0.5, max(0.0, round(0.1 * (math.log2(epochs) - 1.5), 2)))


def choose_learning_rate(cell: str, optimizer: str, width: int, units_per_step: int) -> float:
    """The rate falls as layers grow, and rises with the root of what a step sees; the ungated cell bears less."""
    rate = min(0.02, 0.012 * math.sqrt(320 / width)) * max(0.5, min(1.0, math.sqrt(units_per_step / 4096)))
    return round(rate * (UNGATED if cell == "elman" else 1.0) * (WITH_MUON if optimizer == "muon" else 1.0), 5)


def summarise(model: ModelOptions, train: TrainOptions, units: int, epochs: float) -> str:
    """The choice in a sentence or two."""
    layers = f"{model.layers} {model.cell.upper() if model.cell != 'elman' else 'Elman'} layer"
    layers += "s" if model.layers and model.layers > 1 else ""
    small = "; so small a text teaches spelling rather than sense: add text if you can" if units < 20_000 else ""
    return (
        f"{layers} of {model.hidden_size}, dropout {model.dropout:g}, {train.batch_size} {train.batches} of "
        f"{train.sequence_length}, learning rate {train.learning_rate:g}: about {epochs:.3g} passes over "
        f"{units:,} units{small}"
    )
