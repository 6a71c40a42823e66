"""Evaluating what finds words: how many of them are found, as they stand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..api import Model
from ..config import PredictOptions
from .base import Evaluation, Example
from .rows import Rows, in_training


def evaluate_tags(model: Model, test: Rows, options: PredictOptions) -> Evaluation:
    """Precision, recall and F1 of words (Sproat and Emerson 2003), and the share of lines without an error."""
    found = [answer.label for answer in model.predictor.tag([source for source, _ in test.rows])]
    pairs = [(set(spans(got)), set(spans(wanted))) for got, (_, wanted) in zip(found, test.rows, strict=True)]
    right, told, wanted = (sum(map(len, each)) for each in zip(*((g & w, g, w) for g, w in pairs), strict=True))
    scores = [2 * len(got & real) / max(1, len(got) + len(real)) for got, real in pairs]
    return Evaluation(
        task="tag",
        model=model.described,
        figures={
            "word_f1": 2 * right / max(1, told + wanted),
            "word_precision": right / max(1, told),
            "word_recall": right / max(1, wanted),
            "exact_match": sum(got == real for got, real in pairs) / max(1, len(pairs)),
        },
        examples=tuple(
            Example(source, (real,), got, {"word_f1": score})
            for (source, real), got, score in zip(test.rows, found, scores, strict=True)
        ),
        worst=tuple(np.argsort(scores, kind="stable").tolist()),
        by="word_f1",
        notes=in_training(model.bundle, test),
    )


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where every word of a text begins and ends, spaces not counted."""
    place = 0
    for word in text.split():
        yield place, place + len(word)
        place += len(word)
