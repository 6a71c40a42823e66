"""Pictures of an evaluation: where a network looked in the first sources while it wrote, and what it confused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from ..api import Model
from ..errors import OptionError
from ..reports import attention, confusion
from ..text.vocabulary import Vocabulary
from .base import Evaluation, Example

END = "∎"
"""What is shown in the place of a boundary."""


def confusion_picture(evaluation: Evaluation) -> str:
    """The confusion matrix as an SVG; raises ``OptionError`` where nothing was classified."""
    if evaluation.classes is None:
        raise OptionError(f"a confusion matrix is of classifiers, and this model is made to {evaluation.task}")
    title = f"{evaluation.figures['accuracy']:.1%} of {len(evaluation.examples):,} right"
    return confusion.svg(evaluation.classes.confusion, evaluation.classes.labels, title)


def refuse_blind(model: Model) -> None:
    """Say before any work that a model never looks back at its source."""
    if model.bundle.config.attention in (None, "none"):
        raise OptionError(
            f"this model ({model.described}) has no attention to show; train one that translates with --attention dot"
        )


def attention_page(model: Model, evaluation: Evaluation, count: int) -> str:
    """A page of HTML: the first examples, and where the network looked while it wrote them."""
    refuse_blind(model)
    examples = [each for each in evaluation.examples if each.ids][:count]
    title = f"Where it looked: {model.described}"
    return attention.page(title, [pictured(model, each) for each in examples])


def pictured(model: Model, example: Example) -> dict[str, Any]:
    """An example with its attention, as the page has it."""
    vocabularies = model.bundle.vocabularies
    weights = model.predictor.attention(example.source, example.ids)
    assert weights is not None, "it has attention"
    texts = {"written": example.got} | {"wanted": " / ".join(example.wanted)}
    found = {"written": units(vocabularies["target"], example.ids), "texts": texts, "title": Path(example.source).name}
    if "source" not in vocabularies:  # places of an image, row by row
        side = math.isqrt(weights.shape[-1])
        return {**found, "image": Path(example.source).read_bytes(), "attention": weights.reshape(-1, side, side)}
    read = model.predictor.given([example.source]).values[0]
    return {
        **found,
        "title": example.source,
        "source": units(vocabularies["source"], read.tolist()),
        "attention": weights,
    }


def units(vocabulary: Vocabulary, ids: Any) -> list[str]:
    """Ids as people read them, a sign for the end."""
    return [vocabulary.text_of(number) or END for number in ids]
