"""Evaluating a tagger token by token, beside the baseline that knows each word's most frequent tag."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..api.source_model import SourceModel
from ..config import PredictOptions
from ..errors import InputError
from ..formats.tagged_sentences import tagged
from ..metrics.classification import Classified, classified
from ..metrics.tagging import OUTSIDE, MostFrequentTag, are_chunks, chunk_f1
from ..tasks.base import ExampleRows
from .base import Evaluation, Example
from .labels import classes_of, figures_of, refuse_foreign, unknown
from .rows import learnt, overlap

Tags = list[list[str]]
"""The tags of every sentence."""


def evaluate_tags(model: SourceModel, test: ExampleRows, options: PredictOptions) -> Evaluation:
    """Return how well tokens are tagged: accuracy, F1 of each tag, and of entities where tags tell of any.

    A tag that the model never learnt counts as an error wherever it stands, and not in the bits. Raises ``InputError``
    where no token has a tag that was learnt.
    """
    sentences, wanted = [text for text, _ in test.rows], [tags.split() for _, tags in test.rows]
    known = model._predictor.vocabulary.units
    flat = [tag for tags in wanted for tag in tags]
    refuse_foreign(flat, known)
    labels = (*known, *sorted(set(flat) - set(known)))
    numbers = {label: number for number, label in enumerate(labels)}
    gold = np.array([numbers[tag] for tag in flat])
    probabilities = np.zeros((len(flat), len(labels)))
    each = model._predictor.place_probabilities(sentences)
    probabilities[:, : len(known)] = np.concatenate(each)
    found = classified(gold, probabilities)
    got = apart([labels[number] for number in found.predicted], wanted)
    beside, notes = most_frequent_tags(model, test, wanted, labels)
    return Evaluation(
        task=model.bundle.config.task,
        model=str(model),
        figures={**figures_of(found, gold, probabilities, len(known)), **of_tags(found, labels, wanted, got)},
        examples=examples_of(sentences, wanted, got),
        worst=worst(wanted, got),
        by="accuracy",
        classes=classes_of(found, labels),
        baseline=beside,
        notes=(*unknown(flat, set(known), "tokens", "tag"), *notes),
    )


def of_tags(found: Classified, labels: Sequence[str], wanted: Tags, got: Tags) -> dict[str, float]:
    """Return the figures that only tags have: F1 of all tags but O together, where there is O, and of entities."""
    figures = {"micro_f1": micro_f1(found, labels)} if OUTSIDE in labels else {}
    return figures | ({"entity_f1": chunk_f1(wanted, got)} if are_chunks(labels) else {})


def micro_f1(found: Classified, labels: Sequence[str]) -> float:
    """Return the F1 of all tokens that have a tag other than O, or were given one; with O it would be the accuracy."""
    inside = np.array([label != OUTSIDE for label in labels])
    right, counts = np.diag(found.confusion)[inside].sum(), found.confusion
    return float(2 * right / max(1, counts[inside].sum() + counts[:, inside].sum()))


def most_frequent_tags(
    model: SourceModel, test: ExampleRows, wanted: Tags, labels: Sequence[str]
) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Return the baseline, learnt from the model's own training sentences; or a note of why there is none."""
    try:
        rows = learnt(model.bundle)
    except InputError as error:
        return None, (f"there is no baseline beside the model: {error}",)
    baseline = MostFrequentTag.fit((text.split(), tags.split()) for text, tags in rows)
    got = [baseline.tag(text.split()) for text, _ in test.rows]
    numbers = {label: number for number, label in enumerate(labels)}
    gold, taken = (np.array([numbers[tag] for tags in each for tag in tags]) for each in (wanted, got))
    found = classified(gold, np.eye(len(labels))[taken])
    figures = {"accuracy": found.accuracy, "macro_f1": found.macro_f1, **of_tags(found, labels, wanted, got)}
    what = f"each word's most frequent tag in the same {len(rows):,} sentences, else the most frequent of all tags"
    by_tag = dict(zip(labels, found.f1.tolist(), strict=True))
    return {**figures, "f1": by_tag, "rows": len(rows), "told": what}, overlap({text for text, _ in rows}, test)


def apart(flat: Sequence[str], wanted: Tags) -> Tags:
    """Return the tags of all sentences, one behind another, as the tags of each."""
    ends = np.cumsum([0, *map(len, wanted)]).tolist()
    return [list(flat[begin:end]) for begin, end in pairwise(ends)]


def examples_of(sentences: Sequence[str], wanted: Tags, got: Tags) -> tuple[Example, ...]:
    """Return all sentences with the tags that they got, and how many of them are right."""
    return tuple(
        Example(text, (tagged(text.split(), real),), tagged(text.split(), some), {"accuracy": share_right(real, some)})
        for text, real, some in zip(sentences, wanted, got, strict=True)
    )


def share_right(wanted: Sequence[str], got: Sequence[str]) -> float:
    """Return the share of the tags of a sentence that are right."""
    return sum(map(str.__eq__, wanted, got)) / len(wanted)


def worst(wanted: Tags, got: Tags) -> tuple[int, ...]:
    """Return the sentences in the order of how many of their tags are wrong, the most first."""
    wrong = [sum(map(str.__ne__, *pair)) for pair in zip(wanted, got, strict=True)]
    return tuple(np.argsort([-count for count in wrong], kind="stable").tolist())
