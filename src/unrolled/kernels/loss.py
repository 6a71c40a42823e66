"""The loss of rows of logits, and its slopes in their place."""

from __future__ import annotations

import ctypes

import numpy as np

from ..arrays import FloatsN, FloatsNV, NumbersN
from .checks import integers, pointer, two_sizes
from .library import Library
from .structures import Loss
from .threads import over_rows


def lose(library: Library, logits: FloatsNV, targets: NumbersN, kept: float, scale: float, threads: int) -> FloatsN:
    """Return the nats of each row's target, and turn the logits into slopes.

    These are softmax, less ``kept`` at the target (what label smoothing leaves of it), times ``scale``.

    Raises ``ValueError`` for a target that is no unit, and for arrays of another type, shape or layout.
    """
    rows, units = two_sizes(logits, "logits")
    if integers(targets, "targets").size and (targets.min() < 0 or targets.max() >= units):
        raise ValueError(f"targets go from {targets.min()} to {targets.max()}; they must be 0 to {units - 1}")
    nats = np.empty(rows, np.float32)
    places = {
        "logits": pointer(logits, np.float32, (rows, units), "logits", written=True),
        "nats": pointer(nats, np.float32, (rows,), "nats"),
        "targets": pointer(targets, np.int64, (rows,), "targets"),
    }

    def part(begin: int, end: int) -> None:
        library.variant.lose(ctypes.byref(Loss(**places, begin=begin, end=end, size=units, kept=kept, scale=scale)))

    over_rows(part, rows, threads)
    return nats
