"""The device that a network runs on."""

from __future__ import annotations

import torch

from ..errors import OptionError


def find_device(name: str) -> torch.device:
    """The device of a name; raises ``OptionError`` if this machine has no such device."""
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise OptionError(f"--device {name} is not to be had here; use --device cpu, or auto") from None
    return torch.device(name)
