"""What counting words achieves: TF-IDF and logistic regression, the baseline of every classifier of texts."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError, MissingExtraError
from ..text.word import words
from .classification import confusion, macro_f1
from .scripts import unspaced

STRENGTH = 10.0
"""The C of the regression: rows of TF-IDF have length 1, where scikit-learn's own C of 1 regularizes too much."""
ROUNDS = 1000
"""Of L-BFGS at most."""
SINGLE = 1.5
"""Words of a text on average below which texts are single words, such as names."""
WORDS, CHARACTERS, SPELLING = "words", "characters", "characters within words"


@dataclass(frozen=True)
class Baseline:
    """What it achieved on the test texts: ``features`` are what it counted; ``seconds`` took learning and predicting.

    ``converged`` tells whether the regression came to its end within ``ROUNDS`` rounds.
    """

    accuracy: float
    macro_f1: float
    seconds: float
    features: str
    converged: bool


def baseline(
    texts: Sequence[str], labels: Sequence[str], test_texts: Sequence[str], test_labels: Sequence[str]
) -> Baseline:
    """Learn from texts and their labels, and be tested on others; nothing is tuned on the test.

    A label that only the test has is always missed. Raises ``InputError`` where there is nothing to learn, and
    ``MissingExtraError`` where scikit-learn is missing.
    """
    if len(texts) != len(labels) or len(test_texts) != len(test_labels) or not test_texts or len(set(labels)) < 2:
        raise InputError(
            f"got {len(texts)} texts with {len(labels)} labels, {len(set(labels))} of them different, and "
            f"{len(test_texts)} test texts with {len(test_labels)}; give one label a text, and at least two different"
        )
    start = time.perf_counter()
    features = features_of(texts)
    vectorizer, regression = parts(features)
    converged = fit(regression, counted(vectorizer, texts), labels)
    predicted = regression.predict(vectorizer.transform(test_texts)).tolist()
    seconds = time.perf_counter() - start
    numbers = {label: number for number, label in enumerate(sorted({*labels, *test_labels}))}
    wanted, given = (np.array([numbers[each] for each in ids], np.int64) for ids in (test_labels, predicted))
    counts = confusion(wanted, given, len(numbers))
    return Baseline(float((wanted == given).mean()), macro_f1(counts), seconds, features, converged)


def features_of(texts: Sequence[str]) -> str:
    """Return what to count: words, unless the script writes no space between them or a text is a single one."""
    if unspaced(texts):
        return CHARACTERS
    return SPELLING if sum(len(text.split()) for text in texts) < SINGLE * len(texts) else WORDS


def parts(features: str) -> tuple[Any, Any]:
    """Return the vectorizer and the regression of scikit-learn; raises ``MissingExtraError`` where it is missing."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError(
            "the baseline needs scikit-learn, which is not installed; run: pip install 'unrolled[metrics]'"
        ) from None
    # scikit-learn's own pattern of a word tears Hindi at its vowel signs, and drops "I" and "a".
    kinds: dict[str, dict[str, Any]] = {
        WORDS: {"tokenizer": tokens, "token_pattern": None, "ngram_range": (1, 2)},
        CHARACTERS: {"analyzer": "char", "ngram_range": (1, 4)},
        SPELLING: {"analyzer": "char_wb", "ngram_range": (1, 4)},
    }
    return TfidfVectorizer(sublinear_tf=True, **kinds[features]), LogisticRegression(C=STRENGTH, max_iter=ROUNDS)


def tokens(text: str) -> list[str]:
    """Return the words of a text, its numbers and its punctuation."""
    return [word for each in words(text) if (word := each.strip())]


def counted(vectorizer: Any, texts: Sequence[str]) -> Any:
    """Return the TF-IDF of texts, learnt from them; raises ``InputError`` where all of them are empty."""
    if not any(text.strip() for text in texts):
        raise InputError("all texts to learn from are empty; give some with words")
    return vectorizer.fit_transform(texts)


def fit(regression: Any, counts: Any, labels: Sequence[str]) -> bool:
    """Fit the regression, and tell whether it converged: in place of the warning, which names no option of ours."""
    from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        regression.fit(counts, labels)
    return int(max(regression.n_iter_)) < ROUNDS
