"""Evaluating a classifier, beside what counting words achieves when it learns from the same rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..api.source_model import SourceModel
from ..config import PredictOptions
from ..errors import InputError, MissingExtraError
from ..metrics.baseline import baseline
from ..metrics.classification import Classified, classified
from ..reports.labels import fitted
from ..sampling import softmax
from ..tasks.base import ExampleRows, Row
from .base import Classes, Evaluation, Example
from .rows import learnt, overlap

WANTED, TAKEN = "probability_of_wanted", "probability"
CONFUSED = 10
"""Pairs of labels that are told of at most."""
SHORT = 40  # columns of a label in a sentence


def evaluate_labels(model: SourceModel, test: ExampleRows, options: PredictOptions) -> Evaluation:
    """Return how well labels are told.

    A label that the model never learnt counts as an error wherever it stands; only bits cannot count it, since it has
    no probability: they are those of the other rows. Raises ``InputError`` where no row has a label that was learnt:
    then these are other labels, or another column.
    """
    texts, wanted = [text for text, _ in test.rows], [label for _, label in test.rows]
    known = model._predictor.vocabulary.units
    refuse_foreign(wanted, known)
    labels = (*known, *sorted(set(wanted) - set(known)))
    gold = np.array([labels.index(label) for label in wanted])
    probabilities = np.zeros((len(texts), len(labels)))
    probabilities[:, : len(known)] = softmax(model._predictor.logits(texts))
    found = classified(gold, probabilities)
    beside, notes = tfidf_baseline(model, test)
    return Evaluation(
        task=model.bundle.config.task,
        model=str(model),
        figures=figures_of(found, gold, probabilities, len(known)),
        examples=examples_of(test, labels, found, probabilities),
        worst=tuple(found.most_surprising(len(texts))),
        by=WANTED,
        classes=classes_of(found, labels),
        baseline=beside,
        notes=(*unknown(wanted, set(known)), *notes),
    )


def figures_of(
    found: Classified, gold: NDArray[Any], probabilities: NDArray[np.float64], known: int
) -> dict[str, float]:
    """Return the figures of all rows, and the bits of those whose label was learnt."""
    kept = gold < known
    return {
        "accuracy": found.accuracy,
        "macro_f1": found.macro_f1,
        "bits_per_label": classified(gold[kept], probabilities[kept]).bits,
        "calibration_error": found.calibration_error,
    }


def examples_of(
    test: ExampleRows, labels: tuple[str, ...], found: Classified, probabilities: NDArray[np.float64]
) -> tuple[Example, ...]:
    """Return all rows with what the model thought of them."""
    each = zip(test.rows, found.predicted, found.certainty, probabilities.max(1), strict=True)
    return tuple(
        Example(text, (label,), labels[taken], {TAKEN: float(most), WANTED: float(certainty)})
        for (text, label), taken, certainty, most in each
    )


def classes_of(found: Classified, labels: tuple[str, ...]) -> Classes:
    """Return the labels one by one."""
    return Classes(
        labels=labels,
        precision=tuple(found.precision.tolist()),
        recall=tuple(found.recall.tolist()),
        f1=tuple(found.f1.tolist()),
        counts=tuple(found.confusion.sum(1).tolist()),
        confusion=tuple(map(tuple, found.confusion.tolist())),
        confused=tuple((labels[one], labels[other], count) for one, other, count in found.most_confused(CONFUSED)),
    )


def refuse_foreign(wanted: Sequence[str], known: Sequence[str]) -> None:
    """Raise ``InputError`` where nothing can be right."""
    if not set(wanted) & set(known):
        one, other = fitted(wanted[0], SHORT), ", ".join(known[:CONFUSED])
        raise InputError(
            f"the test has labels like {one!r} and none that the model learnt ({other}); name their column with --label"
        )


def unknown(wanted: list[str], known: set[str], rows: str = "rows", label: str = "label") -> tuple[str, ...]:
    """Return a note of labels that were never learnt; what has one is called ``rows``."""
    missed = [label for label in wanted if label not in known]
    if not missed:
        return ()
    names = ", ".join(map(repr, sorted(set(missed))[:CONFUSED]))
    return (
        f"{len(missed):,} of {len(wanted):,} {rows} have a {label} that the model never learnt ({names}): they count "
        "as errors, and not in the bits per label",
    )


def tfidf_baseline(model: SourceModel, test: ExampleRows) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Return the baseline, learnt from the model's own training rows; or a note of why there is none."""
    try:
        rows = learnt(model.bundle)
        found = baseline(*columns(rows), *columns(test.rows))
    except (InputError, MissingExtraError) as error:
        return None, (f"there is no baseline beside the model: {error}",)
    notes = overlap({text for text, _ in rows}, test)
    if not found.converged:
        notes = (*notes, "the baseline's regression did not converge; its figures are those of its last round")
    what = f"TF-IDF of {found.features} and logistic regression, learnt from the same {len(rows):,} rows"
    return {**dataclasses.asdict(found), "rows": len(rows), "told": what}, notes


def columns(rows: list[Row]) -> tuple[list[str], list[str]]:
    """Return texts and labels apart."""
    return [text for text, _ in rows], [label for _, label in rows]
