"""Ranking: the likeliest next units, for searches that follow several, or that tell how likely the first was."""

from __future__ import annotations

import numpy as np

from .. import kernels
from ..analysis.scoring import log_sum
from ..arrays import DoublesB, DoublesBK, FloatsBK, FloatsBV, IdsBK
from ..cores import default_threads
from ..kernels.ranking import rank
from ..sampling import OUT, forbid_special
from ..text.vocabulary import NEVER, SPECIAL


def likeliest(logits: FloatsBV, count: int, ends: bool) -> tuple[IdsBK, DoublesBK]:
    """Return the likeliest units, the likeliest first, and their log-probabilities in nats.

    K is ``count``, or V if that is less. Of equals the lower id comes first. The unknown unit is left out, and so is
    the boundary unless it ``ends`` a document, and what never occurred; where nothing is left, the log-probability is
    minus infinity.
    """
    library, count = kernels.load(), min(count, logits.shape[1])
    if library is None:
        ids, values, sums = by_sorting(logits, count, ends)
    else:
        ids, values, sums = rank(library, logits, count, SPECIAL, ends, default_threads())
    gone = values < NEVER / 2  # there are fewer units that ever occurred
    return np.where(gone, 0, ids).astype(np.int32), np.where(gone, OUT, values - sums[:, None])


def by_sorting(logits: FloatsBV, count: int, ends: bool) -> tuple[IdsBK, FloatsBK, DoublesB]:
    """Return the reference implementation of ``kernels.ranking.rank``."""
    left = forbid_special(logits, ends)
    ids: IdsBK = np.argsort(-left, axis=1, kind="stable")[:, :count].astype(np.int32)
    values = np.take_along_axis(left, ids, 1)
    return np.where(values > OUT, ids, 0).astype(np.int32), values, log_sum(logits)
