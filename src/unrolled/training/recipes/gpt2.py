"""The recipe for a GPT-2: sizes from the budget, where the user does not choose them."""

from __future__ import annotations

import dataclasses
import math

from ...config import ModelOptions, TrainOptions
from ...errors import OptionError
from ..advice import advise
from ..budget import max_epochs
from ..corpus_stats import CorpusStats
from ..machine import Speed
from .text import Recipe, RecipeSummary, promise, units_seen

SIZES = ((6.0, 3, 96, 64), (30.0, 4, 128, 128), (math.inf, 6, 256, 256))
"""Layers, width and window for a budget of up to so many minutes.

They are made for the minutes of ``compare``, on two cores; what they come to, beside recurrent networks of the same
minutes: ``benchmarks/results/compare-2026-11-26.md`` (3 × 96, three minutes).
"""
HEAD_SIZE = 32
"""Units of an attention head, about; GPT-2 itself has 64."""
ROWS, UNITS, RATE = 12, 3072, 4e-3
"""Windows of a step and the units that all of them have, at most; the learning rate of a layer of 96.

The rate falls with the root of the width, as the other recipe's for AdamW does. No trials of them were kept.
"""


def choose(model: ModelOptions, train: TrainOptions, stats: CorpusStats, speed: Speed) -> Recipe:
    """Fill in what the user left open: what a few minutes on two cores can make something of."""
    sizes = next(sizes for most, *sizes in SIZES if (train.minutes or 0) <= most)
    layers, width, context = (
        given or chosen for given, chosen in zip((model.layers, model.hidden_size, model.context), sizes, strict=True)
    )
    if (train.sequence_length or 0) > context:
        raise OptionError(
            f"--sequence-length is {train.sequence_length}, and GPT-2 looks {context} back; raise --context"
        )
    heads = model.heads or next(n for n in range(max(1, width // HEAD_SIZE), 0, -1) if width % n == 0)
    if width % heads:
        raise OptionError(f"--heads is {heads}, which does not divide a --hidden-size of {width}; choose another")
    chosen = dataclasses.replace(
        model, layers=layers, hidden_size=width, context=context, heads=heads, dropout=model.dropout or 0.0
    )
    settings = dataclasses.replace(
        train,
        batch_size=train.batch_size or max(1, min(ROWS, UNITS // context)),
        sequence_length=train.sequence_length or max(2, min(context, stats.units // 4)),
        learning_rate=train.learning_rate or round(RATE * math.sqrt(96 / width), 5),
        weight_decay=0.1 if train.weight_decay is None else train.weight_decay,
        optimizer="adamw",
    )
    rate = speed.units_per_second(6.0 * (12 * layers * width**2 + width * stats.vocabulary))
    paragraph = (
        f"GPT-2, {layers} layers of {width} and a window of {context}; {settings.batch_size} windows, learning rate "
        f"{settings.learning_rate:g}. {promise(stats, rate, None)}"
    )
    summary = RecipeSummary(
        advise(stats, 0, units_seen(settings, stats, rate) / stats.units, train.minutes), paragraph, None, stats.chain
    )
    return Recipe(chosen, settings, rate, max_epochs(stats.characters_per_unit), summary)
