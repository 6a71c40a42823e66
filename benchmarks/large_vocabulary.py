"""Training steps over large vocabularies: unrolled's sampled softmax and updates by rows against PyTorch's usual ways.

Words by Zipf's law, an embedding of 128, one LSTM layer of 256, steps of 32 × 64 words with clipping and the optimizer.
Beside it: ``nn.LSTM`` with a whole softmax, and with ``nn.AdaptiveLogSoftmaxWithLoss`` (Grave et al. 2017), both with
AdamW. All take turns; medians.

Changed from `unrolled train`: the layer and the rates are fixed here, and no text is read; network, arithmetic, sampled
softmax and Muon are those of the command.
"""

from __future__ import annotations

import unrolled.training  # noqa: F401  # isort: skip  # before torch, as in unrolled train

import statistics
import time
from collections.abc import Callable

import common
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from unrolled import kernels
from unrolled.config import RunOptions
from unrolled.networks.modules import build
from unrolled.networks.modules.sampled_softmax import Sampler, some_logits
from unrolled.networks.spec import NetworkSpec
from unrolled.training.machine import prepare
from unrolled.training.optimizer import make_optimizers, update

SIZES = (10_000, 20_000, 50_000)
EMBEDDING, WIDTH, ROWS, LENGTH = 128, 256, 32, 64
ROUNDS, STEPS = 7, 3

Step = Callable[[torch.Tensor, torch.Tensor], float]
"""One step over inputs and targets [B, T]; its loss."""


def ours(vocabulary: int, counts: np.ndarray) -> Step:
    """As ``unrolled train`` does it."""
    kind = kernels.arithmetic("auto", "auto")
    network = build(NetworkSpec(vocabulary, vocabulary, EMBEDDING, "lstm", WIDTH, 1, 0.1), precision=kind)
    optimizers, sampler, rng = (
        make_optimizers(network, "muon", 0.1),
        Sampler(counts, counts > 0),
        np.random.default_rng(1),
    )

    def step(inputs: torch.Tensor, targets: torch.Tensor) -> float:
        y, _ = network.read(inputs, network.start(ROWS), rng)
        units, logs = map(torch.from_numpy, sampler.choose(targets.numpy(), rng))
        logits, places = some_logits(network.head, y, targets, units, logs, kind)
        loss = functional.cross_entropy(logits.flatten(0, 1), places.flatten())
        torch.autograd.backward(loss)
        update(network, optimizers, 0.01, 1.0)
        return loss.item()

    return step


def theirs(vocabulary: int, adaptive: bool) -> Step:
    """As PyTorch's documentation has it."""
    embedding, rnn = nn.Embedding(vocabulary, EMBEDDING), nn.LSTM(EMBEDDING, WIDTH, batch_first=True)
    whole = nn.Linear(WIDTH, vocabulary)
    parts = nn.AdaptiveLogSoftmaxWithLoss(WIDTH, vocabulary, [2000, 10_000] if vocabulary > 10_000 else [2000])
    network = nn.ModuleList([embedding, rnn, parts if adaptive else whole])
    optimizer = torch.optim.AdamW(network.parameters(), 0.001, fused=True)

    def step(inputs: torch.Tensor, targets: torch.Tensor) -> float:
        y = functional.dropout(rnn(embedding(inputs))[0], 0.1).flatten(0, 1)
        loss = parts(y, targets.flatten()).loss if adaptive else functional.cross_entropy(whole(y), targets.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        return float(loss.item())

    return step


def seconds(step: Step, shares: np.ndarray, rng: np.random.Generator) -> float:
    """Of a step over words that are drawn by their shares, the mean of a few."""
    batches = [torch.from_numpy(rng.choice(len(shares), (ROWS, LENGTH + 1), p=shares)) for _ in range(STEPS)]
    begin = time.perf_counter()
    for ids in batches:
        step(ids[:, :-1], ids[:, 1:])
    return (time.perf_counter() - begin) / STEPS


def main() -> None:
    """Measure all sizes, report."""
    options = common.parser(__doc__).parse_args()
    about, rows = common.circumstances(), []
    prepare(RunOptions(threads=options.threads))
    for vocabulary in SIZES:
        shares = 1 / np.arange(1, vocabulary + 1)
        shares, rng = shares / shares.sum(), np.random.default_rng(2)
        sides = [ours(vocabulary, (1e6 * shares).astype(np.int64)), theirs(vocabulary, False), theirs(vocabulary, True)]
        times = [[seconds(step, shares, rng) for step in sides] for _ in range(1 + ROUNDS)][1:]
        speeds = [ROWS * LENGTH / statistics.median(each) for each in zip(*times, strict=True)]
        ratios = [statistics.median(line[side] / line[0] for line in times) for side in (1, 2)]
        rows.append([f"{vocabulary:,}", *(f"{s:,.0f}" for s in speeds), *(f"{ratio:.1f}" for ratio in ratios)])
        print(rows[-1], flush=True)
    header = ["words known", "unrolled, words/s", "whole softmax", "adaptive", "× whole", "× adaptive"]
    common.write_report(
        options.results,
        "large_vocabulary",
        "# Large vocabularies",
        common.describe(about),
        __doc__ or "",
        common.table(header, rows),
    )


if __name__ == "__main__":
    main()
