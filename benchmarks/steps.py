"""What the sides of ``training_step.py`` share: the sizes of a step, its data, and the process that makes steps."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import torch

V, LENGTH, DROPOUT, RATE, DECAY, CLIP = 65, 64, 0.3, 1e-3, 0.01, 1.0

Step = Callable[[], None]


def batch(rows: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Random ids: a step takes as long on them as on a text."""
    ids = torch.randint(V, (rows, LENGTH + 1), generator=torch.Generator().manual_seed(1))
    return ids[:, :-1].contiguous(), ids[:, 1:].contiguous()


def seconds(step: Step, steps: int) -> float:
    """Seconds of one step, over several."""
    begin = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - begin) / steps


def serve(make: Callable[[str, int, int, int, bool], Step], parser: argparse.ArgumentParser) -> None:
    """For every count of steps on standard input, make them, and answer with the seconds of one."""
    for name, kind in (("cell", str), ("layers", int), ("width", int), ("rows", int), ("precision", str)):
        parser.add_argument(name, type=kind)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    step = make(options.cell, options.layers, options.width, options.rows, options.precision == "bf16")
    seconds(step, 2)  # the first steps allocate
    print("ready", flush=True)
    for line in sys.stdin:
        print(seconds(step, int(line)), flush=True)
