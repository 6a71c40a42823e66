"""The machine that trains: its device, its threads, its memory, and its speed."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ..config import RunOptions
from ..layers import build
from ..layers.device import find_device
from ..tasks.base import NetworkSpec

KEEP = 1 << 30  # bytes of freed memory that stay ours
MALLOC_OPTIONS = {"trim_threshold": -1, "top_pad": -2, "mmap_threshold": -3}  # glibc's malloc.h


def prepare(options: RunOptions) -> torch.device:
    """Set threads and memory for training; the device to train on."""
    keep_freed_memory()
    torch.set_flush_denormal(True)
    if options.threads or not torch.get_num_threads():
        torch.set_num_threads(options.threads or os.cpu_count() or 1)
    fastest = "cuda" if torch.cuda.is_available() else "cpu"
    return find_device(fastest if options.device == "auto" else options.device)


@contextmanager
def borrowed() -> Iterator[None]:
    """Give the process its threads and its denormal numbers back when training is over."""
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(threads)


def keep_freed_memory() -> None:
    """Ask glibc to keep what a step frees for the next one.

    Otherwise every large buffer comes fresh from the system, and its page faults cost up to a third of a step.
    """
    if sys.platform != "linux":
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library: slower, not wrong
        return
    mallopt(MALLOC_OPTIONS["mmap_threshold"], KEEP)
    mallopt(MALLOC_OPTIONS["trim_threshold"], KEEP)
    mallopt(MALLOC_OPTIONS["top_pad"], KEEP // 8)


def flops_per_unit(hidden_size: int, layers: int, vocabulary: int, gates: int = 4) -> float:
    """Floating-point operations that one unit costs a training step (forward and backward)."""
    recurrent = gates * hidden_size**2
    between = gates * hidden_size**2 * (layers - 1)
    return 6.0 * (recurrent * layers + between + hidden_size * vocabulary)


def measure_speed(device: torch.device, kind: str = "fp32", rounds: int = 3) -> float:
    """Floating-point operations a second of a training step on this machine (a quarter of a second's work)."""
    spec = NetworkSpec(64, 64, 0, "lstm", 256, 1, 0.0)
    network = build(spec, kind=kind).to(device)
    ids = torch.zeros(64, 32, dtype=torch.long, device=device)
    best = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        logits, _ = network(ids, network.start(len(ids)))
        logits.sum().backward()
        best = min(best, time.perf_counter() - begin)
    return flops_per_unit(256, 1, 64) * ids.numel() / best
