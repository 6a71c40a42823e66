"""What a user holds: a model with its verbs, and the functions that give one."""

from __future__ import annotations

from .model import Model, load, novelty

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .training import train

__all__ = ["Model", "load", "novelty", "train"]


def __getattr__(name: str) -> Any:
    """Import what trains when it is first used: who writes does without."""
    if name != "train":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .training import train

    return train
