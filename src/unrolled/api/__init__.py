"""What a user holds: models with their verbs, and the functions that give one; each is imported when it is used."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .captioner import Captioner as Captioner
    from .classifier import Classifier as Classifier
    from .language_model import LanguageModel as LanguageModel
    from .model import Model as Model
    from .opening import load as load
    from .segmenter import Segmenter as Segmenter
    from .tagger import Tagger as Tagger
    from .text_novelty import novelty as novelty
    from .training import train as train
    from .translator import Translator as Translator

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
