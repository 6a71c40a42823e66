"""The recipe for examples: sizes from how many there are and how long, from the budget and the machine."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..cells import find_cell
from ..config import ModelOptions, TrainOptions
from ..data.examples import ExampleSplit
from .machine import Speed, flops_per_unit
from .recipe import Recipe, Told


def choose_for_examples(model: ModelOptions, train: TrainOptions, split: ExampleSplit, speed: Speed) -> Recipe:
    """Fill in what the user left open."""
    if model.task == "caption":
        return choose_for_captions(model, train, split, speed)
    writes = model.task != "classify"
    width = model.hidden_size or (256 if writes else 128)
    chosen = dataclasses.replace(
        model,
        hidden_size=width,
        layers=model.layers or 1,
        embedding_size=model.embedding_size or 128,
        dropout=0.3 if model.dropout is None else model.dropout,
        directions=model.directions or 2,
        pooling=model.pooling or "all" if not writes else None,
        attention=model.attention or "dot" if writes else None,
    )
    longest = float(split.train.sizes.mean())
    settings = dataclasses.replace(
        train,
        batch_size=train.batch_size or 64,
        sequence_length=train.sequence_length or max(2, round(1.5 * longest)),
        learning_rate=train.learning_rate or 0.01,
        weight_decay=0.1 if train.weight_decay is None else train.weight_decay,
        label_smoothing=(0.1 if writes else 0.0) if train.label_smoothing is None else train.label_smoothing,
    )
    outputs = len(split.vocabulary)
    rate = speed.units_per_second(3 * flops_per_unit(width, 1, outputs, find_cell(model.cell, 0).gates))
    told = Told("advice.", f"{model.task}.", None)
    return Recipe(chosen, settings, rate, 1.0, told)


def choose_for_captions(model: ModelOptions, train: TrainOptions, split: ExampleSplit, speed: Speed) -> Recipe:
    """The same for images and their captions, which are few: hundreds or thousands."""
    places = split.train.sources.take(np.arange(1)).values.shape[1]
    looks = model.feedback != "none" and places > 1
    width = model.hidden_size or 256
    chosen = dataclasses.replace(
        model,
        hidden_size=width,
        layers=model.layers or 1,
        embedding_size=model.embedding_size or 128,
        dropout=0.5 if model.dropout is None else model.dropout,
        attention=model.attention or ("dot" if looks else "none"),
    )
    longest = float(split.train.sizes.mean())
    settings = dataclasses.replace(
        train,
        batch_size=train.batch_size or 64,
        sequence_length=train.sequence_length or max(2, round(1.5 * longest)),
        learning_rate=train.learning_rate or 0.003,
        weight_decay=0.1 if train.weight_decay is None else train.weight_decay,
        label_smoothing=0.1 if train.label_smoothing is None else train.label_smoothing,
    )
    rate = speed.units_per_second(3 * flops_per_unit(width, 1, len(split.vocabulary), find_cell(model.cell, 0).gates))
    told = Told("advice.", f"{model.task}.", None)
    return Recipe(chosen, settings, rate, 1.0, told)
