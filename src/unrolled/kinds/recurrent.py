"""The recurrent network, with the feed-forward window among its cells: it can do all that this package does."""

from .base import Kind

RECURRENT = Kind(
    called="recurrent network",
    title="{cell} {layers}×{hidden_size}",
    of_cells=True,
    reads=True,
    labels=True,
    low_precision=True,
    recipe="text",
)
