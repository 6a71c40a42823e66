"""The n-gram among the peers of ``quality.py``: ``unrolled.networks.markov``, of the order that suits the text."""

from __future__ import annotations

import time

import numpy as np
from common import Entry

from unrolled.networks.markov import bits_of
from unrolled.text.base import Ids

ORDERS = range(3, 13)
WINDOW = 256  # of cold-256
NATS = float(np.log(2))


def choose_order(train: Ids, vocabulary: int) -> int:
    """The order that predicts the last tenth of the training part best from the rest of it."""
    cut = int(0.9 * len(train))
    return min(ORDERS, key=lambda order: bits_of(train[:cut], train[cut:], vocabulary, order).mean())


def score_chain(train: Ids, held_out: Ids, vocabulary: int) -> Entry:
    """Nats per character, streamed and cold: at the start of a window, a chain as long as what was read."""
    begin = time.perf_counter()
    order = choose_order(train, vocabulary)
    bits = bits_of(train, held_out, vocabulary, order)
    place = np.arange(len(bits)) % WINDOW
    cold = bits.copy()
    for seen in range(1, order - 1):
        cold[place == seen - 1] = bits_of(train, held_out, vocabulary, seen + 1)[place == seen - 1]
    return {
        "streamed": NATS * float(bits.mean()),
        "cold_256": NATS * float(cold.mean()),
        "characters": len(train),
        "epochs": 1.0,
        "seconds": time.perf_counter() - begin,
        "note": f"{order} characters at a time",
    }
