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

    from .api import Model, load, novelty, train
    from .errors import UnrolledError, UnrolledWarning
    from .evaluation import evaluate

__version__ = "0.1.0"
__all__ = ["Model", "UnrolledError", "UnrolledWarning", "__version__", "evaluate", "load", "novelty", "train"]

HOMES = {
    "Model": "api",
    "evaluate": "evaluation",
    "load": "api",
    "novelty": "api",
    "train": "api",
    "UnrolledError": "errors",
    "UnrolledWarning": "errors",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import unrolled`` costs nothing."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{HOMES[name]}", __name__), name)
