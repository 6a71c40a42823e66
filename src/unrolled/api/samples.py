"""Samples of what a model makes, for its record and for the screen: it writes on, or answers held-out sources."""

from __future__ import annotations

import dataclasses

from ..generation.prediction import Answer
from ..model_file.bundle import Bundle
from .language_model import LanguageModel
from .model import Model, model_of
from .source_model import SourceModel, WritingModel

TEMPERATURES = (0.3, 0.8, 1.2)
"""Of the samples on the screen."""
LENGTH = 100
"""Units of each of them."""
MAX_SHOWN_CHARACTERS = 60
"""Characters of a source or a result that are shown."""


def with_sample(bundle: Bundle) -> Bundle:
    """Return the bundle with a sample in its record."""
    model = quickly_opened(bundle)
    if isinstance(model, SourceModel):
        sample = "\n".join(answers(model))
    else:
        assert isinstance(model, LanguageModel), "there are no others"
        sample = model.generate(length=200, temperature=0.8, seed=1)
    return dataclasses.replace(bundle, record=bundle.record | {"sample": sample})


def sample_lines(bundle: Bundle) -> list[str]:
    """Return a few lines for the screen: held-out sources with what the model makes of them, or what it writes.

    It writes on from the beginning of a held-out line, where there is any.
    """
    model = quickly_opened(bundle)
    if isinstance(model, SourceModel):
        return [f"  {line}" for line in answers(model)]
    assert isinstance(model, LanguageModel), "there are no others"
    prompt = next((begin for begin, _ in bundle.record.shown), "")
    written = [model.generate(prompt, length=LENGTH, temperature=each, seed=1) for each in TEMPERATURES]
    return [f"  [{each}] {prompt + text!r}" for each, text in zip(TEMPERATURES, written, strict=True)]


def quickly_opened(bundle: Bundle) -> Model:
    """Return the model with the engine that writes few units soonest where PyTorch is loaded: it packs no weights."""
    return model_of(bundle, "auto" if bundle.config.kind.engine else "torch", vision=bundle.config.backbone)


def answers(model: SourceModel) -> list[str]:
    """Return a few held-out sources, what the model makes of each, and what was wanted, a line each."""
    shown = model.record.shown
    found = model._results([source for source, _ in shown], {"beams": 1} if isinstance(model, WritingModel) else {})
    results = [each.label if isinstance(each, Answer) else each.text for each, *_ in found]
    return [
        f"{shorten(source)} → {shorten(result)}" + ("" if result == wanted else f" (wanted: {shorten(wanted)})")
        for (source, wanted), result in zip(shown, results, strict=True)
    ]


def shorten(text: str) -> str:
    """Return the beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_SHOWN_CHARACTERS else f"{line[: MAX_SHOWN_CHARACTERS - 1]}…"
