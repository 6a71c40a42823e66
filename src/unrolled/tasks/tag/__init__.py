"""The task ``tag``: read a sentence, give each of its tokens a tag (many-to-many, in step)."""

from .task import Tag

__all__ = ["Tag"]
