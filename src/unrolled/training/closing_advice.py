"""What is doubtful of a finished run, in sentences: a result that guessing or counting would have given as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..datasets.dataset import Dataset
from ..model_file.record import Record
from ..text.vocabulary import SPECIAL
from .corpus_stats import ORDER

UNSEEN = 0.5
"""Times that every unit counts as seen beside those that it was: none is impossible."""


def doubts(record: Record, split: Dataset, given: Mapping[str, Any]) -> list[str]:
    """Return what a user should know of a result, each in a sentence with what to do.

    Nothing where nothing was held out.
    """
    best = record.best
    if best is None:
        return []
    messages = []
    if record.continued and not best["step"]:
        messages.append(
            "no step made the held-out text cheaper than the model that it started from, so that one is kept; give a "
            "lower --learning-rate, more minutes, or more text of the new kind"
        )
    worse = worse_than_guessing(best, split) or worse_than_counting(best, record.chain)
    return [*messages, f"{worse}; {what_helps(record, given)}"] if worse else messages


def worse_than_guessing(best: Mapping[str, Any], split: Dataset) -> str | None:
    """Return the advice that a result is no better than the most frequent label, or than the units' frequencies."""
    if split.per == "label":
        share = share_of_most_frequent(split)
        if best["accuracy"] > share:
            return None
        return (
            f"{100 * best['accuracy']:.1f} % of what was held out is no better than always to answer with the most "
            f"frequent label ({100 * share:.1f} %)"
        )
    guess = bits_by_frequency(split)
    if best["bits_per_char"] < guess:
        return None
    return (
        f"{best['bits_per_char']:.2f} bits/char are no better than to guess every unit by its frequency "
        f"({guess:.2f}), so this model has learnt nothing of use"
    )


def worse_than_counting(best: Mapping[str, Any], chain: float | None) -> str | None:
    """Return the advice that a result is worse than what a Markov chain of the text needs."""
    if chain is None or best["bits_per_char"] <= chain:
        return None
    return f"{best['bits_per_char']:.2f} bits/char are more than the {chain:.2f} of a Markov chain of {ORDER}"


def what_helps(record: Record, given: Mapping[str, Any]) -> str:
    """Return what to do about it, by how the run ended."""
    if "learning_rate" in given or record.stopped == "diverged":
        return "lower --learning-rate, or leave it to the recipe"
    if record.ended_by in ("passes", "patience"):
        return "more text would help, not more minutes"
    return f"give it more {record.ended_by}"


def bits_by_frequency(split: Dataset) -> float:
    """Return the bits per character of the held-out targets, guessed by their frequency in training."""
    seen = split.counts() + UNSEEN
    held_out = split.counts("valid")
    return float(-(held_out @ np.log2(seen / seen.sum())) / max(1, split.characters_of("valid")))


def share_of_most_frequent(split: Dataset) -> float:
    """Return the share of the held-out labels that are the one most frequent in training."""
    held_out = split.counts("valid")[SPECIAL:]
    return float(held_out[int(split.counts()[SPECIAL:].argmax())] / max(1, held_out.sum()))
