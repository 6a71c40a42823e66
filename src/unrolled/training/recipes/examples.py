"""The recipe for examples: sizes from how many there are and how long, from the budget and the machine.

"Measured" with a title names the section of ``docs/lab-notes.md`` where a number was found. What the recipe comes to is
in ``benchmarks/results/patterns-*`` and ``patterns_captions-2026-11-26.md``.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from ...config import ModelOptions, TrainOptions
from ...datasets.examples import ExampleDataset
from ...errors import OptionError
from ...networks.cells import find_cell
from ...networks.spec import NetworkSpec
from ...tasks import TASKS
from ...tasks.options import has
from ...text.vocabulary import LABEL, Vocabulary
from ..machine import Speed
from .text import WITH_MUON, Recipe, RecipeSummary

# whole panels of the kernels (16), each a third to a half wider than the one before
WIDTHS = (32, 48, 64, 96, 128, 192, 256, 384, 512)
MIN_EPOCHS = 4.5
"""Passes that a width must leave time for: of fewer, a narrower network makes more."""
LEAST_DROPOUT, DROPOUT_A_DOUBLING, MOST_DROPOUT = 0.09, 0.115, 0.4
"""Of a translator: at so few passes, for each doubling of them, and at most.

Measured: "translating"; 0.1 at 5 passes, 0.3 at 15, 0.4 at 32.
"""
MAX_EPOCHS = 40
"""In a budget of minutes; more only overfit. The most that was measured are 32 ("translating")."""
FILLED = 0.8
"""Times the root of all targets' units: so wide a network they can fill, for weights grow with the width's square."""
OF_LETTERS = 256
"""The widest that is chosen unasked where letters are written, of which a few are soon learnt."""
OF_ANSWERS = 128
"""The width of what answers, where none is chosen. Measured: "classifying", where all trials have it."""
DROPOUT_OF_LETTERS = 0.05
"""Where letters are copied or turned around, nothing is to be doubted: there is no label smoothing, either.

Measured: "letters that are all to be right"; with 0.3 and smoothing 64 of 2,000 strings were wrong, so 8.
"""
POSITIONS_PER_STEP = 1024
"""Positions of sources and targets in a step, times a power of two by the passes: few passes want many steps."""
LEAST_STEPS_A_PASS = 60
"""As for texts (``text.py``)."""
STEPS_OF_LETTERS = 5000
"""Steps that a width must leave time for where letters are written: all of them are to be right.

Measured: "letters that are all to be right"; no string of 2,000 was wrong, for five seeds of five.
"""
OF_IMAGES, RATE_OF_IMAGES, PASSES_OF_IMAGES = 128, 0.006, 200
"""The width and the learning rate of what writes of images, and the most passes over them, which are shifted anew.

What they come to: ``benchmarks/results/patterns_captions-2026-11-26.md``; the trials themselves were not kept.
"""
LEAST_IMAGES, MOST_IMAGES, STEPS_OF_IMAGES = 32, 128, 30
"""In a step, and steps of a pass, about: over fewer, what is usual of images cannot be told."""
IMAGE_WORK = 1000
"""Weights that a pixel goes through while a network of the usual width learns to see, about."""
MOST_UNIT_DROPOUT, PLACES_FOR_ALL = 0.4, 40
"""The share of a classifier's units that are dropped, and how long texts are in the mean from which on so many are: a
long text has many words that could tell, a question has few.

