"""Write golden vectors: every kernel called on this processor, with what it was given and what came out."""

from __future__ import annotations

import ctypes
import itertools
from pathlib import Path

import numpy as np

from unrolled.kernels import Library, training
from unrolled.kernels.chain import PackedChain
from unrolled.kernels.pack import pack
from unrolled.kernels.structures import Loss, Ranking
from unrolled.kernels.training import Sizes
from unrolled.networks.markov import Chain, count
from unrolled.text.vocabulary import NEVER

from .inference import put_inference
from .vector_file import (
    FILTERS,
    KERNEL_CELLS,
    NEAR,
    PLAIN,
    SUMS,
    Array,
    Vectors,
    filters_of,
    normal,
    put_filters,
    settled,
)


def training_arrays(sizes: Sizes, rng: np.random.Generator) -> tuple[dict[str, Array], dict[str, Array]]:
    """The arrays of a scan forward and of its way back, as they are before."""
    cell, (steps, rows, wide) = sizes.cell, sizes.wide
    w_hh = normal(rng, wide, sizes.hidden) / np.float32(sizes.hidden**0.5)
    there = {"a": normal(rng, *((sizes.table, wide) if sizes.table else sizes.wide)), "b_hh": normal(rng, wide)}
    there["w"] = pack(w_hh, sizes.precision, cell.gates)[0].ravel()
    there |= {"gates": np.zeros(sizes.wide, np.float32)} | {n: np.zeros(sizes.states, np.float32) for n in cell.parts}
    for name in cell.parts:
        there[name][0] = np.tanh(normal(rng, rows, sizes.hidden))
    kept = {"kept": np.zeros(sizes.narrow, np.float32)} if cell.keeps else {}
    back = {"w": pack(np.ascontiguousarray(w_hh.T), sizes.precision)[0].ravel(), "outputs": normal(rng, *sizes.narrow)}
    back |= {name: np.zeros(sizes.wide, np.float32) for name in ("da", "du")}
    if not cell.separate:
        back["du"] = back["da"]
    back |= {f"d{name}": normal(rng, rows, sizes.hidden) for name in cell.parts}
    if sizes.table:
        there["ids"] = rng.integers(0, sizes.table, (steps, rows)).astype(np.int32)
        back |= {"ids": there["ids"], "table": np.zeros((1, sizes.table, wide), np.float32)}
    if sizes.precision == "bf16":
        there["q"], back["q"] = np.zeros((rows, sizes.hidden), np.float32), np.zeros((rows, wide), np.float32)
    return there | kept, back | kept


def put_training(out: Vectors, library: Library, sizes: Sizes, name: str) -> None:
    """Write a scan, forward and backward."""
    there, back = training_arrays(sizes, np.random.default_rng(sizes.rows))
    numbers = (*sizes.narrow, 0, sizes.rows, sizes.cell.number, int(sizes.precision == "bf16"))
    out.begin("forward", sizes.precision, name)
    out.numbers(*numbers)
    for each in ("a", "b_hh", "ids", "w", "gates", "kept", "h", "c", "q"):
        out.put(there.get(each))
    training.forward(library, sizes, there)
    for each in ("gates", "kept", "h", "c"):
        out.put(there.get(each), NEAR[sizes.precision])
    back = {each: there[each] for each in ("gates", "kept", "h", "c") if each in there} | back
    if "kept" in there:
        back["kept"] = there["kept"]
    out.begin("backward", sizes.precision, name)
    out.numbers(*numbers, int(sizes.cell.separate))
    for each in ("ids", "table", "w", "gates", "kept", "h", "c", "outputs", "da", "du", "dh", "dc", "q"):
        out.put(back.get(each))
    training.backward(library, sizes, back)
    for each in ("table", "da", "du", "dh", "dc"):  # gradients of a few units, up to 4 or 5
        out.put(back.get(each), 5 * NEAR[sizes.precision])


def put_trainings(out: Vectors, library: Library) -> None:
    """Scans of every cell in both precisions, with and without ids, of every size of a tile and of several."""
    for (name, cell), precision, table in itertools.product(KERNEL_CELLS.items(), ("fp32", "bf16"), (0, 11)):
        for rows, hidden in ((1, 48), (2, 16), (3, 32), (4, 48), (5, 16), (6, 80), (13, 48)):
            sizes = Sizes(cell, 3, rows, hidden, 1, precision, table)
            put_training(out, library, sizes, f"{name} {rows}x{hidden} {'ids' if table else 'all'}")


