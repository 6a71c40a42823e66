"""Golden vectors of inference: networks that read ids and draw them."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from unrolled.kernels import Library
from unrolled.kernels.attention import Attended, PackedMemory, pack_memory
from unrolled.kernels.inference import PackedNetwork, Shape
from unrolled.kernels.pack import padded
from unrolled.kernels.structures import Network
from unrolled.text.vocabulary import NEVER

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

MARGIN = 2e-4
"""What a uniform, top-p and min-p may move by without another id being drawn, and a tenth of it a state."""


def network(library: Library, cell: str, precision: str, layers: int, attention: str = "none") -> PackedNetwork:
    """A network of 40 units, padded to 48, that reads and predicts 300 ids, padded to 304."""
    rng, kernel, hidden, ids = np.random.default_rng(layers), KERNEL_CELLS[cell], 40, 300
    wide = kernel.gates * hidden
    shapes: dict[str, tuple[int, ...]] = {"head.weight": (ids, hidden), "head.bias": (ids,)}
    for n in range(layers):
        shapes |= {f"rnn.weight_hh_l{n}": (wide, hidden), f"rnn.weight_ih_l{n}": (wide, hidden)}
        shapes |= {f"rnn.bias_hh_l{n}": (wide,), f"rnn.bias_ih_l{n}": (wide,)}
    shapes |= {f"attention.{part}.weight": (hidden, hidden) for part in ("query", "hidden")}
    shapes |= {f"attention.{part}.bias": (hidden,) for part in ("query", "hidden")} | {"attention.score": (hidden,)}
    weights = {name: normal(rng, *shape) / np.float32(4) for name, shape in shapes.items()}
    weights["head.weight"] *= 2
    shape = Shape(kernel, layers, hidden, ids, attention)
    return PackedNetwork(library, shape, normal(rng, ids, wide), weights, precision)


def addresses(n: Network) -> Iterator[int | None]:
    """The addresses of a packed network's arrays in the order of the file."""
    yield n.table
    for layer in range(n.layers):
        for matrix in (n.w_ih[layer], n.w_hh[layer]):
            yield from (matrix.weights, matrix.scales, matrix.starts)
        yield from (n.b_ih[layer], n.b_hh[layer])
    for matrix in (n.head, n.attention.query, n.attention.hidden):
        yield from (matrix.weights, matrix.scales, matrix.starts)
    yield from (n.b_head, n.attention.b_query, n.attention.b_hidden, n.attention.v)


def put_network(out: Vectors, packed: PackedNetwork) -> None:
    n, arrays = packed.network, {each.ctypes.data: each for each in packed.kept}
    out.numbers(n.cell, n.kind, n.layers, n.hidden, n.ids, n.outputs, n.attention.looks)
    for address in addresses(n):
        out.put(arrays[address] if address else None)


class Call:
    """What a network is called with: the rows' states, and what they look at."""

    def __init__(self, packed: PackedNetwork, rows: int, steps: int) -> None:
        rng = np.random.default_rng(rows)
        self.packed, self.rows, self.steps, hidden = packed, rows, steps, padded(packed.shape.hidden)
        shape = (rows, packed.shape.layers, hidden)
        self.states = [np.tanh(normal(rng, *shape)) for _ in packed.shape.cell.parts]
        for state in self.states:
            state[..., packed.shape.hidden :] = 0
        self.ids = rng.integers(0, packed.shape.ids, (rows, steps)).astype(np.int32)
        self.logits = np.zeros((rows, steps, packed.outputs), np.float32)
        self.weights: Array | None = None
        self.memory: PackedMemory | None = None
        if packed.shape.attention != "none":
            places = [7, 1, 20, 3]
            keys, values = (normal(rng, sum(places), packed.shape.hidden) for _ in range(2))
            self.memory, self.weights = pack_memory(keys, values, places), np.zeros((rows, steps, 20), np.float32)
            self.source = rng.integers(0, len(places), rows).astype(np.int32)

    def put(self, out: Vectors) -> None:
        """Write the network, what it looks at and its states."""
        put_network(out, self.packed)
        out.numbers(self.rows, self.steps, 0 if self.memory is None else self.memory.longest)
        if self.memory:
            for each in (self.memory.keys, self.memory.values, self.memory.starts, self.source, self.weights):
                out.put(each)
        self.put_states(out)

    def put_states(self, out: Vectors, tolerance: float = 0.0) -> None:
        for state in (*self.states, None)[:2]:
            out.put(state, tolerance)

    def pointers(self) -> tuple[Any, list[int]]:
        """The memory and the states as C reads them; they live as long as this call."""
        states = [*(state.ctypes.data for state in self.states), 0][:2]
        if self.memory is None:
            return None, states
        self.attended = Attended(self.memory, self.source).part(0, self.weights)
        return ctypes.byref(self.attended), states

    def scan(self) -> None:
        memory, states = self.pointers()
        run = self.packed.library.variant.scan
        given = (self.ids.ctypes.data, self.rows, self.steps, *states, self.logits.ctypes.data)
        assert run(ctypes.byref(self.packed.network), memory, *given) == 0

    def draw(self, filters: dict[str, float], uniforms: Array) -> None:
        memory, states = self.pointers()
        run, chosen = self.packed.library.variant.draw, filters_of(filters)
        given = (uniforms.ctypes.data, self.rows, self.steps, *states, self.logits.ctypes.data, self.ids.ctypes.data)
        assert run(ctypes.byref(self.packed.network), memory, ctypes.byref(chosen), *given) == 0


