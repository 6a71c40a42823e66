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

    ``against`` is that text, a source as ``train`` has it. The result has the ``longest`` copied span, the share
    ``copied`` in spans of at least ``least`` characters, the share of ``new_words``, and in ``real`` the same of the
    text's own last tenth.
    """
    from ..analysis.novelty import novelty as compare
    from ..formats.corpus import read_corpus

    options = NoveltyOptions() if least is None else NoveltyOptions(least=least)
    return compare(sample, read_corpus(against), options.least)
