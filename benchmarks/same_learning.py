"""Do the kernels learn what stock PyTorch learns? The same start, the same batches, the held-out loss at the end.

A layer of LSTM on the first 90 % of a text, without dropout, AdamW and a cosine; stock ``nn.LSTM`` in fp32, the kernels
in fp32, and the kernels with products in bf16. The held-out tenth is scored streamed, in fp32, by stock PyTorch.

Changed from `unrolled train`: AdamW in place of Muon, no dropout, and every arithmetic in turn, so that the kernels are
all that differs from stock PyTorch.
"""

from __future__ import annotations

import math
import statistics
import time
from pathlib import Path

import common
import numpy as np
import torch
from step_stock import Stock
from torch import Tensor, nn

from unrolled.config import RunOptions
from unrolled.datasets.batches import Streams
from unrolled.networks.modules import Network, build
from unrolled.networks.spec import NetworkSpec
from unrolled.training.machine import prepare
from unrolled.training.step import as_rows
from unrolled.training.tbptt import detach_and_reset

ROWS, LENGTH, RATE, CLIP = 32, 64, 3e-3, 1.0
SIDES = {"stock fp32": "", "kernels off": "off", "kernels fp32": "fp32", "kernels bf16": "bf16"}


def start(vocabulary: int, width: int, seed: int, kind: str) -> Network:
    """Our network, as it begins."""
    return build(NetworkSpec(vocabulary, vocabulary, width, "lstm", width, 1, 0.0), seed, kind)


def as_stock(network: Network) -> Stock:
    """The stock network with the same weights."""
    stock = Stock("lstm", 1, network.spec.hidden_size, network.spec.inputs, 0.0)
    stock.load_state_dict(network.state_dict())
    return stock


def learn(network: nn.Module, ids: np.ndarray, steps: int, seed: int) -> None:
    """So many steps."""
    optimizer = torch.optim.AdamW(network.parameters(), RATE, (0.9, 0.99), weight_decay=0.01, fused=True)
    batches, ours = Streams(ids, ROWS, LENGTH, seed, 0.0), isinstance(network, Network)
    state = network.start(ROWS) if ours else None
    for step in range(steps):
        batch = batches.batch(step)
        inputs, targets = (torch.from_numpy(part).long() for part in (batch.inputs, batch.targets))
        if ours:
            y, state = network.read(inputs, detach_and_reset(state, np.zeros(ROWS, bool)))
            loss = network.loss(*as_rows(y, targets, None), 0.0)[0]
        else:
            logits, state = network(inputs, state and tuple(part.detach() for part in state))
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        for group in optimizer.param_groups:
            group["lr"] = RATE * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        optimizer.step()
        optimizer.zero_grad()


@torch.no_grad()
def held_out(network: nn.Module, ids: Tensor) -> float:
    """Nats a character, streamed."""
    stock = as_stock(network) if isinstance(network, Network) else network
    logits, _ = stock.eval()(ids[None, :-1], None)
    return nn.functional.cross_entropy(logits[0], ids[1:]).item()


def main() -> None:
    """Train every side with every seed, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--steps", type=int, default=2000, help="steps [default: %(default)s]")
    parser.add_argument("--width", type=int, default=128, help="hidden units [default: %(default)s]")
    parser.add_argument("--seeds", type=int, default=3, help="seeds [default: %(default)s]")
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES), help="sides [default: all]")
    parser.add_argument("--data", type=Path, help="text [default: tinyshakespeare below UNROLLED_DATA]")
    options = parser.parse_args()
    about = common.circumstances()
    text = (options.data or common.find_data("open/tinyshakespeare/input.txt")).read_text(encoding="utf-8")
    alphabet = {unit: number for number, unit in enumerate(sorted(set(text)))}
    ids = np.array([alphabet[unit] for unit in text], np.int32)
    cut = len(ids) * 9 // 10
    rows, found = [], {name: [] for name in options.sides}
    for seed in range(1, options.seeds + 1):
        for name in options.sides:
            kind = SIDES[name]
            prepare(RunOptions(device="cpu", threads=options.threads))
            network = start(len(alphabet), options.width, seed, kind or "off")
            network = network if kind else as_stock(network)
            begin = time.perf_counter()
            learn(network, ids[:cut], options.steps, seed)
            seconds = time.perf_counter() - begin
            found[name].append(held_out(network, torch.from_numpy(ids[cut:]).long()))
            away = found[name][-1] - found["stock fp32"][-1]
            rows.append([str(seed), name, f"{found[name][-1]:.4f}", f"{away:+.4f}", f"{seconds:.0f}"])
            print(*rows[-1], sep="  ", flush=True)
    means = [
        ["mean", name, f"{statistics.mean(found[name]):.4f}",
         f"{statistics.mean(found[name]) - statistics.mean(found['stock fp32']):+.4f}", ""]
        for name in options.sides
    ]  # fmt: skip
    header = ["seed", "side", "held-out nats/char", "from stock", "seconds"]
    how = " ".join(str(__doc__).split())
    note = f"LSTM 1×{options.width}, {options.steps} steps of {ROWS}×{LENGTH} characters."
    parts = ["# The same learning", how, common.describe(about), common.table(header, rows + means), note]
    common.write_report(options.results, "same_learning", *parts)


if __name__ == "__main__":
    main()
