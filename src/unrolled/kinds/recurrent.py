"""The recurrent network, with the feed-forward window among its cells: it can do all that this package does."""

from .base import OF_NETWORKS, Kind

RECURRENT = Kind(
    options=OF_NETWORKS
    | {"cell", "embedding_size", "feedback", "optimizer", "reset_probability", "kernels", "precision"},
    called="recurrent network",
    title="{cell} {layers}×{hidden_size}",
    of_cells=True,
    reads=True,
    labels=True,
    low_precision=True,
    recipe="text",
)
