"""Carrying the state from one batch to the next."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..networks.modules.stack import NetworkState


def detach_and_reset(state: NetworkState, fresh: NDArray[np.bool_]) -> NetworkState:
    """Return the state with zeros in the rows that start afresh; no gradient flows further back."""
    if not fresh.any():
        return {name: part.detach() for name, part in state.items()}
    keep = torch.from_numpy(~fresh)
    return {name: part.detach() * keep.view(-1, *[1] * (part.ndim - 1)).to(part.device) for name, part in state.items()}
