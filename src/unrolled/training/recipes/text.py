"""The recipe: sizes from the text, the budget and the machine, where the user does not choose them.

``docs/train.md`` tells what is chosen. "Measured" with a title names the section of ``docs/lab-notes.md`` where a
number was found; figures of what the recipe comes to are in ``benchmarks/results/quality-2026-11-26.md``.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from ...config import ModelOptions, TrainOptions
from ...networks.cells import facts_of, find_cell
from ...networks.cells.base import Cell
from ..advice import advise
from ..budget import max_epochs
from ..corpus_stats import ORDER, WEIGHTS_PER_CHARACTER, CorpusStats
from ..forecast import MAX_COPIED, Forecast, forecast
from ..machine import LENGTH, ROWS, Speed, unit_cost

# whole panels of the kernels (16), each a seventh to a half wider than the one before
WIDTHS = (32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512, 640, 768, 1024)
SEEN_PER_WEIGHT = 4.5
"""Characters that training should see for each weight of the network: fewer, and a smaller network learns more.

Measured: "learning rates with Muon were far too low"; widths from 192 to 384 in the same time, best at 3 to 7.
"""
LEAST_STEPS, LEAST_STEPS_A_PASS = 800, 60
"""In a run and over a text, before rows are put side by side.

Measured, the same section: 63,000 characters learn more in steps of 16 × 64 than of 32 × 64 (1.573 nats, not 1.578),
and 60 steps a pass give them 16 rows. That 800 are enough was not measured by itself.
"""
MOST_DROPOUT = 0.45
"""Measured: "more passes do not want more dropout for ever"; 0.6 was worse on both texts."""
FULL = 0.6
"""Weights for each character of a text that can memorise it, about.

