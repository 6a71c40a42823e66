"""What the sides of ``training_step.py`` share: the sizes of a step, its data, and the process that makes steps."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass

import common
import torch

LENGTH, DROPOUT, RATE, DECAY, CLIP = 64, 0.3, 1e-3, 0.01, 1.0
WARMING = 3  # first steps, which allocate and compile

Step = Callable[[], None]


@dataclass(frozen=True)
class Sizes:
    """A network, the rows of its batch, and the units that it may write; its embedding is as wide as a layer."""

    cell: str = "lstm"
    layers: int = 1
    width: int = 256
    rows: int = 64
    vocabulary: int = 65

    def arguments(self) -> list[str]:
        """The command line of a side."""
        return [str(each) for each in astuple(self)]


def batch(sizes: Sizes) -> tuple[torch.Tensor, torch.Tensor]:
    """Random ids: a step takes as long on them as on a text."""
    ids = torch.randint(sizes.vocabulary, (sizes.rows, LENGTH + 1), generator=torch.Generator().manual_seed(1))
    return ids[:, :-1].contiguous(), ids[:, 1:].contiguous()


def seconds(step: Step, steps: int) -> float:
    """Seconds of one step, over several."""
    begin = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - begin) / steps


def parser(description: str | None) -> argparse.ArgumentParser:
    """The command line of a side: the sizes, and what every benchmark can be told."""
    made = common.parser(description)
    for name, default in vars(Sizes()).items():
        made.add_argument(name, type=type(default))
    return made


def sizes_of(options: argparse.Namespace) -> Sizes:
    """The sizes that a command line names."""
    return Sizes(**{name: getattr(options, name) for name in vars(Sizes())})


def serve(make: Callable[[Sizes, argparse.Namespace], Step], made: argparse.ArgumentParser) -> None:
    """For every count of steps on standard input, make them, and answer with the seconds of one."""
    options = made.parse_args()
    torch.set_num_threads(options.threads)
    step = make(sizes_of(options), options)
    seconds(step, WARMING)
    print("ready", flush=True)
    for line in sys.stdin:
        print(seconds(step, int(line)), flush=True)
