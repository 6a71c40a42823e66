"""What top-k, top-p and min-p cost while writing: milliseconds a unit with and without, by the vocabulary's size.

LSTM 1×256 in fp32, one text, one thread, drawn at temperature 0.8; beside it eager PyTorch with the filters that its
users write (``torch.topk``; ``torch.sort`` and a cumulative sum). A flat distribution is the hardest for a selection:
nearly every unit is a candidate. All take turns; medians.

Changed from `unrolled generate`: weights are random (times 12 in the head for what is peaked), and neither the prompt
nor the text on the screen is timed.
"""

from __future__ import annotations

import os
import statistics
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Callable
from typing import Any

import common
import numpy as np
import rivals
import torch
from torch import Tensor

from unrolled.api.model import model_of
from unrolled.config import ModelOptions
from unrolled.engines.prompt import read_prompt
from unrolled.generation.sampling_loop import draw_units
from unrolled.generation.state import generate_options
from unrolled.model_file.bundle import Bundle
from unrolled.networks.modules import build
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import SPECIAL, Vocabulary

VOCABULARIES = (67, 4096, 20_000)
FIRST = 0x4E00  # of thousands of characters, none of which is a part of another
PEAKED = 12.0
FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "top-k 40": {"top_k": 40},
    "top-p 0.9": {"top_p": 0.9},
    "top-k 1000, top-p 0.95": {"top_k": 1000, "top_p": 0.95},
    "min-p 0.05": {"min_p": 0.05},
}
TEMPERATURE = 0.8
SECONDS = 0.3  # of one measurement

Writer = Callable[[int], object]
"""Writes so many units."""


def bundle(vocabulary: int, sharpness: float) -> Bundle:
    """A model with random weights that knows so many units."""
    units = Vocabulary("char", tuple(chr(FIRST + n) for n in range(vocabulary - SPECIAL)))
    options = ModelOptions(cell="lstm", hidden_size=256, layers=1, embedding_size=128, dropout=0.0)
    network = build(TASKS["language"].network(options, {"text": units}))
    tensors = {name: tensor.numpy().copy() for name, tensor in network.state_dict().items()}
    tensors["head.weight"] *= sharpness
    return Bundle(tensors, options, {"text": units})


def ours(made: Bundle, filters: dict[str, Any]) -> Writer:
    """Unrolled's engine in the loop that ``generate`` uses."""
    opened = model_of(made, "native", weights="fp32").engine
    options = generate_options(temperature=TEMPERATURE, seed=1, **filters)
    read = read_prompt(opened, np.array([5], np.int32))
    rng = np.random.default_rng(1)

    def write(count: int) -> object:
        return draw_units(opened, read.logits, read.state, options, rng.random((1, count)))

    return write


def filtered(
    logits: Tensor, top_k: int | None = None, top_p: float | None = None, min_p: float | None = None
) -> Tensor:
    """The probabilities that are left, as users of PyTorch write it."""
    logits = logits / TEMPERATURE
    if top_k is not None and top_k < logits.shape[-1]:
        logits = logits.masked_fill(logits < torch.topk(logits, top_k).values[..., -1:], -torch.inf)
    if top_p is not None:
        ascending, order = torch.sort(logits)
        gone = ascending.softmax(-1).cumsum(-1) <= 1 - top_p
        gone[..., -1] = False
        logits = logits.masked_fill(torch.zeros_like(gone).scatter(-1, order, gone), -torch.inf)
    probabilities = logits.softmax(-1)
    if min_p is not None:
        probabilities = probabilities.masked_fill(probabilities < min_p * probabilities.amax(-1, keepdim=True), 0)
    return probabilities


def theirs(made: Bundle, filters: dict[str, Any]) -> Writer:
    """``nn.LSTM`` one step at a time."""
    embedding, rnn, head = rivals.stock(made)

    @torch.no_grad()
    def write(count: int) -> object:
        ids, state = torch.full((1, 1), 5), None
        for _ in range(count):
            y, state = rnn(embedding(ids), state)
            ids = torch.multinomial(filtered(head(y[:, -1]), **filters), 1)
        return ids

    return write


def milliseconds(write: Writer) -> float:
    """Of one unit."""
    begin = time.perf_counter()
    write(4)
    count = max(4, int(4 * SECONDS / (time.perf_counter() - begin)))
    begin = time.perf_counter()
    write(count)
    return 1000 * (time.perf_counter() - begin) / count


def compare(vocabulary: int, what: str, sharpness: float, pairs: int) -> list[list[str]]:
    """All filters at one size: both sides, and how many times as long as without."""
    made = bundle(vocabulary, sharpness)
    sides = {(who, name): make(made, asked) for who, make in SIDES.items() for name, asked in FILTERS.items()}
    times: dict[tuple[str, str], list[float]] = {side: [] for side in sides}
    for _ in range(pairs):
        for side, write in sides.items():
            times[side].append(milliseconds(write))
    lines = []
    for name in FILTERS:
        line = [f"{vocabulary:,}", what, name]
        for who in SIDES:
            ratios = [one / none for one, none in zip(times[who, name], times[who, "none"], strict=True)]
            line += [f"{statistics.median(times[who, name]):.4f}", f"{statistics.median(ratios):.2f}"]
        ratios = [one / mine for one, mine in zip(times["PyTorch", name], times["unrolled", name], strict=True)]
        lines.append([*line, f"{statistics.median(ratios):.1f}×"])
        print(*lines[-1], sep="  ", flush=True)
    return lines


SIDES = {"unrolled": ours, "PyTorch": theirs}


def main() -> None:
    """Measure, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="measurements of each side [default: %(default)s]")
    options: Any = parser.parse_args()
    torch.set_num_threads(1)
    about, neighbours = common.circumstances(), common.Neighbours()
    kinds = {"flat": 1.0, "peaked": PEAKED}
    lines = [
        line
        for vocabulary in VOCABULARIES
        for what, sharpness in kinds.items()
        for line in compare(vocabulary, what, sharpness, options.pairs)
    ]
    header = [
        "units",
        "distribution",
        "filter",
        "unrolled, ms",
        "÷ none",
        "PyTorch, ms",
        "÷ none",
        "PyTorch ÷ unrolled",
    ]
    how = " ".join(str(__doc__).split())
    note = f"Other processes kept {neighbours.share():.2f} cores busy meanwhile."
    parts = ["# Writing with filters", how, common.describe(about), common.table(header, lines), note]
    common.write_report(options.results, "filters", *parts)


if __name__ == "__main__":
    main()