def put_scan(out: Vectors, call: Call, name: str) -> None:
    precision = call.packed.precision
    out.begin("scan", precision, name)
    call.put(out)
    out.put(call.ids)
    out.put(call.logits)
    call.scan()
    # what one layer reads in its first step is the same here and there, so nothing can round the other way
    exact = call.steps == 1 and call.packed.shape.layers == 1
    out.put(call.logits, NEAR[precision])
    call.put_states(out, SUMS if exact else NEAR[precision])
    if call.weights is not None:
        out.put(call.weights, NEAR[precision])


def drawing(packed: PackedNetwork, rows: int, by: float) -> Call:
    """A call that draws three ids a row, the first from given logits; every state is moved by so much."""
    call, hidden = Call(packed, rows, 3), packed.shape.hidden
    rng = np.random.default_rng(rows)
    call.logits, call.weights = 2 * normal(rng, rows, packed.outputs), None
    call.logits[:, 5] = NEVER
    for state in call.states:
        state[..., :hidden] += np.float32(by) * normal(rng, *state.shape)[..., :hidden]
    return call


def put_draw(out: Vectors, packed: PackedNetwork, chosen: str, rows: int, name: str) -> None:
    """Write a draw of three ids a row, far enough from others that roundings don't decide."""
    filters = PLAIN | FILTERS[chosen]

    def ids(by: float, state: float, uniforms: Array) -> Array:
        moved = {
            name: each + by * (name in ("top_p", "min_p") and each != PLAIN[name]) for name, each in filters.items()
        }
        call = drawing(packed, rows, state)
        call.draw(moved, np.clip(uniforms + by, 0, 1 - 1e-9))
        return call.ids

    uniforms, one = settled(ids, rows, 3, MARGIN), drawing(packed, rows, 0)
    out.begin("draw", packed.precision, name, chosen)
    one.put(out)
    put_filters(out, filters)
    for each in (uniforms, one.logits, np.zeros_like(one.ids)):
        out.put(each)
    one.draw(filters, uniforms)
    out.put(one.ids)
    out.put(one.logits, NEAR[packed.precision])
    one.put_states(out, NEAR[packed.precision])


def put_inference(out: Vectors, library: Library) -> None:
    """Every cell in every precision: one layer with every filter and every size of a tile, two layers, attention."""
    for cell, precision in itertools.product(KERNEL_CELLS, NEAR):
        one, two = (network(library, cell, precision, layers) for layers in (1, 2))
        for rows, steps in ((1, 5), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (50, 2)):
            put_scan(out, Call(one, rows, steps), f"{cell} 1 {rows}x{steps}")
        for chosen in FILTERS:
            put_draw(out, one, chosen, 5, f"{cell} 1")
        put_scan(out, Call(two, 7, 4), f"{cell} 2 7x4")
        put_draw(out, two, "plain", 7, f"{cell} 2")
        for looks in ("dot", "additive"):
            attentive = network(library, cell, precision, 2, looks)
            put_scan(out, Call(attentive, 7, 3), f"{cell} {looks}")
            put_draw(out, attentive, "plain", 7, f"{cell} {looks}")
