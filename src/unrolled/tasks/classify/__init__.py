"""The task ``classify``: read a text, say what it is (many-to-one)."""

from .task import Classify

__all__ = ["Classify"]
