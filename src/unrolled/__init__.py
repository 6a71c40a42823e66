"""Small recurrent generative networks, trained on your own text, that write anywhere.

>>> import unrolled
>>> model = unrolled.train("alice.txt", minutes=5)
>>> print(model.generate("Alice was ", temperature=0.8))
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing is Python: Ctrl-C while it is imported would be a traceback of the command line
if TYPE_CHECKING:
    from typing import Any

    from .api import Captioner, Classifier, LanguageModel, Model, Segmenter, Tagger, Translator, load, novelty, train
    from .errors import UnrolledError, UnrolledWarning
    from .evaluation import evaluate

__version__ = "0.1.0"
__all__ = [
    "Captioner",
    "Classifier",
    "LanguageModel",
    "Model",
    "Segmenter",
    "Tagger",
    "Translator",
    "UnrolledError",
    "UnrolledWarning",
    "__version__",
    "evaluate",
    "load",
    "novelty",
    "train",
]

ELSEWHERE = {"evaluate": "evaluation", "UnrolledError": "errors", "UnrolledWarning": "errors"}
"""The packages of the public names that are not of ``api``."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import unrolled`` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{ELSEWHERE.get(name, 'api')}", __name__), name)
    if getattr(found, "__module__", "").startswith((f"{__name__}.api", f"{__name__}.evaluation")):
        from .api.documented import document

        document(found)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
