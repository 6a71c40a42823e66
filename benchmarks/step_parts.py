"""Where the time of a step of ``unrolled train`` goes: every operation counted to a part, by PyTorch's profiler.

Besides, how long a thread of the scan waits for the other: rows are split among threads once for a whole sequence.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import torch
from step_unrolled import add_choices, make
from steps import WARMING, parser, seconds, sizes_of
from torch.profiler import ProfilerActivity, profile

from unrolled.datasets.batches import Streams as Batches
from unrolled.kernels import training
from unrolled.networks.modules import stack
from unrolled.training import optimizer

PARTS = (
    "scan",
    "packing for the scan",
    "gradient of W_hh",
    "other products",
    "look-up",
    "softmax and loss",
    "dropout",
    "clipping",
    "Muon",
    "AdamW",
    "batch",
    "rest",
)
PRODUCTS = ("aten::mm", "aten::addmm", "aten::bmm", "aten::baddbmm", "aten::linear", "aten::matmul")
WITHIN = (
    ("Optimizer.step#Muon", "Muon"),
    ("Optimizer.step#", "AdamW"),
    ("clipping", "clipping"),
    ("dropout", "dropout"),
    ("softmax", "softmax and loss"),
    ("nll_loss", "softmax and loss"),
    ("NllLoss", "softmax and loss"),
    ("LogSoftmax", "softmax and loss"),
    ("FusedLoss", "softmax and loss"),
    ("Logsumexp", "softmax and loss"),
    ("logsumexp", "softmax and loss"),
    ("Gather", "softmax and loss"),
    ("MulBackward", "dropout"),
    ("batch", "batch"),
    ("mbedding", "look-up"),
)
"""What stands in the name of an operation, or of one that it is a part of, and the part of the step that it is of."""


def part_of(event: Any) -> str:
    """The part of a step that an operation's own time belongs to."""
    chain = [event]
    while chain[-1].cpu_parent is not None:
        chain.append(chain[-1].cpu_parent)
    names = [each.name for each in chain]
    if any("Scan" in name for name in names):
        if names[0] in PRODUCTS:
            return "gradient of W_hh"
        return "scan" if names[0] == "kernel" else "packing for the scan"
    for name, part in WITHIN:
        if any(name in each for each in names):
            return part
    return "other products" if any(name in PRODUCTS for name in names) else "rest"


class Waits:
    """Seconds of all threads between their part of a scan's end and the end of the last part."""

    def __init__(self) -> None:
        self.idle = self.passed = 0.0

    def over_rows(self, work: Callable[[int, int], None], rows: int, threads: int) -> None:
        """Share rows among threads as the kernels' door does, and count what they wait."""
        spans: list[float] = []

        def timed(begin: int, end: int) -> None:
            since = time.perf_counter()
            work(begin, end)
            spans.append(time.perf_counter() - since)

        begin = time.perf_counter()
        with torch.profiler.record_function("kernel"):
            original(timed, rows, threads)
        passed = time.perf_counter() - begin
        self.passed += passed
        self.idle += threads * passed - sum(spans)


original = training.over_rows
NAMED = [
    (stack, "dropout", "dropout"),
    (optimizer, "clip_gradients", "clipping"),
    (Batches, "batch", "batch"),
]
"""Functions that are no operation of PyTorch, and the part of a step that they are."""


@contextmanager
def watched() -> Iterator[Waits]:
    """Count how long threads wait, and let the profiler see what is no operation of PyTorch."""
    waits = Waits()
    with ExitStack() as changed:
        changed.enter_context(patch.object(training, "over_rows", waits.over_rows))
        for place, name, part in NAMED:
            changed.enter_context(patch.object(place, name, recorded(getattr(place, name), part)))
        yield waits


def recorded(function: Callable[..., Any], part: str) -> Callable[..., Any]:
    """A function that the profiler sees under a name."""

    def call(*args: Any, **named: Any) -> Any:
        with torch.profiler.record_function(part):
            return function(*args, **named)

    return call


def measure(options: argparse.Namespace) -> tuple[dict[str, float], float, float]:
    """Milliseconds of every part of a step, of the whole one without the profiler, and the share of waiting threads."""
    step = make(sizes_of(options), options)
    seconds(step, WARMING)
    whole = min(seconds(step, options.steps) for _ in range(3))
    parts: dict[str, float] = defaultdict(float)
    with watched() as waits, profile(activities=[ProfilerActivity.CPU]) as found:
        seconds(step, options.steps)
    for event in found.events():
        if event.device_type == torch.autograd.DeviceType.CPU:
            parts[part_of(event)] += event.self_cpu_time_total / 1000 / options.steps
    return parts, 1000 * whole, waits.idle / (waits.passed * options.threads)


def main() -> None:
    """Print the parts of a step of one size."""
    made = parser(__doc__)
    add_choices(made)
    made.add_argument("--steps", type=int, default=5, help="steps that are profiled [default: %(default)s]")
    options = made.parse_args()
    parts, whole, waiting = measure(options)
    known = sum(parts.values())
    for name in PARTS:
        print(f"{name:22} {parts[name]:8.2f} ms  {parts[name] / known:6.1%}")
    print(f"{'all of these':22} {known:8.2f} ms; without the profiler {whole:.2f} ms")
    print(f"threads wait for each other {waiting:.1%} of a scan")


if __name__ == "__main__":
    main()
