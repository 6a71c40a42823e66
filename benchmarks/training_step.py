"""Characters a second of whole training steps: unrolled's network against stock ``nn.LSTM``, ``nn.GRU`` and ``nn.RNN``.

A step is embedding (as wide as the layer), forward, loss, backward, clipping and AdamW, with dropout 0.3 after each
layer and the state carried. Every side is a process of its own, which waits while another is measured: stock PyTorch as
everybody runs it, in fp32 and under bf16 autocast, and unrolled as ``unrolled train`` runs it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

import common
import torch
from steps import LENGTH, V, seconds

SIZES = [("lstm", 1, 256), ("lstm", 1, 512), ("lstm", 2, 512), ("gru", 1, 256), ("gru", 1, 512), ("elman", 1, 256)]
ROWS = (32, 64)
GATES = {"lstm": 4, "gru": 3, "elman": 1}
SIDES = {"unrolled": ("step_unrolled.py", "fp32"), "fp32": ("step_stock.py", "fp32"), "bf16": ("step_stock.py", "bf16")}


class Side:
    """A process that makes steps of one network when it is asked to."""

    def __init__(self, script: str, precision: str, size: tuple[str, int, int], rows: int, threads: int) -> None:
        path = Path(__file__).parent / script
        command = [sys.executable, path, *size, rows, precision, "--threads", threads]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(list(map(str, command)), stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        assert self.process.stdin and self.process.stdout, "both are pipes"
        self.asks, self.answers = self.process.stdin, self.process.stdout
        self.able = self.answers.readline().strip() == "ready"

    def measure(self, steps: int) -> float:
        """Seconds of one step."""
        self.asks.write(f"{steps}\n")
        self.asks.flush()
        return float(self.answers.readline())

    def end(self) -> None:
        """Stop the process."""
        self.process.communicate()


def flops(cell: str, layers: int, width: int) -> float:
    """Floating point operations of a step for one character: products alone, the table look-up for nothing."""
    return 6 * (GATES[cell] * width * width * (2 * layers - 1) + width * V)


def compare(
    size: tuple[str, int, int], rows: int, pairs: int, steps: int, threads: int, peak: float, bf16: bool
) -> list[str]:
    """One line of the table: all sides in turn, medians over the pairs."""
    sides = {name: Side(*how, size, rows, threads) for name, how in SIDES.items() if name != "bf16" or bf16}
    able = [name for name, side in sides.items() if side.able]
    times: dict[str, list[float]] = {name: [] for name in able}
    for _ in range(pairs):
        for name in able:
            times[name].append(sides[name].measure(steps))
    for side in sides.values():
        side.end()
    ours = times["unrolled"]
    speed = rows * LENGTH / statistics.median(ours)
    cell, layers, width = size
    line = [f"{cell} {layers}×{width}", str(rows), f"{speed:,.0f}", f"{speed * flops(*size) / peak:.0%}"]
    for name in ("fp32", "bf16"):
        if name not in able:
            line += ["fails here" if name in sides else "no bf16 here", ""]
            continue
        ratios = [theirs / mine for mine, theirs in zip(ours, times[name], strict=True)]
        line.append(f"{rows * LENGTH / statistics.median(times[name]):,.0f}")
        line.append(f"{statistics.median(ratios):.2f}× ({min(ratios):.2f} to {max(ratios):.2f})")
    print(*line, sep="  ", flush=True)
    return line


def matrix_speed(kind: torch.dtype, size: int = 2048, rounds: int = 7) -> float:
    """What the machine can do: ``torch.mm``, floating point operations a second."""
    a, b = (torch.randn(size, size).to(kind) for _ in range(2))
    times = [seconds(lambda: torch.mm(a, b), 1) for _ in range(rounds + 1)][1:]
    return 2 * size**3 / statistics.median(times)


def main() -> None:
    """Measure, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="measurements of each side [default: %(default)s]")
    parser.add_argument("--steps", type=int, default=4, help="steps a measurement [default: %(default)s]")
    parser.add_argument("--only", choices=GATES, help="one cell alone")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    about, neighbours = common.circumstances(), common.Neighbours()
    bf16 = about["machine"]["flags"]["avx512_bf16"]
    kinds = ("float32", "bfloat16") if bf16 else ("float32",)
    peaks = {name: matrix_speed(getattr(torch, name)) for name in kinds}
    peak = max(peaks.values())
    speeds = ", ".join(f"{name} {speed / 1e9:.0f} GFLOP/s" for name, speed in peaks.items())
    wanted = [(size, rows) for size in SIZES if options.only in (None, size[0]) for rows in ROWS]
    lines = [compare(*each, options.pairs, options.steps, options.threads, peak, bf16) for each in wanted]
    header = ["network", "rows", "unrolled chars/s", "of the peak"]
    header += ["stock fp32", "unrolled ÷ fp32", "stock bf16 autocast", "unrolled ÷ bf16"]
    note = (
        f"Medians of {options.pairs} measurements of {options.steps} steps in turn (ranges of the pairs in brackets), "
        f"{options.threads} threads. *Of the peak*: the products' operations over `torch.mm` at 2048³ in the same run: "
        f"{speeds}. Other processes, the sides among them, kept {neighbours.share():.2f} cores busy meanwhile."
    )
    how = " ".join(str(__doc__).split("\n\n", 1)[1].split())
    parts = ["# A whole training step", how, common.describe(about), common.table(header, lines), note]
    common.write_report(options.results, "training_step", *parts)


if __name__ == "__main__":
    main()
