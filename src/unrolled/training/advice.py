"""Is the text enough? One line before training: how large and how varied it is, and what would help most."""

from __future__ import annotations

from ..text.vocabulary import SPECIAL
from .budget import max_epochs
from .corpus_stats import SELDOM, WEIGHTS_PER_CHARACTER, CorpusStats

SIZES = (
    (5_000, "a page or two", "expect its spelling rather than its words"),
    (50_000, "a short story", "expect its words, seldom a sentence"),
    (300_000, "a short book", "expect words and phrases"),
    (3_000_000, "a long book", "expect phrases in its manner"),
)
LIBRARY = ("a library", "expect sentences in its manner")
FEW_EPOCHS = 1.5
ENOUGH_EPOCHS = 4.5
MANY_EPOCHS = 20.0


def advise(stats: CorpusStats, weights: int, epochs: float, minutes: float | None) -> str:
    """Return what kind of text this is, and whether to train longer, smaller, or to add text."""
    likeness, expectation = next((rest for most, *rest in SIZES if stats.length < most), LIBRARY)
    rare = f" ({stats.rare} of them fewer than {SELDOM} times, too seldom to learn)" if stats.rare else ""
    read = "" if stats.unit == "char" else f" read as {stats.units:,} units"
    kinds = f"{stats.length:,} characters{read} of {stats.vocabulary - SPECIAL:,} kinds{rare}"
    text = f"{kinds}, like {likeness}: {expectation}"
    return f"{text}; {what_helps(stats, weights, epochs, minutes)}."


def what_helps(stats: CorpusStats, weights: int, epochs: float, minutes: float | None) -> str:
    """Return the advice alone."""
    if weights > WEIGHTS_PER_CHARACTER * stats.length:
        return f"{weights:,} weights are more than it can fill, so a smaller --hidden-size would memorise less"
    if epochs < FEW_EPOCHS:
        longer = f" (about {minutes * ENOUGH_EPOCHS / epochs:.2g})" if minutes else ""
        return f"it is read {epochs:.2g} times, so more minutes{longer} help most"
    most = max_epochs(stats.characters_per_unit)
    if minutes and epochs >= most:
        return f"{most} passes take less than {minutes:g} minutes and are all it needs; more text would help"
    if stats.length < SIZES[2][0]:
        return "more text of the kind helps more than anything else"
    if epochs > MANY_EPOCHS:
        return "it is read so often that more minutes hardly help, but more text does"
    return "more text and more minutes both help"
