"""Characters a second while writing: unrolled's engines against PyTorch, ONNX Runtime and Keras, with the same weights.

One character at a time, drawn at temperature 0.8 from 67 units. All sides are measured in turn in one process, on one
thread for one text; medians over the pairs.

Changed from `unrolled generate`: weights are random, with which a step takes as long as with trained ones, and neither
the prompt nor the text on the screen is timed.
"""

from __future__ import annotations

import ctypes
import gc
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("KERAS_BACKEND", "torch")

import common
import numpy as np
import rivals
import torch

from unrolled.api.model import model_of
from unrolled.config import ModelOptions
from unrolled.engines.prompt import read_prompt
from unrolled.generation.sampling_loop import draw_units
from unrolled.generation.state import generate_options
from unrolled.model_file.bundle import Bundle
from unrolled.networks.modules import build
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import Vocabulary

ALPHABET = Vocabulary("char", tuple(chr(33 + n) for n in range(65)))
SIZES = [("lstm", 1, 64), ("lstm", 1, 128), ("lstm", 1, 256), ("lstm", 2, 512), ("lstm", 2, 1024), ("gru", 1, 256)]
TEMPERATURE = 0.8
SECONDS = 0.25  # of one measurement

Writer = Callable[[int], object]
"""Writes so many characters (of each text)."""


def bundle(cell: str, layers: int, width: int) -> Bundle:
    """A model with random weights."""
    options = ModelOptions(cell=cell, hidden_size=width, layers=layers, embedding_size=min(width, 128), dropout=0.0)
    network = build(TASKS["language"].network(options, {"text": ALPHABET}))
    tensors = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return Bundle(tensors, options, {"text": ALPHABET})


def our_writer(made: Bundle, engine: str, weights: str, rows: int, threads: int) -> Writer:
    """One of unrolled's engines, in the loop that ``generate`` uses."""
    opened = model_of(made, engine, weights=weights).engine
    if engine == "native":
        opened.threads = threads
    options = generate_options(temperature=TEMPERATURE, seed=1)
    read = read_prompt(opened, np.array([5], np.int32))
    logits = np.repeat(read.logits, rows, 0)
    state = {name: np.repeat(part, rows, 0) for name, part in read.state.items()}
    rng = np.random.default_rng(1)

    def write(count: int) -> object:
        return draw_units(opened, logits, state, options, rng.random((rows, count)))

    return write


def speed(write: Writer, rows: int) -> float:
    """Characters a second, all texts together."""
    begin = time.perf_counter()
    write(8)
    count = max(8, int(8 * SECONDS / (time.perf_counter() - begin)))
    begin = time.perf_counter()
    write(count)
    return rows * count / (time.perf_counter() - begin)


def read_bandwidth(size: int) -> float:
    """GB/s that one core reads from an array of so many bytes."""
    library = Path(tempfile.mkdtemp()) / "bandwidth.so"
    source = common.HERE / "bandwidth.c"
    subprocess.run(["cc", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", source, "-o", library], check=True)
    read = ctypes.CDLL(str(library)).read_all
    read.restype = ctypes.c_float
    array = np.ones(size // 4 + 64, np.float32)
    start = array.ctypes.data + (-array.ctypes.data) % 64
    rounds = max(1, int(2e9) // size)
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        read(ctypes.c_void_p(start), ctypes.c_size_t(size // 32), rounds)
        times.append(time.perf_counter() - begin)
    return rounds * size / statistics.median(times) / 1e9


def weight_bytes(made: Bundle, weights: str) -> int:
    """Bytes of matrices that a step reads: all but the embedding and the first layer's input matrix, now a table."""
    width = {"fp32": 4, "bf16": 2, "int8": 1}[weights]
    names = [n for n, t in made.tensors.items() if t.ndim == 2 and n not in ("embedding.weight", "rnn.weight_ih_l0")]
    return width * sum(made.tensors[name].size for name in names)


def compare(size: tuple[str, int, int], rows: int, threads: int, pairs: int) -> list[list[str]]:
    """Every side at one size: characters a second, and how many times the stock loop's that is."""
    made = bundle(*size)
    sides: dict[str, Writer] = {"PyTorch eager (a)": rivals.eager(made, rows)}
    sides |= rivals.others(made, rows)
    sides["unrolled reference"] = our_writer(made, "reference", "fp32", rows, threads)
    for weights in ("fp32", "bf16", "int8"):
        sides[f"unrolled {weights}"] = our_writer(made, "native", weights, rows, threads)
    speeds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(pairs):
        for name, write in sides.items():
            speeds[name].append(speed(write, rows))
    lines = []
    for name, found in speeds.items():
        ratio = statistics.median(mine / base for mine, base in zip(found, speeds["PyTorch eager (a)"], strict=True))
        bound = ""
        if name.split()[-1] in ("fp32", "bf16", "int8") and name.startswith("unrolled") and rows == 1:
            size_read = weight_bytes(made, name.split()[-1])
            bound = f"{statistics.median(found) * size_read / 1e9 / read_bandwidth(size_read):.0%}"
        label = f"{size[0]} {size[1]}×{size[2]}"
        lines.append([label, name, f"{statistics.median(found):,.0f}", f"{ratio:.1f}×", bound])
        print(*lines[-1], sep="  ", flush=True)
    gc.collect()
    return lines


def main() -> None:
    """Measure, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="measurements of each side [default: %(default)s]")
    parser.add_argument("--texts", type=int, default=1, help="texts written side by side [default: %(default)s]")
    options = parser.parse_args()
    threads = options.threads if options.texts > 1 else 1
    torch.set_num_threads(threads)
    about, neighbours = common.circumstances(), common.Neighbours()
    sizes = SIZES if options.texts == 1 else [("lstm", 1, 256), ("lstm", 2, 512)]
    lines = [line for size in sizes for line in compare(size, options.texts, threads, options.pairs)]
    levels = {"L2": 256 << 10, "L3": 8 << 20, "memory": 256 << 20}
    bandwidth = ", ".join(f"{name} {read_bandwidth(size):.0f} GB/s" for name, size in levels.items())
    note = (
        f"Medians of {options.pairs} measurements in turn, {options.texts} text(s), {threads} thread(s). "
        "*Bound*: bytes of weights read a second over what a plain loop reads from an array of that size. "
        f"One core reads: {bandwidth}. Other processes kept {neighbours.share():.2f} cores busy meanwhile."
    )
    header = ["network", "side", "chars/s", "÷ eager (a)", "of the bound"]
    name = "generation" if options.texts == 1 else f"generation-{options.texts}-texts"
    parts = ["# Writing", " ".join(str(__doc__).split()), common.describe(about), common.table(header, lines), note]
    common.write_report(options.results, name, *parts)


if __name__ == "__main__":
    main()
