"""The one door of evaluation: a model and a test in, figures out, whatever the model's task is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from ..api import Model
from ..api.source_model import SourceModel, refuse_writing
from ..config import PredictOptions, ReadOptions, as_tuple
from ..errors import OptionError
from ..formats.sources import Source
from ..options import given, reject_unknown
from ..tasks import TASKS
from ..tasks.base import ExampleRows
from .base import Evaluation
from .labels import evaluate_labels
from .rows import read_test
from .tags import evaluate_tags
from .texts import evaluate_captions, evaluate_translations
from .words import evaluate_words

if TYPE_CHECKING:
    from ..keywords import EvaluateKeywords

JUDGES: Mapping[str, Callable[[SourceModel, ExampleRows, PredictOptions], Evaluation]] = {
    "labels": evaluate_labels,
    "translations": evaluate_translations,
    "captions": evaluate_captions,
    "words": evaluate_words,
    "tags": evaluate_tags,
}
"""How models are evaluated: tasks name one of these (``Task.judged``)."""


def evaluate(model: Model | str | Path, source: Source, **options: Unpack[EvaluateKeywords]) -> Evaluation:
    """Return how a model does on a test, with the figures that are usual for its task.

    The options are those of reading, by default as the model's own text was read, and those of ``predict``. A
    classifier is told of beside TF-IDF and logistic regression, learnt from the very rows that the model learnt from.

    >>> print(unrolled.evaluate("reviews.safetensors", "test.tsv").figures)

    Args:
        model: A model that reads sources, or its file.
        source: A test, read as ``train`` reads a source: a table, or two ``Path`` objects whose lines belong together.

    Returns:
        The ``figures`` by name, the most telling first, the ``examples`` and which of them are the ``worst``.

    Raises:
        OptionError: The model writes on from a prompt, which ``score`` is for; or an option is not allowed.
        InputError: The test cannot be read.
        MissingExtraError: An optional package is needed that is not installed.
    """
    model = model if isinstance(model, Model) else Model.load(model)
    reading, predicting = sort_options({**options, "label": as_tuple(options.get("label", ()))})
    test = read_test(model.bundle, source, reading)
    assert isinstance(model, SourceModel), "others have no rows to read"
    if model._predictor.answers:
        refuse_writing(predicting)
    judge = JUDGES[TASKS[model.bundle.config.task].judged]
    return judge(model, test, PredictOptions.of(predicting)).noting(*test.notes)


def sort_options(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options of reading that are given, and those of predicting."""
    reject_unknown(options, [*ReadOptions.names(), *PredictOptions.names()])
    for name in ("prefix", "count"):
        if name in options:
            raise OptionError(f"I got {name}, and one whole text of each source is evaluated; leave it out")
    chosen = given(options)
    reading, predicting = (
        {k: v for k, v in chosen.items() if k in each.names()} for each in (ReadOptions, PredictOptions)
    )
    ReadOptions.of(reading)  # a wrong one is refused before any work
    PredictOptions.from_user(predicting)
    return reading, predicting
