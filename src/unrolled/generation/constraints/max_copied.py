"""The constraint against copying: no long span of what is written stands in the text that the model learnt."""

from __future__ import annotations

from dataclasses import dataclass

from ...analysis.span_index import Follower
from ...config import GenerateOptions
from .base import Constraint


@dataclass(frozen=True)
class MaxCopied(Constraint):
    """Lets no span of more than ``most`` characters through that stands in the follower's text.

    The follower begins with nothing, behind the prompt: a span within the prompt, or across its end, is the user's.
    """

    follower: Follower
    most: int

    def after(self, unit: int, text: str) -> MaxCopied | None:
        follower = self.follower
        for character in text:
            follower = follower.after(character)
            if len(follower.copied) > self.most:
                return None
        return MaxCopied(follower, self.most)

    def options(self, options: GenerateOptions) -> GenerateOptions:
        return options
