"""``novelty``: how much of a text stands in another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..config import NoveltyOptions

if TYPE_CHECKING:
    from ..analysis.novelty import Novelty
    from ..formats.sources import Source


def novelty(sample: str | Sequence[str], against: Source, least: int | None = None) -> Novelty:
    """Return how much of a text (or of several) a model made up, and how much stands in the text that it learnt.

    >>> unrolled.novelty(model.generate(length=2000), "alice.txt").longest

    Args:
        sample: A text that a model wrote, or several.
        against: The text that it learnt, a source as ``train`` has it.
        least: Characters (code points) of a copied span at least; None is the default, as ``unrolled novelty --help``
            has it.

    Returns:
        The ``longest`` copied span, the share ``copied`` in spans of at least ``least`` characters and the share of
        ``new_words``, from 0 to 1; in ``real`` the same of the text's own last tenth.

    Raises:
        InputError: A sample or the source is empty, or the source cannot be read.
        MissingExtraError: ``pydivsufsort`` is not installed.
    """
    from ..analysis.novelty import novelty as compare
    from ..formats.corpus import read_corpus

    options = NoveltyOptions() if least is None else NoveltyOptions(least=least)
    return compare(sample, read_corpus(against), options.least)
