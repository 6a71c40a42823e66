"""Evaluation: a model and rows that were kept from it in, figures out, with the baseline beside them."""

from .base import Evaluation, Example
from .evaluator import evaluate
from .pairs import PairScores, score_pairs

__all__ = ["Evaluation", "Example", "PairScores", "evaluate", "score_pairs"]
