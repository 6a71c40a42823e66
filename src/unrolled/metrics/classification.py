"""How well labels are predicted, how well the probabilities are calibrated, and where a classifier errs.

N examples, K labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import DoublesK, DoublesN, DoublesNK, DoublesX, FlagsN, NumbersK, NumbersKK, NumbersN
from ..errors import InputError

BINS = 15
"""Of the expected calibration error (Guo et al. 2017, section 5)."""
MIN_PROBABILITY = 2.0**-126
"""The smallest normal number of float32: a probability that was rounded to 0 costs 126 bits, not infinitely many."""
COOLEST, HOTTEST = 0.05, 20.0
"""Between which temperatures the best one is sought."""
HALVINGS = 60


@dataclass(frozen=True)
class Classified:
    """What became of N examples.

    ``predicted`` and ``certainty`` (the probability of the gold label) tell of each example; ``confusion`` counts them,
    a row for each gold label, a column for each predicted one. ``bits`` are the mean negative
    log-likelihood of a gold label; ``calibration_error`` is the expected one.
    """

    gold: NumbersN
    predicted: NumbersN
    certainty: DoublesN
    confusion: NumbersKK
    bits: float
    calibration_error: float

    @property
    def accuracy(self) -> float:
        """The share of examples whose most probable label is the gold one."""
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def precision(self) -> DoublesK:
        """Of what was given each label, the share that is right; 0 where nothing was."""
        return shares(self.confusion, self.confusion.sum(0))

    @property
    def recall(self) -> DoublesK:
        """Of each label's examples, the share that was found; 0 where there are none."""
        return shares(self.confusion, self.confusion.sum(1))

    @property
    def f1(self) -> DoublesK:
        """The harmonic mean of precision and recall."""
        return f1_of(self.confusion)

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the labels that were gold or predicted at all."""
        return macro_f1(self.confusion)

    def most_confused(self, count: int = 10) -> list[tuple[int, int, int]]:
        """Return the most frequent errors: (gold, predicted, how often), at most ``count``.

        Among equals the lower ids.
        """
        errors = self.confusion - np.diag(np.diag(self.confusion))
        order = np.argsort(-errors, axis=None, kind="stable")[:count]
        pairs = zip(*np.unravel_index(order, errors.shape), strict=True)
        return [(int(gold), int(given), int(errors[gold, given])) for gold, given in pairs if errors[gold, given]]

    def most_surprising(self, count: int = 10) -> list[int]:
        """Return the examples whose gold label was least probable, the most surprising first."""
        surprising: list[int] = np.argsort(self.certainty, kind="stable")[:count].tolist()
        return surprising


def classified(gold: ArrayLike, probabilities: ArrayLike) -> Classified:
    """Return what became of examples with gold ids [N] and a distribution [N, K] each.

    Among equals the lowest id is taken.

    Raises ``InputError`` where these are no ids and distributions of as many examples.
    """
    given = np.asarray(probabilities, np.float64)
    wanted = checked(gold, given)
    if given.min() < 0 or not np.allclose(given.sum(1), 1, atol=1e-3):
        raise InputError("probabilities must be at least 0 and sum to 1 for each example; give softmax(logits)")
    certainty = given[np.arange(len(given)), wanted]
    return Classified(
        gold=wanted,
        predicted=given.argmax(1),
        certainty=certainty,
        confusion=confusion(wanted, given.argmax(1), given.shape[1]),
        bits=float(-np.log2(np.maximum(certainty, MIN_PROBABILITY)).mean()),
        calibration_error=calibration_error(given.max(1), given.argmax(1) == wanted),
    )


def checked(gold: ArrayLike, values: DoublesX) -> NumbersN:
    """Return the gold ids, if they fit finite values [N, K]; else ``InputError``."""
    wanted = np.asarray(gold)
    if values.ndim != 2 or not values.size or wanted.shape != values.shape[:1]:
        raise InputError(
            f"got gold labels {wanted.shape} and values {values.shape}; give [N] and [N, L] of at least one example"
        )
    if wanted.dtype.kind not in "iu" or wanted.min() < 0 or wanted.max() >= values.shape[1]:
        raise InputError(f"gold labels must be whole numbers from 0 to {values.shape[1] - 1}, one for each column")
    if not np.isfinite(values).all():
        raise InputError("a probability or a logit is not a finite number; look for what overflowed in the network")
    return wanted.astype(np.int64)


def confusion(gold: NumbersN, predicted: NumbersN, labels: int) -> NumbersKK:
    """Return the confusion matrix: a row for each gold label, a column for each predicted one."""
    counts: NumbersKK = np.bincount(gold * labels + predicted, minlength=labels**2).reshape(labels, labels)
    return counts


def shares(counts: NumbersKK, totals: NumbersK) -> DoublesK:
    """Return the diagonal's shares of some totals; 0 of nothing."""
    right: DoublesK = np.diag(counts) / np.maximum(totals, 1)
    return right


def f1_of(counts: NumbersKK) -> DoublesK:
    """Return the F1 of each label of a confusion matrix.

    Twice what is right of all that was gold and all predicted.
    """
    return 2 * shares(counts, counts.sum(0) + counts.sum(1))


def macro_f1(counts: NumbersKK) -> float:
    """Return the mean F1 of the labels of a confusion matrix that were gold or predicted at all."""
    return float(f1_of(counts)[counts.sum(0) + counts.sum(1) > 0].mean())


def calibration_error(confidence: DoublesN, right: FlagsN) -> float:
    """Return the expected calibration error (Guo et al. 2017, equation 3).

    15 bins of equal width, each with its upper end.

    The mean, over examples, of how far the accuracy of their bin is from its mean confidence.
    """
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    gaps = np.bincount(bins, right - confidence, BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def temperature(logits: ArrayLike, gold: ArrayLike) -> float:
    """Return what to divide logits [N, K] by for the least negative log-likelihood of gold ids [N] (Guo et al. 2017.

    4.2).

    Between 0.05 and 20; 1 where all logits of an example are equal in all examples, so that none is better. The
    likelihood is concave in the inverse of the temperature: halving finds where its slope is 0, wherever it starts.
    Raises ``InputError`` as ``classified`` does.
    """
    values = np.asarray(logits, np.float64)
    wanted = checked(gold, values)
    values = values - values.max(1, keepdims=True)
    if not values.any():
        return 1.0
    low, high = np.log(1 / HOTTEST), np.log(1 / COOLEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if too_cool(values, wanted, np.exp(middle)) else (middle, high)
    return float(np.clip(np.exp(-(low + high) / 2), COOLEST, HOTTEST))


def too_cool(values: DoublesNK, gold: NumbersN, inverse: Any) -> bool:
    """Tell whether the expected logit is above the gold one's.

    The slope of the likelihood at an inverse temperature.
    """
    weights = np.exp(values * inverse)
    expected = (weights * values).sum(1) / weights.sum(1)
    return bool(expected.sum() > values[np.arange(len(values)), gold].sum())
