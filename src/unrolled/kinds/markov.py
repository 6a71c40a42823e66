"""The Markov chain of counted n-grams, the yardstick of every network."""

from .base import Kind

MARKOV = Kind(
    called="Markov chain",
    title="markov {order}",
    counted=True,
    engine="markov",
)
