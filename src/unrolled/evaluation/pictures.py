"""Pictures of an evaluation: where a network looked in the first sources while it wrote, and what it confused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..api import Model
from ..errors import OptionError
from ..reports import attention, confusion
from ..text.vocabulary import Vocabulary
from .base import Evaluation, Example

END = "∎"
"""What is shown in the place of a boundary."""
PICTURES = (".png", ".jpg", ".jpeg")
"""Endings of images that a page can have in it as they are."""


def refuse_unlabelled(model: Model) -> None:
    """Say before any work that a model confuses no labels."""
    if model.bundle.config.task != "classify":
        raise OptionError(f"this model ({model.described}) tells no labels, so there is no confusion matrix to draw")


def confusion_picture(evaluation: Evaluation) -> str:
    """The confusion matrix of a classifier's evaluation as an SVG."""
    assert evaluation.classes, "it is of a classifier"
    title = f"{evaluation.figures['accuracy']:.1%} of {len(evaluation.examples):,} right"
    return confusion.svg(evaluation.classes.confusion, evaluation.classes.labels, title)


def refuse_blind(model: Model) -> None:
    """Say before any work that a model never looks back at its source."""
    if model.bundle.config.attention in (None, "none"):
        raise OptionError(f"this model ({model.described}) has no attention to show; train with --attention dot")


def attention_page(model: Model, evaluation: Evaluation, count: int) -> str:
    """A page of HTML: the first examples, and where the network looked while it wrote them."""
    refuse_blind(model)
    examples = [each for each in evaluation.examples if each.ids][:count]
    title = f"Where it looked: {model.described}"
    return attention.page(title, [pictured(model, each) for each in examples])


def pictured(model: Model, example: Example) -> dict[str, Any]:
    """An example with its attention, as the page has it: over the units of a source, or over an image."""
    weights = model.predictor.attention(example.source, example.ids)
    assert weights is not None, "it has attention"
    shown = {
        "title": example.source,
        "written": units(model.predictor.vocabulary, example.ids),
        "attention": weights,
        "texts": {"written": example.got, "wanted": " / ".join(example.wanted)},
    }
    known = model.bundle.vocabularies.get("source")
    if known:
        read = model.predictor.given([example.source]).values[0]
        return {**shown, "source": units(known, read.tolist())}
    side, path = math.isqrt(weights.shape[-1]), Path(example.source)
    if side**2 == weights.shape[-1] and path.suffix.lower() in PICTURES:
        return {**shown, "image": path.read_bytes(), "attention": weights.reshape(-1, side, side), "title": path.name}
    return {**shown, "source": [str(place) for place in range(1, weights.shape[-1] + 1)]}


def units(vocabulary: Vocabulary, ids: Sequence[int]) -> list[str]:
    """Ids as people read them, a sign for the end."""
    return [vocabulary.text_of(number) or END for number in ids]
