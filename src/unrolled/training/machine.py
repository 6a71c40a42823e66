"""The machine that trains: its device, its threads, its memory, and its speed."""

from __future__ import annotations

import ctypes
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import numpy as np
import torch

from ..config import RunOptions
from ..cores import default_threads, warn_of_more
from ..networks.cells import find_cell
from ..networks.cells.base import Cell
from ..networks.cells.lstm import LSTM
from ..networks.modules import build, sampled_softmax
from ..networks.modules.device import fastest_device, find_device, set_threads
from ..networks.spec import NetworkSpec
from .muon import flops as muon_flops
from .optimizer import make_optimizers, update

MEASURED_CELL = LSTM()
KEEP = 1 << 30  # bytes of freed memory that stay ours
MEASURED_WIDTHS = (64, 320)
ROWS, LENGTH, VOCABULARY = 32, 64, 64  # of the steps that are measured, which are of full size
STEPPING = 0.85  # of a run's time goes into steps; the rest into validations, samples and saving
MALLOC_OPTIONS = {"trim_threshold": -1, "top_pad": -2, "mmap_threshold": -3}  # glibc's malloc.h


def prepare(options: RunOptions) -> torch.device:
    """Set threads and memory for training; the device to train on."""
    keep_freed_memory()
    torch.set_flush_denormal(True)
    if options.threads:
        warn_of_more(options.threads, "--threads")
    set_threads(options.threads or min(torch.get_num_threads(), default_threads()))
    return find_device(fastest_device() if options.device == "auto" else options.device)


@dataclass(frozen=True)
class Speed:
    """What learning costs on a machine: so many seconds a unit, and so many floating-point operations a second."""

    seconds_per_unit: float
    flops: float

    def units_per_second(self, cost: float) -> float:
        """Return the units learnt in a second, each of which takes so many operations."""
        return 1 / (self.seconds_per_unit + cost / self.flops)


@contextmanager
def borrowed() -> Iterator[None]:
    """Give the process its threads and its denormal numbers back when training is over."""
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        set_threads(threads)


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


def give_back_memory() -> None:
    """Ask glibc to give back what lies free between buffers: batches of many shapes leave gigabytes of holes."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def flops_per_unit(hidden_size: int, layers: int, vocabulary: int, cell: Cell = MEASURED_CELL) -> float:
    """Floating-point operations that one unit costs a training step (forward and backward)."""
    recurrent = cell.products * hidden_size**2
    between = cell.gates * hidden_size**2 * (layers - 1)
    return 6.0 * (recurrent * layers + between + hidden_size * learnt_at_once(vocabulary))


def learnt_at_once(vocabulary: int) -> int:
    """Return about how many units a step's softmax has."""
    return vocabulary if vocabulary < sampled_softmax.SAMPLED_FROM else sampled_softmax.LARGE


def validation_cost(spec: NetworkSpec) -> float:
    """Return what validating a unit costs, relative to training on it.

    Forward only, but over all of a large vocabulary.
    """
    if not spec.kind.of_cells:  # it learns from all of its vocabulary, too
        return 1 / 3
    cell = find_cell(spec.cell, spec.context)
    learning = flops_per_unit(spec.hidden_size, spec.layers, spec.outputs, cell)
    return (1 + 6.0 * spec.hidden_size * (spec.outputs - learnt_at_once(spec.outputs)) / learning) / 3


def unit_cost(optimizer: str, hidden_size: int, layers: int, vocabulary: int, cell: Cell = MEASURED_CELL) -> float:
    """Return the same with the optimizer's share, in steps of full size."""
    shared = muon_flops(hidden_size, layers, cell.gates) / (ROWS * LENGTH) if optimizer == "muon" else 0.0
    return flops_per_unit(hidden_size, layers, vocabulary, cell) + shared


def measure_speed(device: torch.device, precision: str, optimizer: str, seconds: float) -> Speed:
    """Return how fast this machine trains: whole steps of a narrow and of a wide layer, about ``seconds`` in all."""
    narrow, wide = (time_step(device, precision, optimizer, width, seconds / 2) for width in MEASURED_WIDTHS)
    less, more = (unit_cost(optimizer, width, 1, VOCABULARY) for width in MEASURED_WIDTHS)
    flops = (more - less) / max(wide - narrow, 1e-3 * wide)
    return Speed(max(0.0, narrow - less / flops), flops)


def time_step(
    device: torch.device, precision: str, optimizer: str, width: int, seconds: float, cell: Cell = MEASURED_CELL
) -> float:
    """Return the seconds that a unit takes in training a layer: the median of steps in so many seconds."""
    spec = NetworkSpec(VOCABULARY, VOCABULARY, 64, cell.name, width, 1, 0.1)
    network = build(spec, precision=precision).to(device)
    optimizers = make_optimizers(network, optimizer, 0.0)
    ids = torch.randint(VOCABULARY, (ROWS, LENGTH), generator=torch.Generator().manual_seed(1)).to(device)
    rng = np.random.Generator(np.random.SFC64(1))
    begin = time.perf_counter()
    times: list[float] = []
    while len(times) < 3 or time.perf_counter() - begin < seconds:
        since = time.perf_counter()
        logits, _ = network(ids, network.start(ROWS), rng)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids.flatten())
        torch.autograd.backward(loss)
        loss.item()  # waits for a GPU, as training does
        update(network, optimizers, 0.0, 1.0)
        times.append(time.perf_counter() - since)
    return statistics.median(times[1:]) / ids.numel() / STEPPING