def chain_levels(order: int, ids: int, joined: bool) -> list[tuple[Array, ...]]:
    """A chain's levels; where it is ``joined``, with a second context of the n-grams of one unit."""
    text = np.random.default_rng(order).integers(0, ids, 4000).astype(np.int32)
    whole = Chain(count(text, ids, order), ids, "kneser-ney")
    levels = [(each.starts, each.units, each.shares, each.sums, each.left) for each in whole.levels]
    if joined:
        _, units, shares, sums, left = levels[0]
        other = shares[::-1].copy()
        double = (np.tile(units, 2), np.concatenate([shares, other]), np.concatenate([sums, np.cumsum(other)]))
        levels[0] = (np.array([0, ids, 2 * ids]), *double, np.concatenate([left, left]))
    return levels


def put_write(out: Vectors, library: Library, order: int, joined: bool, chosen: str) -> None:
    """Write a chain's writing of eight ids a row."""
    rows, steps, ids, filters = 4, 8, 299, PLAIN | FILTERS[chosen]
    joints = np.random.default_rng(0).random(ids) < 0.5 if joined else None
    packed = PackedChain(library, chain_levels(order, ids, joined), ids, joints)
    given = 2 * normal(np.random.default_rng(1), rows, packed.outputs)
    start = np.full((rows, order), -1, np.int64)
    start[:, 0] = 0

    def write(uniforms: Array) -> tuple[Array, Array, Array]:
        nodes, logits, drawn = start.copy(), given.copy(), np.zeros((rows, steps), np.int32)
        pointers = (nodes.ctypes.data, logits.ctypes.data, drawn.ctypes.data)
        run, structures = library.variant.write, (ctypes.byref(packed.tree), ctypes.byref(filters_of(filters)))
        assert run(*structures, uniforms.ctypes.data, rows, steps, *pointers) == 0
        return drawn, nodes, logits

    uniforms = settled(lambda by, _, u: write(np.clip(u + by, 0, 1 - 1e-9))[0], rows, steps, 1e-6)
    out.begin("write", "fp64", str(order), "joints" if joined else "plain", chosen)
    out.numbers(order, ids, packed.outputs, rows, steps)
    for part in itertools.chain.from_iterable(packed.kept):
        out.put(part)
    out.put(packed.joints)
    put_filters(out, filters)
    for each in (uniforms, start, given, np.zeros((rows, steps), np.int32)):
        out.put(each)
    for found, tolerance in zip(write(uniforms), (0.0, 0.0, SUMS), strict=True):
        out.put(found, tolerance)


def put_rank(out: Vectors, library: Library, rows: int, size: int, special: int) -> None:
    """Write a ranking of logits with equals, and of one row that has something that is no number."""
    logits = np.round(8 * normal(np.random.default_rng(size), rows, size + 3)) / np.float32(8)
    logits[-1, size // 2] = np.nan
    kept = min(9, size)
    found = [np.zeros((rows, kept), np.int32), np.zeros((rows, kept), np.float32), np.zeros(rows)]
    numbers = (rows, size + 3, size, special, special and 1, kept)
    out.begin("rank", "fp32", f"{rows}x{size}")
    out.numbers(*numbers)
    for each in (logits, *found):
        out.put(each)
    library.variant.rank(ctypes.byref(Ranking(logits.ctypes.data, *numbers, *(each.ctypes.data for each in found))))
    for each, tolerance in zip(found, (0.0, 0.0, SUMS), strict=True):
        out.put(each, tolerance)


def put_loss(out: Vectors, library: Library, rows: int, size: int) -> None:
    """Write a loss of logits, some of which never occurred."""
    rng = np.random.default_rng(size)
    logits, nats = 5 * normal(rng, rows, size), np.zeros(rows, np.float32)
    targets = rng.integers(0, size, rows)
    logits[0, np.arange(size) != targets[0]] = NEVER
    out.begin("lose", "fp32", f"{rows}x{size}")
    out.numbers(rows, size)
    out.reals(0.9, 0.25)
    for each in (logits, nats, targets):
        out.put(each)
    pointers = (each.ctypes.data for each in (logits, nats, targets))
    library.variant.lose(ctypes.byref(Loss(*pointers, 0, rows, size, 0.9, 0.25)))
    out.put(logits, SUMS)
    out.put(nats, SUMS)


def write_vectors(library: Library, path: Path) -> None:
    """Write the golden vectors of every kernel, as a variant of this processor computes them."""
    out = Vectors(path)
    put_trainings(out, library)
    put_inference(out, library)
    for order, joined, chosen in itertools.product((1, 3), (False, True), FILTERS):
        put_write(out, library, order, joined, chosen)
    for rows, size, special in ((1, 1, 0), (3, 7, 2), (5, 300, 2), (4, 4099, 0)):
        put_rank(out, library, rows, size, special)
    for rows, size in ((1, 1), (3, 2), (5, 15), (7, 65), (3, 4099)):
        put_loss(out, library, rows, size)
    out.stream.close()
