"""Narrow weights for a model that reads before it answers or writes, and what they cost by its own figures."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ..api import Model
from .evaluator import evaluate


def narrowed(model: Model, weights: str, test: str | Path) -> Model:
    """The model with narrow weights; its record tells the first figure of an evaluation before and after."""
    narrow = dataclasses.replace(model.bundle, weights=weights)
    smaller = Model(narrow, model.source.name, model.source.device, weights)
    before, after = evaluate(model, test), evaluate(smaller, test)
    name = next(iter(before.figures))
    cost = {"weights": weights, f"{name}_before": before.figures[name], name: after.figures[name]}
    told = model.record | {"quantized": {**cost, "examples": len(before.examples)}}
    return Model(dataclasses.replace(narrow, record=told), model.source.name, model.source.device, weights)
