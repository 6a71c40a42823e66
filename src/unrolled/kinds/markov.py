"""The Markov chain of counted n-grams, the baseline of every network."""

from .base import Kind

MARKOV = Kind(
    options=frozenset({"order", "smoothing"}),
    called="Markov chain",
    title="markov {order}",
    counted=True,
    engine="markov",
)
