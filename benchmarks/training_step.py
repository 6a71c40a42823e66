"""Characters a second of whole training steps: unrolled's network against stock ``nn.LSTM``, ``nn.GRU`` and ``nn.RNN``.

A step is embedding (as wide as the layer), forward, loss, backward, clipping and the optimizer, with dropout 0.3 after
each layer and the state carried. Every side is a process of its own, which waits while another is measured: stock
PyTorch as everybody runs it, with AdamW, in fp32 and under bf16 autocast; unrolled by the code of ``unrolled train``,
in the arithmetic that it chooses, with AdamW (which it does not choose: for the comparison) and with Muon, which it
does. Of large vocabularies unrolled learns by a sampled softmax, stock PyTorch by a whole one.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import common
import torch
from steps import LENGTH, Sizes, seconds

from unrolled import kernels
from unrolled.networks.cells import find_cell
from unrolled.networks.modules.sampled_softmax import SAMPLED_FROM
from unrolled.training.muon import flops as muon_flops

NETWORKS = {
    65: [
        *[("lstm", 1, 256), ("lstm", 1, 512), ("lstm", 2, 512), ("lstm", 1, 1024)],
        *[("gru", 1, 256), ("gru", 1, 512), ("elman", 1, 256)],
    ],
    4096: [("lstm", 1, 512), ("lstm", 1, 1024)],
}
ROWS = (32, 64)
SIDES = {
    "adamw": ["step_unrolled.py", "--optimizer", "adamw"],
    "muon": ["step_unrolled.py"],
    "fp32": ["step_stock.py"],
    "bf16": ["step_stock.py", "--bf16"],
}


class Side:
    """A process that makes steps of one network when it is asked to."""

    def __init__(self, command: Sequence[str], sizes: Sizes, threads: int, extra: Sequence[str] = ()) -> None:
        script, *choices = command
        path = Path(__file__).parent / script
        whole = [sys.executable, str(path), *sizes.arguments(), "--threads", str(threads), *choices, *extra]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(whole, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
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


def flops(sizes: Sizes, logits: int) -> float:
    """Floating point operations of a step for one character: products alone, the table look-up for nothing."""
    gates, width = find_cell(sizes.cell, None).gates, sizes.width
    return 6 * (gates * width * width * (2 * sizes.layers - 1) + width * logits)


def flops_of(name: str, sizes: Sizes, whole: bool) -> float:
    """The same of a side, with Muon's products where it learns by them; NaN where not all logits are made."""
    if name not in SIDES or (sizes.vocabulary >= SAMPLED_FROM and not whole and name in ("adamw", "muon")):
        return float("nan")
    gates = find_cell(sizes.cell, None).gates
    own = muon_flops(sizes.width, sizes.layers, gates) / (sizes.rows * LENGTH) if name == "muon" else 0.0
    return flops(sizes, sizes.vocabulary) + own


def compare(sizes: Sizes, options: Any, bf16: bool) -> list[str]:
    """One line of the table: all sides in turn, medians over the pairs."""
    softmax = ["--softmax", options.softmax]
    sides = {
        name: Side(how, sizes, options.threads, softmax if name in ("adamw", "muon") else ())
        for name, how in SIDES.items()
        if name != "bf16" or bf16
    }
    able = [name for name, side in sides.items() if side.able]
    times: dict[str, list[float]] = {name: [] for name in able}
    for _ in range(options.pairs):
        for name in able:
            times[name].append(sides[name].measure(options.steps))
    for side in sides.values():
        side.end()
    units = sizes.rows * LENGTH
    line = [f"{sizes.cell} {sizes.layers}×{sizes.width}", str(sizes.vocabulary), str(sizes.rows)]
    for name in ("adamw", "muon"):
        speed = units / statistics.median(times[name])
        rate = speed * flops_of(name, sizes, options.softmax == "whole") / 1e9
        line += [f"{speed:,.0f}", f"{rate:.0f}" if rate == rate else "–"]
    for name in ("fp32", "bf16"):
        if name not in able:
            line += ["fails here" if name in sides else "no bf16 here", ""]
            continue
        ratios = [theirs / mine for mine, theirs in zip(times["adamw"], times[name], strict=True)]
        line.append(f"{units / statistics.median(times[name]):,.0f}")
        line.append(f"{statistics.median(ratios):.2f}× ({min(ratios):.2f} to {max(ratios):.2f})")
    print(*line, sep="  ", flush=True)
    return line


def matrix_speed(kind: torch.dtype, size: int = 2048, rounds: int = 12) -> float:
    """What the machine can do: ``torch.mm``, floating point operations a second, the best of several."""
    a, b = (torch.randn(size, size).to(kind) for _ in range(2))
    times = [seconds(lambda: torch.mm(a, b), 1) for _ in range(rounds + 1)][1:]
    return 2 * size**3 / min(times)


def peaks(bf16: bool) -> str:
    """The speed of ``torch.mm`` in fp32 and, where the processor has it, in bf16."""
    kinds = ("float32", "bfloat16") if bf16 else ("float32",)
    return ", ".join(f"{name} {matrix_speed(getattr(torch, name)) / 1e9:.0f} GFLOP/s" for name in kinds)


def main() -> None:
    """Measure, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="measurements of each side [default: %(default)s]")
    parser.add_argument("--steps", type=int, default=4, help="steps a measurement [default: %(default)s]")
    parser.add_argument("--only", help="one cell alone")
    parser.add_argument("--vocabulary", type=int, choices=NETWORKS, help="vocabularies of one size alone")
    parser.add_argument("--rows", type=int, choices=ROWS, help="batches of one size alone")
    parser.add_argument("--softmax", default="auto", help="whole: unrolled learns by it, too [default: %(default)s]")
    options: Any = parser.parse_args()
    torch.set_num_threads(options.threads)
    about, neighbours = common.circumstances(), common.Neighbours()
    bf16 = about["machine"]["flags"]["avx512_bf16"]
    before = peaks(bf16)
    wanted = [
        Sizes(*network, rows, vocabulary)
        for vocabulary, networks in NETWORKS.items()
        for network in networks
        for rows in ROWS
        if options.only in (None, network[0])
        and options.vocabulary in (None, vocabulary)
        and options.rows in (None, rows)
    ]
    lines = [compare(sizes, options, bf16) for sizes in wanted]
    header = ["network", "units", "rows", "unrolled, AdamW, chars/s", "GFLOP/s", "unrolled, Muon, chars/s", "GFLOP/s"]
    header += ["stock fp32", "unrolled, AdamW ÷ fp32", "stock bf16 autocast", "unrolled, AdamW ÷ bf16"]
    note = (
        f"Medians of {options.pairs} measurements of {options.steps} steps in turn (ranges of the pairs in brackets), "
        f"{options.threads} threads; unrolled trained in {kernels.arithmetic('auto', 'auto')}. GFLOP/s count products "
        f"alone, Muon's among them. `torch.mm` at 2048³, the best of twelve: before {before}; after {peaks(bf16)}. "
        f"Other processes, the sides among them, kept {neighbours.share():.2f} cores busy meanwhile."
    )
    how = " ".join(str(__doc__).split("\n\n", 1)[1].split())
    parts = ["# A whole training step", how, common.describe(about), common.table(header, lines), note]
    common.write_report(options.results, "training_step", *parts)


if __name__ == "__main__":
    main()
