"""Characters a second of whole training steps: unrolled's network against stock ``nn.LSTM``, ``nn.GRU`` and ``nn.RNN``.

A step is embedding (as wide as the layer), forward, loss, backward, clipping and AdamW, in fp32 with dropout 0.3 after
each layer and the state carried. Both sides run in one process that keeps freed memory and flushes denormal numbers
(as unrolled's training does), so the ratio is the networks' alone; plain PyTorch code has neither.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

import common
import numpy as np
import torch
from torch import nn

from unrolled.config import RunOptions
from unrolled.layers import build
from unrolled.tasks import TASKS
from unrolled.tasks.base import NetworkSpec
from unrolled.training.carry import forget
from unrolled.training.machine import prepare
from unrolled.training.optimizer import BETAS, make_optimizer, update

V, LENGTH, DROPOUT, RATE, DECAY, CLIP = 65, 64, 0.3, 1e-3, 0.01, 1.0
CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "elman": nn.RNN}
SIZES = ((1, 256), (1, 512), (2, 256))
ROWS = (32, 64)

Step = Callable[[], None]


class Stock(nn.Module):
    """The same network out of PyTorch's own parts."""

    def __init__(self, cell: str, layers: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, width)
        between = DROPOUT if layers > 1 else 0.0
        self.rnn = CELLS[cell](width, width, layers, dropout=between, batch_first=True)
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(width, V)

    def forward(self, ids: torch.Tensor, state: object) -> tuple[torch.Tensor, object]:
        """Logits [B, T, V] and the last state."""
        y, state = self.rnn(self.embedding(ids), state)
        return self.head(self.dropout(y)), state


def detach(state: object) -> object:
    """A stock state without its history."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def batch(rows: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Random ids: a step takes as long on them as on a text."""
    ids = torch.randint(V, (rows, LENGTH + 1), generator=torch.Generator().manual_seed(1))
    return ids[:, :-1].contiguous(), ids[:, 1:].contiguous()


def stock_step(cell: str, layers: int, width: int, rows: int) -> Step:
    """A training step of the stock network."""
    network = Stock(cell, layers, width)
    optimizer = torch.optim.AdamW(network.parameters(), RATE, BETAS, weight_decay=DECAY, fused=True)
    inputs, targets = batch(rows)
    state: object = None

    def step() -> None:
        nonlocal state
        logits, after = network(inputs, state)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        loss.item()
        nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        optimizer.step()
        optimizer.zero_grad()
        state = detach(after)

    return step


def our_step(cell: str, layers: int, width: int, rows: int) -> Step:
    """A training step as ``training/loop.py`` makes it."""
    network = build(NetworkSpec(V, V, width, cell, width, layers, DROPOUT))
    optimizer, task = make_optimizer(network, DECAY), TASKS["language"]
    inputs, targets = batch(rows)
    state, number = network.start(rows), 0
    fresh = np.zeros(rows, bool)

    def step() -> None:
        nonlocal state, number
        number += 1
        chance = np.random.Generator(np.random.SFC64([1, 4, number]))
        logits, state = network(inputs, forget(state, fresh), chance)
        loss = task.loss(logits, targets).mean()
        loss.backward()
        loss.item()
        update(network, optimizer, RATE, CLIP)

    return step


def seconds(step: Step, steps: int) -> float:
    """Seconds of one step, over several."""
    begin = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - begin) / steps


def compare(cell: str, layers: int, width: int, rows: int, pairs: int, steps: int) -> list[str]:
    """One line of the table: both sides in turn, medians over the pairs."""
    ours, stock = our_step(cell, layers, width, rows), stock_step(cell, layers, width, rows)
    seconds(ours, 2), seconds(stock, 2)  # the first steps allocate
    times = [(seconds(ours, steps), seconds(stock, steps)) for _ in range(pairs)]
    speeds = [rows * LENGTH / statistics.median(side) for side in zip(*times, strict=True)]
    ratios = [theirs / mine for mine, theirs in times]
    gc.collect()
    line = [f"{cell} {layers}×{width}", str(rows), *(f"{speed:,.0f}" for speed in speeds)]
    line += [f"{statistics.median(ratios):.2f}×", f"{min(ratios):.2f} to {max(ratios):.2f}"]
    print(*line, sep="  ", flush=True)
    return line


def matrix_speed(size: int = 2048, rounds: int = 7) -> str:
    """What the machine can do: ``torch.mm`` in fp32, GFLOP/s."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    times = [seconds(lambda: torch.mm(a, b), 1) for _ in range(rounds + 1)][1:]
    speeds = [2 * size**3 / each / 1e9 for each in times]
    return (
        f"`torch.mm` fp32 {size}³ in the same run: median {statistics.median(speeds):.0f} GFLOP/s, "
        f"{min(speeds):.0f} to {max(speeds):.0f}."
    )


def main() -> None:
    """Measure, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="measurements of each side [default: %(default)s]")
    parser.add_argument("--steps", type=int, default=4, help="steps a measurement [default: %(default)s]")
    parser.add_argument("--only", choices=CELLS, help="one cell alone")
    options = parser.parse_args()
    prepare(RunOptions(device="cpu", threads=options.threads))
    about = common.circumstances()
    neighbours = common.Neighbours()
    speed = matrix_speed()
    print(speed)
    wanted = [(cell, *size, rows) for cell in CELLS if options.only in (None, cell) for size in SIZES for rows in ROWS]
    lines = [compare(*each, options.pairs, options.steps) for each in wanted]
    header = ["network", "rows", "unrolled chars/s", "stock chars/s", "unrolled ÷ stock", "range of pairs"]
    note = f"Medians of {options.pairs} pairs of {options.steps} steps in turn, {options.threads} threads. {speed}"
    note += f" Other processes kept {neighbours.share():.2f} cores busy meanwhile."
    how = " ".join(str(__doc__).split("\n\n", 1)[1].split())
    parts = ["# A whole training step", how, common.describe(about), common.table(header, lines), note]
    common.write_report(options.results, "training_step", *parts)


if __name__ == "__main__":
    main()