Measured: "classifying"; AG News gains by 0.4, questions of ten words lose.
"""


def choose_for_examples(model: ModelOptions, train: TrainOptions, split: ExampleDataset, speed: Speed) -> Recipe:
    """Fill in what the user left open."""
    return RECIPES[TASKS[model.task].recipe](model, train, split, speed)


def choose_translator(model: ModelOptions, train: TrainOptions, split: ExampleDataset, speed: Speed) -> Recipe:
    """Return the sizes of what reads one text and writes another."""
    units, pairs = split.units("train"), len(split.train)
    model = dataclasses.replace(
        model, layers=model.layers or 1, directions=model.directions or 2, attention=model.attention or "dot"
    )
    letters = model.unit in ("char", "grapheme", "byte")
    widest = min(FILLED * math.sqrt(units), OF_LETTERS if letters else WIDTHS[-1])
    mean_length = float(split.train.sizes.mean())
    exactly = STEPS_OF_LETTERS * (train.batch_size or rows_of(2 * POSITIONS_PER_STEP, mean_length, pairs)) / pairs
    least = min(MAX_EPOCHS, max(MIN_EPOCHS, exactly if letters else 0.0))
    hurried = train.epochs is None and train.steps is None  # else a narrower network learns no longer
    width, why = model.hidden_size, "as you chose"
    if width is None:
        width, why = WIDTHS[0], "as wide as so many pairs can fill"
        for wider in WIDTHS[1:]:
            if wider > widest:
                break
            if hurried and passes(sized(model, wider), train, split, speed) < least:
                why = "the widest that this budget can teach"
                break
            width = wider
    chosen = sized(model, width)
    seen = passes(chosen, train, split, speed)
    if model.dropout is None:
        chosen = dataclasses.replace(chosen, dropout=DROPOUT_OF_LETTERS if letters else dropout_for(seen))
    positions = POSITIONS_PER_STEP * (2 if letters or seen < 8 else 4 if seen < 25 else 8)
    rows = train.batch_size or rows_of(positions, mean_length, pairs)
    settings = settled(train, rows, mean_length, model.cell, smoothing=0.0 if letters else 0.1)
    return Recipe(
        chosen, settings, rate_of(chosen, split, speed), MAX_EPOCHS, summary(chosen, settings, split, why, seen)
    )


def choose_classifier(model: ModelOptions, train: TrainOptions, split: ExampleDataset, speed: Speed) -> Recipe:
    """Return the sizes of what reads a text and answers."""
    width, why = model.hidden_size or OF_ANSWERS, "as you chose" if model.hidden_size else "which suits most texts"
    chosen = dataclasses.replace(
        sized(model, width),
        layers=model.layers or 1,
        dropout=0.4 if model.dropout is None else model.dropout,
        directions=model.directions or 2,
        pooling=(model.pooling or "max") if has("pooling", model.task, model.model) else None,
        unit_dropout=dropped_units(split) if model.unit_dropout is None else model.unit_dropout,
    )
    mean_length = float(split.train.sizes.mean())
    rows = train.batch_size or power_of_two(min(64, len(split.train) / LEAST_STEPS_A_PASS))
    settings = settled(train, rows, mean_length, model.cell, smoothing=0.0)
    seen = passes(chosen, train, split, speed)
    return Recipe(
        chosen, settings, rate_of(chosen, split, speed), MAX_EPOCHS, summary(chosen, settings, split, why, seen)
    )


def choose_captioner(model: ModelOptions, train: TrainOptions, split: ExampleDataset, speed: Speed) -> Recipe:
    """Return the sizes of what writes of images, which are few: hundreds or thousands."""
    positions = split.train.sources.take(np.arange(1)).values.shape[1]
    width, why = model.hidden_size or OF_IMAGES, "as you chose" if model.hidden_size else "which suits most images"
    chosen = dataclasses.replace(
        sized(model, width),
        directions=None,
        dropout=0.2 if model.dropout is None else model.dropout,
        attention=model.attention or ("dot" if positions > 1 else "none"),
    )
    rows = train.batch_size or power_of_two(min(MOST_IMAGES, max(LEAST_IMAGES, len(split.train) / STEPS_OF_IMAGES)))
    settings = settled(train, rows, float(split.train.sizes.mean()), model.cell, smoothing=0.1)
    if train.learning_rate is None:
        settings = dataclasses.replace(settings, learning_rate=RATE_OF_IMAGES)
    seen = passes(chosen, train, split, speed)
    rate = rate_of(chosen, split, speed)
    return Recipe(chosen, settings, rate, PASSES_OF_IMAGES, summary(chosen, settings, split, why, seen))


def dropout_for(seen: float) -> float:
    """Return the dropout of a translator: more passes want more."""
    wanted = LEAST_DROPOUT + DROPOUT_A_DOUBLING * math.log2(max(seen, 1.0) / MIN_EPOCHS)
    return round(min(MOST_DROPOUT, max(0.0, wanted)), 2)


def dropped_units(split: ExampleDataset) -> float:
    """Return the share of units to drop from sources of such a length."""
    return round(MOST_UNIT_DROPOUT * min(1.0, float(split.train.sources.sizes.mean()) / PLACES_FOR_ALL), 2)


def sized(model: ModelOptions, width: int) -> ModelOptions:
    """Return the options with a width, and what follows from it."""
    if model.embedding_size == 0:
        raise OptionError(f"I got --embedding-size=0 with --task={model.task}, whose units need one; leave it out")
    embedding = model.embedding_size or min(width, 256)
    dropout = 0.0 if model.dropout is None else model.dropout
    return dataclasses.replace(
        model,
        hidden_size=width,
        layers=model.layers or 1,
        directions=model.directions or 2,
        embedding_size=embedding,
        dropout=dropout,
    )


def settled(train: TrainOptions, rows: int, mean_length: float, cell: str, smoothing: float) -> TrainOptions:
    """Return the options of training without gaps.

    0.004 is AdamW's highest rate where it trains alone ("translating" tried 0.005); a label smoothing of 0.1 was
    measured there, too. No trials of the weight decay were kept.
    """
    rate = round((WITH_MUON if train.optimizer == "muon" else 0.004) * find_cell(cell, 0).learning_rate_factor, 5)
    return dataclasses.replace(
        train,
        batch_size=rows,
        sequence_length=train.sequence_length or max(2, round(1.5 * mean_length)),
        learning_rate=train.learning_rate or rate,
        weight_decay=0.1 if train.weight_decay is None else train.weight_decay,
        label_smoothing=smoothing if train.label_smoothing is None else train.label_smoothing,
    )


def rows_of(positions: int, mean_length: float, pairs: int) -> int:
    """Return pairs in a step of so many places."""
    return power_of_two(min(positions / mean_length, pairs / LEAST_STEPS_A_PASS))


def power_of_two(most: float) -> int:
    """Return the greatest power of two that is not more."""
    return 1 << int(math.log2(max(1.0, most)))


def passes(model: ModelOptions, train: TrainOptions, split: ExampleDataset, speed: Speed) -> float:
    """Return how often training will see every example."""
    if train.epochs is not None:
        return train.epochs
    if train.steps is not None:
        return train.steps * (train.batch_size or 64) / len(split.train)
    return min(MAX_EPOCHS, 60 * (train.minutes or 0) * rate_of(model, split, speed) / split.units("train"))


def rate_of(model: ModelOptions, split: ExampleDataset, speed: Speed) -> float:
    """Return the units of targets that are learnt in a second, about, with all that is read for them."""
    spec = TASKS[model.task].network(model, split.vocabularies)
    sources = float(split.train.sources.sizes.sum()) / max(1, split.units("train"))
    return speed.units_per_second(6.0 * (writing_weights(spec) + sources * reading_weights(spec)))


def writing_weights(spec: NetworkSpec) -> float:
    """Return weights that a unit of a target goes through."""
    if spec.pooling != "none":
        return float(spec.hidden_size * spec.outputs)
    cell, width = find_cell(spec.cell, spec.context), spec.hidden_size
    stack = sum(width * (cell.products * width + cell.gates * spec.input_size(layer)) for layer in range(spec.layers))
    looking = 0 if spec.attention == "none" else 2 * width**2
    return float(stack + looking + spec.embedding_size * (width + spec.outputs))


def reading_weights(spec: NetworkSpec) -> float:
    """Return weights that a place of a source goes through."""
    encoder = spec.encoder
    assert encoder, "there is one"
    if encoder.kind != "units":
        return float(encoder.inputs**2 * IMAGE_WORK if encoder.kind == "pixels" else encoder.inputs * encoder.width)
    cell, width = find_cell(encoder.cell, 0), encoder.hidden_size
    each = sum(cell.products * width + cell.gates * encoder.input_size(layer) for layer in range(encoder.layers))
    stack = encoder.directions * width * each
    return float(stack + (0 if spec.attention == "none" else 2 * spec.hidden_size * encoder.width))


def counted(name: str, vocabulary: Vocabulary) -> str:
    """Return what the units of a vocabulary are called: labels, or units of a text that has a name."""
    return name if vocabulary.unit == LABEL else f"units of {name}"


def summary(model: ModelOptions, train: TrainOptions, split: ExampleDataset, why: str, seen: float) -> RecipeSummary:
    """Return what is said before the first step."""
    sizes = ", ".join(f"{len(each.units):,} {counted(name, each)}" for name, each in split.vocabularies.items())
    advice = f"{len(split.train):,} examples to learn from and {len(split.valid):,} held out; {sizes}."
    recipe = (
        f"{model.title}, {why}; {train.batch_size} examples a step, learning rate {train.learning_rate:g}, dropout "
        f"{model.dropout:g}, weight decay {train.weight_decay:g}; about {seen:.3g} passes."
    )
    return RecipeSummary(advice, recipe, None)


RECIPES: dict[str, Callable[[ModelOptions, TrainOptions, ExampleDataset, Speed], Recipe]] = {
    "translator": choose_translator,
    "classifier": choose_classifier,
    "captioner": choose_captioner,
}
"""The recipes that tasks name (``Task.recipe``)."""
