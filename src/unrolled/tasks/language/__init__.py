"""The task ``language``: read a text, predict the next unit of it (many-to-many, one step apart)."""

from .task import Language

__all__ = ["Language"]
