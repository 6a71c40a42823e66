"""The machine that trains: its device, its threads, its memory, and its speed."""

from __future__ import annotations

import ctypes
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from ..config import RunOptions
from ..layers import build
from ..layers.device import find_device
from ..tasks.base import NetworkSpec
from .optimizer import make_optimizers, update

KEEP = 1 << 30  # bytes of freed memory that stay ours
MEASURED = 1.8  # seconds of steps before the recipe is chosen
MEASURED_WIDTHS = (64, 320)
ROWS, LENGTH, VOCABULARY = 32, 64, 64  # of the steps that are measured
MALLOC_OPTIONS = {"trim_threshold": -1, "top_pad": -2, "mmap_threshold": -3}  # glibc's malloc.h


def prepare(options: RunOptions) -> torch.device:
    """Set threads and memory for training; the device to train on."""
    keep_freed_memory()
    torch.set_flush_denormal(True)
    if options.threads or not torch.get_num_threads():
        torch.set_num_threads(options.threads or os.cpu_count() or 1)
    fastest = "cuda" if torch.cuda.is_available() else "cpu"
    return find_device(fastest if options.device == "auto" else options.device)


@dataclass(frozen=True)
class Speed:
    """What learning costs on a machine: so many seconds a unit, and so many floating-point operations a second."""

    seconds_per_unit: float
    flops: float

    def units_per_second(self, cost: float) -> float:
        """Units learnt in a second, each of which takes so many operations."""
        return 1 / (self.seconds_per_unit + cost / self.flops)


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


def measure_speed(device: torch.device, kind: str = "fp32", seconds: float = MEASURED) -> Speed:
    """How fast this machine trains: whole steps of a narrow and of a wide layer, about ``seconds`` in all."""
    narrow, wide = (time_step(device, kind, width, seconds / len(MEASURED_WIDTHS)) for width in MEASURED_WIDTHS)
    less, more = (flops_per_unit(width, 1, VOCABULARY) for width in MEASURED_WIDTHS)
    flops = (more - less) / max(wide - narrow, 1e-3 * wide)
    return Speed(max(0.0, narrow - less / flops), flops)


def time_step(device: torch.device, kind: str, width: int, seconds: float) -> float:
    """Seconds that a unit takes in training a layer: the median of the steps that fit into so many seconds."""
    network = build(NetworkSpec(VOCABULARY, VOCABULARY, 64, "lstm", width, 1, 0.0), kind=kind).to(device)
    optimizers = make_optimizers(network, "adamw", 0.0)
    ids = torch.zeros(ROWS, LENGTH, dtype=torch.long, device=device)
    begin = time.perf_counter()
    times: list[float] = []
    while len(times) < 3 or time.perf_counter() - begin < seconds:
        since = time.perf_counter()
        logits, _ = network(ids, network.start(ROWS))
        torch.autograd.backward(torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids.flatten()))
        update(network, optimizers, 0.0, 1.0)
        times.append(time.perf_counter() - since)
    return statistics.median(times[1:]) / ids.numel()
