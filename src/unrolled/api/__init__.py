"""What a user holds: models with their verbs, and the functions that give one; each is imported when it is used."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .captioner import Captioner
    from .classifier import Classifier
    from .language_model import LanguageModel
    from .model import Model
    from .opening import load
    from .segmenter import Segmenter
    from .tagger import Tagger
    from .text_novelty import novelty
    from .training import train
    from .translator import Translator

__all__ = [
    "Captioner",
    "Classifier",
    "LanguageModel",
    "Model",
    "Segmenter",
    "Tagger",
    "Translator",
    "load",
    "novelty",
    "train",
]

HOMES = {
    "Captioner": "captioner",
    "Classifier": "classifier",
    "LanguageModel": "language_model",
    "Model": "model",
    "Segmenter": "segmenter",
    "Tagger": "tagger",
    "Translator": "translator",
    "load": "opening",
    "novelty": "text_novelty",
    "train": "training",
}
"""The modules of the public names."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: who writes does without what trains."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{HOMES[name]}", __name__), name)
