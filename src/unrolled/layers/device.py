"""The device that a network runs on."""

from __future__ import annotations

import warnings

import torch

from ..errors import OptionError


def find_device(name: str) -> torch.device:
    """The device of a name; raises ``OptionError`` if this machine has no such device."""
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise OptionError(f"--device {name} is not to be had here; use --device cpu, or auto") from None
    if name != "cpu":  # each layer's four arrays are copied into one at every step: megabytes, and no matter for a user
        warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk")
    return torch.device(name)
