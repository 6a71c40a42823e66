"""Pictures of an evaluation: where a network looked in the first sources while it wrote, and what it confused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..api.source_model import SourceModel
from ..errors import OptionError
from ..reports import attention, confusion
from ..tasks import TASKS
from ..text.vocabulary import Vocabulary
from .attention_maps import image_of
from .base import Evaluation, Example

END = "∎"
"""What is shown in the place of a boundary."""


def refuse_unlabelled(model: SourceModel) -> None:
    """Say before any work that a model confuses no labels."""
    if not TASKS[model.bundle.config.task].confuses:
        raise OptionError(f"this model ({model}) tells no labels, so there is no confusion matrix to draw")


def confusion_picture(evaluation: Evaluation) -> str:
    """Return the confusion matrix of a classifier's evaluation as an SVG."""
    assert evaluation.classes, "it is of a classifier"
    title = f"{evaluation.figures['accuracy']:.1%} of {sum(evaluation.classes.counts):,} right"
    return confusion.svg(evaluation.classes.confusion, evaluation.classes.labels, title)


def refuse_blind(model: SourceModel) -> None:
    """Say before any work that a model never looks back at its source."""
    if model.bundle.config.attention in (None, "none"):
        raise OptionError(f"this model ({model}) has no attention to show; train with --attention=dot")


def attention_page(model: SourceModel, evaluation: Evaluation, count: int) -> str:
    """Return a page of HTML: the first examples, and where the network looked while it wrote them."""
    refuse_blind(model)
    examples = [each for each in evaluation.examples if each.ids][:count]
    title = f"Where it looked: {model}"
    return attention.page(title, [pictured(model, each) for each in examples])


def pictured(model: SourceModel, example: Example) -> dict[str, Any]:
    """Return an example with its attention, as the page has it: over the units of a source, or over an image."""
    weights = model._predictor.attention(example.source, example.ids)
    assert weights is not None, "it has attention"
    shown = {
        "title": example.source,
        "written": units(model._predictor.vocabulary, example.ids),
        "attention": weights,
        "texts": {"written": example.got, "wanted": " / ".join(example.wanted)},
    }
    known = model.bundle.vocabularies.get("source")
    if known:
        read = model._predictor.encode_sources([example.source]).values[0]
        return {**shown, "source": units(known, read.tolist())}
    side, image = math.isqrt(weights.shape[-1]), image_of(model._predictor, example.source)
    if image and side**2 == weights.shape[-1]:
        name = Path(example.source).name
        return {**shown, "image": image, "attention": weights.reshape(-1, side, side), "title": name}
    return {**shown, "source": [str(place) for place in range(1, weights.shape[-1] + 1)]}


def units(vocabulary: Vocabulary, ids: Sequence[int]) -> list[str]:
    """Return ids as people read them, a sign for the end."""
    return [vocabulary.text_of(number) or END for number in ids]
