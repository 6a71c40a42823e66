"""The task ``caption``: see an image, write what it shows (one-to-many)."""

from .task import Caption

__all__ = ["Caption"]
