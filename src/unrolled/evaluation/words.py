"""Evaluating what finds words: how many of them are found, as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..api.source_model import SourceModel
from ..config import PredictOptions
from ..tasks.base import ExampleRows
from .base import Evaluation, Example
from .rows import in_training


def evaluate_words(model: SourceModel, test: ExampleRows, options: PredictOptions) -> Evaluation:
    """Precision, recall and F1 of words (Sproat and Emerson 2003), and the share of lines without an error."""
    found = [answer.label for answer in model._predictor.label_places([source for source, _ in test.rows])]
    figures, scores = words_found(found, [wanted for _, wanted in test.rows])
    return Evaluation(
        task=model.bundle.config.task,
        model=str(model),
        figures=figures,
        examples=tuple(
            Example(source, (real,), got, {"word_f1": score})
            for (source, real), got, score in zip(test.rows, found, scores, strict=True)
        ),
        worst=tuple(np.argsort(scores, kind="stable").tolist()),
        by="word_f1",
        notes=in_training(model.bundle, test),
    )


def words_found(found: Sequence[str], wanted: Sequence[str]) -> tuple[dict[str, float], list[float]]:
    """Return the figures of lines whose words are apart, beside the lines that were wanted, and the F1 of each line."""
    pairs = [(set(spans(got)), set(spans(real))) for got, real in zip(found, wanted, strict=True)]
    right, predicted, real = (sum(map(len, each)) for each in zip(*((g & r, g, r) for g, r in pairs), strict=True))
    figures = {
        "word_f1": 2 * right / max(1, predicted + real),
        "word_precision": right / max(1, predicted),
        "word_recall": right / max(1, real),
        "exact_match": sum(got == real for got, real in pairs) / max(1, len(pairs)),
    }
    return figures, [2 * len(got & real) / max(1, len(got) + len(real)) for got, real in pairs]


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where every word of a text begins and ends, spaces not counted."""
    place = 0
    for word in text.split():
        yield place, place + len(word)
        place += len(word)
