"""The device that a network runs on, and PyTorch's threads, which a forked process does not have."""

from __future__ import annotations

import warnings

import torch

from ...errors import OptionError, UnrolledWarning
from ...sharing import after_fork

USED: set[str] = set()
"""The kinds of device that this process has used."""
INHERITED: set[str] = set()
"""Those that the processes had used that this one was forked from."""


def find_device(name: str) -> torch.device:
    """Return the device of a name; raises ``OptionError`` if this machine has none, or this process may not use it."""
    refuse_inherited(name)
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise OptionError(f"--device={name} is not to be had here; use --device=cpu, or auto") from None
    if name != "cpu":  # each layer's four arrays are copied into one at every step: megabytes, and no matter for a user
        warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk")
    USED.add(torch.device(name).type)
    return torch.device(name)


def fastest_device() -> str:
    """Return the device to train on where none is named."""
    return "cuda" if torch.cuda.is_available() and "cuda" not in INHERITED else "cpu"


def refuse_inherited(name: str) -> None:
    """Raise ``OptionError`` for a GPU in a process forked from one that used it: CUDA does not survive that."""
    kind = name.split(":")[0]
    if kind in INHERITED - {"cpu"}:
        raise OptionError(
            f"--device={kind} cannot be used in a process that was forked from one that used it; start it with spawn, "
            f"or use --device=cpu"
        )


def set_threads(count: int) -> None:
    """Let PyTorch use so many threads; in a process forked from one that used it, one, with a warning."""
    if INHERITED and count > 1:
        message = "this process was forked from one that used PyTorch, which has one thread here; for more, use spawn"
        warnings.warn(message, UnrolledWarning, stacklevel=3)
    torch.set_num_threads(1 if INHERITED else count)


def start_anew() -> None:
    """Leave PyTorch one thread in a forked process: OpenMP would wait for ever for those of the parent."""
    INHERITED.update(USED)
    if INHERITED:
        torch.set_num_threads(1)


after_fork(start_anew)
