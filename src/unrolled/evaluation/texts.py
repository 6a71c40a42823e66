"""Evaluating what writes a text from a source: translations, and captions of images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from ..api.source_model import SourceModel
from ..config import PredictOptions
from ..generation.prediction import Generated
from ..metrics.captions import cider_d, keyword_f1, words
from ..metrics.translation import caption_bleu, sacrebleu, sentence_chrf, translated
from ..tasks.base import ExampleRows
from .base import Evaluation, Example
from .pairs import Pair, PairScores, costs
from .rows import in_training

COMMON = 1 / 3
"""The share of images from which on a word that their captions have is no keyword: it tells nothing of any."""


def evaluate_translations(model: SourceModel, test: ExampleRows, options: PredictOptions) -> Evaluation:
    """Return how near translations are to their references; the worst are those of the lowest chrF."""
    sacrebleu()  # or say what is missing before the work is done
    references, written = write(model, test, options)
    texts = [each.text for each in written]
    found, scored = translated(texts, references), PairScores(costs(model._predictor, test))
    scores = {"bleu": found.bleu, "lower_bleu": found.lower_bleu, "chrf": found.chrf}
    values = sentence_chrf(texts, references)
    return Evaluation(
        task=model.bundle.config.task,
        model=str(model),
        figures={
            **{name: each.value for name, each in scores.items()},
            "exact_match": found.exact,
            "bits_per_char": scored.bits_per_char,
        },
        examples=examples_of(references, written, "chrf", values),
        worst=tuple(np.argsort(values, kind="stable").tolist()),
        by="chrf",
        signatures={name: each.signature for name, each in scores.items()},
        notes=(*unknown(scored.pairs), *in_training(model.bundle, test)),
    )


def evaluate_captions(model: SourceModel, test: ExampleRows, options: PredictOptions) -> Evaluation:
    """Return how near captions are to the references of their images; the worst are those of the lowest CIDEr-D."""
    sacrebleu()
    references, written = write(model, test, options)
    texts = [each.text for each in written]
    values = cider_d(texts, references)
    scored = PairScores(costs(model._predictor, test))
    return Evaluation(
        task=model.bundle.config.task,
        model=str(model),
        figures={**caption_figures(texts, references), "bits_per_char": scored.bits_per_char},
        examples=examples_of(references, written, "cider_d", values.tolist()),
        worst=tuple(np.argsort(values, kind="stable").tolist()),
        by="cider_d",
        notes=unknown(scored.pairs),
    )


def write(
    model: SourceModel, test: ExampleRows, options: PredictOptions
) -> tuple[list[tuple[str, ...]], list[Generated]]:
    """Return all that is wanted of each source, and what the model writes from it."""
    grouped = test.grouped()
    written = model._predictor.write(list(grouped), options.writing())
    return [tuple(each) for each in grouped.values()], [texts[0] for texts in written]


def examples_of(
    references: Sequence[tuple[str, ...]], written: Sequence[Generated], name: str, values: Sequence[float]
) -> tuple[Example, ...]:
    """Return all sources with what was written from them."""
    return tuple(
        Example(each.source, wanted, each.text, {name: value, "log_probability": each.log_probability}, each.ids)
        for wanted, each, value in zip(references, written, values, strict=True)
    )


def unknown(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Return a note of letters that stand in references and that the model can never write."""
    missed = sum(each.unknown for each in pairs)
    if not missed:
        return ()
    return (f"the references have {missed:,} units that the model cannot write; each also costs the bits of its name",)


def caption_figures(texts: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return the figures of captions: BLEU-1 to BLEU-4, CIDEr-D, and how well keywords are met, where there are any."""
    figures = {f"bleu_{size}": value for size, value in enumerate(caption_bleu(texts, references), 1)}
    figures["cider_d"] = float(cider_d(texts, references).mean())
    wanted, common = keywords(references)
    if any(wanted):
        found = keyword_f1([set(words(text)) - common for text in texts], wanted)
        figures |= {"keyword_precision": found.precision, "keyword_recall": found.recall, "keyword_f1": found.f1}
    return figures


def keywords(references: Sequence[Sequence[str]]) -> tuple[list[set[str]], set[str]]:
    """Return the keywords of each image, and the words that are none of any.

    A keyword stands in two of an image's captions, or in the only one, and in those of at most a third of all images:
    so nobody has to list the words of a language that mean little.
    """
    counted = [Counter(word for text in several for word in set(words(text))) for several in references]
    spread: Mapping[str, int] = Counter(word for each in counted for word in each)
    common = {word for word, count in spread.items() if count > COMMON * len(references)}
    wanted = [
        {word for word, count in each.items() if count >= min(2, len(several)) and word not in common}
        for each, several in zip(counted, references, strict=True)
    ]
    return wanted, common
