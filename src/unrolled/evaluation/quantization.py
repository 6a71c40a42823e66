"""Narrow weights for a model that reads before it answers or writes, and what they cost by its own figures."""

from __future__ import annotations

from pathlib import Path

from ..api.source_model import SourceModel
from .evaluator import evaluate


def quantized_with_cost(model: SourceModel, weights: str, test: str | Path) -> SourceModel:
    """Return the model with narrow weights; its record tells the first figure of an evaluation before and after."""
    smaller = model.quantized(weights)
    before, after = evaluate(model, test), evaluate(smaller, test)
    name = next(iter(before.figures))
    cost = {"weights": weights, f"{name}_before": before.figures[name], name: after.figures[name]}
    return smaller._noting(quantized={**cost, "examples": len(before.examples)})
