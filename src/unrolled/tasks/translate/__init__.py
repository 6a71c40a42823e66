"""The task ``translate``: read a text, write another (many-to-many, one after the other)."""

from .task import Translate

__all__ = ["Translate"]