Measured: "narrow networks were held back"; layers of 64 and 128 on headlines.
"""
LEAST_DECAY, MOST_DECAY = 0.03, 0.5
"""Measured: 0.03 is as good as 0.1 where a text is read five times ("what holds a network back …"); thirty passes want
0.35 of 0.2 and 0.35, and 0.5 is the cap that was taken then ("learning rates with Muon were far too low")."""
WITH_MUON = 0.04
"""The highest learning rate. Measured: "learning rates with Muon were far too low"; 0.03 to 0.05 for every width."""


@dataclass(frozen=True)
class RecipeSummary:
    """What is said before the first step: about the text, about the sizes and their reasons, about the end.

    ``chain`` are the bits per character that a Markov chain needs for the held-out text, if it was counted.
    """

    advice: str
    recipe: str
    forecast: dict[str, float] | None
    chain: float | None = None


@dataclass(frozen=True)
class Recipe:
    """Options without gaps, and what to say about them."""

    model: ModelOptions
    train: TrainOptions
    units_per_second: float
    max_epochs: int
    summary: RecipeSummary


def choose(model: ModelOptions, train: TrainOptions, stats: CorpusStats, speed: Speed) -> Recipe:
    """Fill in what the user left open."""
    context = model.context or facts_of(model.cell).default_context
    layers, cell, units = model.layers or 1, find_cell(model.cell, context or 0), stats.units
    width, why = model.hidden_size, "as you chose"
    if width is None:
        width, why = choose_width(train, stats, speed, layers, cell)
    rate = speed.units_per_second(unit_cost(train.optimizer, width, layers, stats.vocabulary, cell))
    weights = weights_of(width, layers, stats.vocabulary, cell)
    seen = units_seen(train, stats, rate)
    fullness = weights / stats.length
    length = choose_length(train, units)
    rows = train.batch_size or choose_rows(units, length, math.inf if train.steps else seen)
    chosen = dataclasses.replace(
        model,
        hidden_size=width,
        layers=layers,
        context=context,
        # the trials in docs/lab-notes.md have 128; 64 made no difference to words ("words by rows")
        embedding_size=min(width, 128) if model.embedding_size is None else model.embedding_size,
        dropout=choose_dropout(seen / units, width, fullness) if model.dropout is None else model.dropout,
    )
    settings = dataclasses.replace(
        train,
        batch_size=rows,
        sequence_length=length,
        learning_rate=train.learning_rate or choose_learning_rate(cell, train.optimizer, width, rows * length),
        weight_decay=choose_weight_decay(seen / units, stats.characters_per_unit, fullness)
        if train.weight_decay is None
        else train.weight_decay,
    )
    expected = forecast(stats, seen * stats.length / stats.units)
    paragraph = " ".join(
        [explain(chosen, settings, f"{cell.title} layer", why, seen / units), promise(stats, rate, expected)]
    )
    advice = advise(stats, weights if model.hidden_size else 0, seen / units, train.minutes)
    return Recipe(
        chosen,
        settings,
        rate,
        max_epochs(stats.characters_per_unit),
        RecipeSummary(advice, paragraph, vars(expected) if expected else None, stats.chain),
    )


def choose_width(train: TrainOptions, stats: CorpusStats, speed: Speed, layers: int, cell: Cell) -> tuple[int, str]:
    """Return the widest layer that the text can fill and the budget can teach, and which of them bounds it."""
    best = WIDTHS[0]
    for width in WIDTHS:
        weights = weights_of(width, layers, stats.vocabulary, cell)
        rate = speed.units_per_second(unit_cost(train.optimizer, width, layers, stats.vocabulary, cell))
        if weights > WEIGHTS_PER_CHARACTER * stats.length:
            return best, "as wide as so much text can fill"
        if units_seen(train, stats, rate) * stats.length / stats.units < SEEN_PER_WEIGHT * weights:
            return best, "the widest that this budget can teach"
        best = width
    return best, "the widest that is chosen unasked"


def weights_of(width: int, layers: int, vocabulary: int, cell: Cell) -> int:
    """Return weights of a network, about."""
    return (cell.products * layers + cell.gates * (layers - 1)) * width**2 + 2 * width * vocabulary


def units_seen(train: TrainOptions, stats: CorpusStats, rate: float) -> float:
    """Return the units that training will see, at a rate in units a second."""
    units = stats.units
    if train.steps is not None:
        length = choose_length(train, units)
        return train.steps * length * (train.batch_size or choose_rows(units, length))
    if train.epochs is not None:
        return train.epochs * units
    return min(rate * 60 * (train.minutes or 0), max_epochs(stats.characters_per_unit) * units)


def choose_length(train: TrainOptions, units: int) -> int:
    """Return the units that the gradient looks back."""
    return train.sequence_length or max(8, min(LENGTH, units // 64))


def choose_rows(units: int, length: int, seen: float = math.inf) -> int:
    """Return rows side by side: many keep the machine busy, few give more steps; small texts and budgets need steps."""
    affordable = min(ROWS * LENGTH, seen / LEAST_STEPS, units / LEAST_STEPS_A_PASS)
    return 1 << int(math.log2(max(1.0, affordable / length)))


def choose_dropout(epochs: float, width: int, fullness: float) -> float:
    """Return the share: more passes want more, and more weights for each unit too; a narrow layer bears less.

    Measured: "what holds a network back …, with Muon"; none up to four passes, then 0.2 more for
    every doubling of them and 0.05 for every doubling of the weights for each unit.
    """
    if epochs < 1:
        return 0.0
    wanted = 0.2 * (math.log2(epochs) - 2.0) + 0.05 * math.log2(fullness / FULL)
    return round(max(0.0, room(fullness) * min(wanted, 0.1 * (math.log2(width) - 3), MOST_DROPOUT)), 2)


def room(fullness: float) -> float:
    """Return how much of a text a network has room for, up to all.

    A narrow one need not be kept from memorising it.
    """
    return min(1.0, fullness / FULL)


def choose_weight_decay(epochs: float, characters: float, fullness: float) -> float:
    """With Muon it helps more than dropout once a text is read many times, and does no harm before.

    Words want twice as much as letters: a pass over units of several ``characters`` has fewer steps that decay.

    Measured: 0.012 a pass, "learning rates with Muon were far too low"; words, "words by rows".
    """
    return round(min(MOST_DECAY, max(LEAST_DECAY, room(fullness) * 0.012 * math.sqrt(characters) * epochs)), 2)


def choose_learning_rate(cell: Cell, optimizer: str, width: int, units_per_step: int) -> float:
    """Return the rate: it rises with the root of a step's units; AdamW's falls as layers grow; some cells bear less.

    Under Muon one rate suits every width (measured: "learning rates with Muon were far too low"), because its steps are
    scaled by the width. The least share, 0.4, keeps texts of a few lines from standing still.
    """
    if optimizer == "muon":
        rate = WITH_MUON * max(0.4, min(1.0, math.sqrt(units_per_step / 1024)))
    else:
        rate = min(0.02, 0.012 * math.sqrt(320 / width)) * max(0.5, min(1.0, math.sqrt(units_per_step / 4096)))
    return round(rate * cell.learning_rate_factor, 5)


def explain(model: ModelOptions, train: TrainOptions, what: str, why: str, epochs: float) -> str:
    """Return the sizes of ``what`` a layer is called, and their reasons."""
    rows = train.batches if model.documents in (None, "whole") else "rows of documents"
    layers = f"{model.layers} {what}{'s' if model.layers != 1 else ''}"
    return (
        f"{layers} of {model.hidden_size}, {why}; {train.batch_size} {rows} of {train.sequence_length}, "
        f"learning rate {train.learning_rate:g}; dropout {model.dropout:g} and weight decay {train.weight_decay:g} "
        f"for {epochs:.3g} passes over the text."
    )


def promise(stats: CorpusStats, rate: float, expected: Forecast | None) -> str:
    """Return the speed and the forecast."""
    speed = f"About {rate * stats.length / stats.units:,.0f} characters a second on this machine"
    if stats.copied > MAX_COPIED:
        return (
            f"{speed}; there is no forecast, since {100 * stats.copied:.0f} % of the held-out text also stands in the "
            "text to learn from, and its figure says little."
        )
    if expected is None or stats.chain is None:
        return f"{speed}; there is no forecast."
    return (
        f"{speed}. Expect {expected.low:.2f} to {expected.high:.2f} bits/char on the held-out text "
        f"(a Markov chain of {ORDER} needs {stats.chain:.2f})."
    )
