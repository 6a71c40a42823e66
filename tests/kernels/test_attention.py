from dataclasses import dataclass, replace

import numpy as np
import pytest

from unrolled.kernels.attention import Attended, pack_memory
from unrolled.kernels.inference import PackedNetwork, Shape
from unrolled.kernels.structures import Filters
from unrolled.networks.cells import CELLS
from unrolled.networks.cells.base import Cell, Recurrence

IDS = 19
SIZES = [7, 1, 20, 3]
SOURCE = np.array([2, 0, 1, 3, 2, 2, 0, 1, 3], np.int32)
ROWS = len(SOURCE)
GREEDY = Filters(temperature=0.0, top_p=1.0, min_p=0.0, top_k=0, special=2)
PLAIN = Filters(temperature=1.0, top_p=1.0, min_p=0.0, top_k=0, special=2)


@dataclass(frozen=True)
class Decoder:
    """A decoder's weights with the memory that it looks at, and what it computes, in float64."""

    cell: Cell
    shape: Shape
    table: np.ndarray
    weights: dict[str, np.ndarray]
    keys: np.ndarray
    values: np.ndarray

    def packed(self, library, kind="fp32") -> PackedNetwork:
        return PackedNetwork(library, self.shape, self.table, self.weights, kind)

    def attended(self, source=SOURCE) -> Attended:
        return Attended(pack_memory(self.keys, self.values, SIZES), source)

    def start(self, rows=ROWS) -> tuple[np.ndarray, ...]:
        shape = (rows, self.shape.layers, self.shape.hidden)
        return tuple(np.zeros(shape, np.float32) for _ in self.shape.cell.parts)

    def scan(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        each = [self.row(row, source) for row, source in zip(ids, SOURCE, strict=True)]
        return np.stack([logits for logits, _ in each]), np.stack([weights for _, weights in each])

    def row(self, ids: np.ndarray, source: int) -> tuple[np.ndarray, np.ndarray]:
        w = {name: tensor.astype(np.float64) for name, tensor in self.weights.items()}
        cell, begin = self.cell, sum(SIZES[:source])
        states = [tuple(np.zeros((1, self.shape.hidden)) for _ in cell.parts) for _ in range(self.shape.layers)]
        logits, looks = [], np.zeros((len(ids), max(SIZES)))
        for step, unit in enumerate(ids):
            x = self.table[[unit]].astype(np.float64)
            for n in range(self.shape.layers):
                a = x @ w[f"rnn.weight_ih_l{n}"].T + w[f"rnn.bias_ih_l{n}"] if n else x
                recurrence = Recurrence(w[f"rnn.weight_hh_l{n}"], w[f"rnn.bias_hh_l{n}"])
                states[n] = cell.step(a, states[n], recurrence)
                x = states[n][0]
                if n == 0:
                    looks[step, : SIZES[source]], x = self.look(w, x[0], slice(begin, begin + SIZES[source]))
            logits.append((x @ w["head.weight"].T + w["head.bias"])[0])
        return np.stack(logits), looks

    def look(self, w: dict[str, np.ndarray], h: np.ndarray, places: slice) -> tuple[np.ndarray, np.ndarray]:
        keys, values = (each[places].astype(np.float64) for each in (self.keys, self.values))
        if self.shape.attention == "additive":
            query = w["attention.query.weight"] @ h + w["attention.query.bias"]
            scores = np.tanh(keys + query) @ w["attention.score"]
        else:
            scores = keys @ h
        weights = np.exp(scores - scores.max())
        weights /= weights.sum()
        z = np.tanh(w["attention.hidden.weight"] @ h + w["attention.hidden.bias"] + weights @ values)
        return weights, z[None]


def decoder(cell="lstm", layers=2, attention="dot", hidden=20, outputs=IDS) -> Decoder:
    rng, gates = np.random.default_rng(0), CELLS[cell].gates
    shapes = {"head.weight": (outputs, hidden), "head.bias": (outputs,)}
    for n in range(layers):
        shapes |= {f"rnn.weight_{name}_l{n}": (gates * hidden, hidden) for name in ("hh", "ih")}
        shapes |= {f"rnn.bias_{name}_l{n}": (gates * hidden,) for name in ("hh", "ih")}
    shapes |= {"attention.hidden.weight": (hidden, hidden), "attention.hidden.bias": (hidden,)}
    if attention == "additive":
        shapes |= {"attention.query.weight": (hidden, hidden), "attention.query.bias": (hidden,)}
        shapes |= {"attention.score": (hidden,)}

    def numbers(*shape: int) -> np.ndarray:
        # so that a state's rounding does not grow over the steps
        return (rng.standard_normal(shape) / hidden**0.5).astype(np.float32)

    shape = Shape(CELLS[cell].kernel, layers, hidden, IDS, attention)
    weights = {name: numbers(*each) for name, each in shapes.items()}
    table, keys, values = (
        4 * numbers(*each) for each in ((IDS, gates * hidden), (sum(SIZES), hidden), (sum(SIZES), hidden))
    )
    return Decoder(CELLS[cell], shape, table, weights, keys, values)


def some_ids(steps: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, IDS, (len(SOURCE), steps)).astype(np.int32)


@pytest.mark.parametrize("hidden", [16, 20, 64, 100])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("attention", ["dot", "additive"])
@pytest.mark.parametrize("cell", ["elman", "gru", "lstm"])
def test_logits_and_weights_are_those_of_float64(library, cell, attention, layers, hidden):
    whole, ids = decoder(cell, layers, attention, hidden), some_ids(5)
    expected, looks = whole.scan(ids)
    logits, _, weights = whole.packed(library).scan_weights(ids, whole.start(), 1, whole.attended())
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    np.testing.assert_allclose(weights, looks, atol=1e-4)


@pytest.mark.parametrize(("kind", "tolerance"), [("bf16", 0.03), ("int8", 0.08)])
@pytest.mark.parametrize("attention", ["dot", "additive"])
@pytest.mark.parametrize("cell", ["elman", "gru", "lstm"])
def test_narrow_weights_stay_near_float64(library, cell, attention, kind, tolerance):
    whole, ids = decoder(cell, attention=attention), some_ids(9)
    near, _ = whole.packed(library, kind).scan(ids, whole.start(), 1, whole.attended())
    assert 0 < np.abs(near - whole.scan(ids)[0]).max() < tolerance


@pytest.mark.parametrize("kind", ["fp32", "bf16", "int8"])
@pytest.mark.parametrize("attention", ["dot", "additive"])
def test_a_row_does_not_depend_on_the_rows_beside_it(library, attention, kind):
    whole, ids, source = decoder(attention=attention), np.tile(some_ids(6), (12, 1)), np.tile(SOURCE, 12)
    packed = whole.packed(library, kind)
    together, after, weights = packed.scan_weights(ids, whole.start(len(ids)), 2, whole.attended(source))
    for row in range(0, len(ids), 7):
        alone = packed.scan_weights(ids[[row]], whole.start(1), 1, whole.attended(source[[row]]))
        np.testing.assert_array_equal(alone[0][0], together[row])
        np.testing.assert_array_equal(alone[2][0], weights[row])
        assert all(np.array_equal(part[0], all_rows[row]) for part, all_rows in zip(alone[1], after, strict=True))


def test_a_source_does_not_depend_on_the_sources_beside_it(library):
    whole, ids = decoder(attention="additive"), some_ids(6)
    packed, places = whole.packed(library), slice(SIZES[0] + SIZES[1], sum(SIZES[:3]))
    together, _ = packed.scan(ids, whole.start(), 1, whole.attended())
    alone = Attended(pack_memory(whole.keys[places], whole.values[places], [20]), np.zeros(3, np.int32))
    rows = np.flatnonzero(SOURCE == 2)
    np.testing.assert_array_equal(packed.scan(ids[rows], whole.start(3), 1, alone)[0], together[rows])


@pytest.mark.parametrize("attention", ["dot", "additive"])
def test_weights_sum_to_one_and_are_zero_behind_the_source(library, attention):
    whole, ids = decoder(attention=attention), some_ids(6)
    _, _, weights = whole.packed(library).scan_weights(ids, whole.start(), 3, whole.attended())
    assert weights.shape == (len(SOURCE), 6, max(SIZES))
    np.testing.assert_allclose(weights.sum(2), 1, atol=1e-6)
    for row, source in enumerate(SOURCE):
        assert (weights[row, :, : SIZES[source]] > 0).all()
        assert not weights[row, :, SIZES[source] :].any()


def test_asking_for_the_weights_changes_nothing(library):
    whole, ids = decoder(), some_ids(6)
    packed = whole.packed(library)
    logits, after = packed.scan(ids, whole.start(), 1, whole.attended())
    asked = packed.scan_weights(ids, whole.start(), 1, whole.attended())
    np.testing.assert_array_equal(asked[0], logits)
    assert all(np.array_equal(one, other) for one, other in zip(asked[1], after, strict=True))


def test_scores_far_apart_put_all_weight_on_one_place(library):
    whole, ids = decoder(), some_ids(3)
    loud = replace(whole, keys=whole.keys * 1e4)
    logits, _, weights = loud.packed(library).scan_weights(ids, loud.start(), 1, loud.attended())
    assert np.isfinite(logits).all()
    np.testing.assert_allclose(weights.max(2), 1, atol=1e-6)


def test_a_scan_may_stop_anywhere_and_go_on(library):
    whole, ids = decoder(attention="additive"), some_ids(9)
    packed = whole.packed(library)
    together, _ = packed.scan(ids, whole.start(), 1, whole.attended())
    first, state = packed.scan(ids[:, :4], whole.start(), 1, whole.attended())
    second, _ = packed.scan(ids[:, 4:], state, 1, whole.attended())
    np.testing.assert_array_equal(np.concatenate([first, second], 1), together)


def pick(logits: np.ndarray, uniform: float, filters: Filters) -> int:
    """An id by the inverse of the cumulative sum, or the likeliest."""
    if filters.temperature == 0:
        return int(logits[2:].argmax()) + 2
    shares = np.exp(logits[2:].astype(np.float64) - logits[2:].max())
    return int(np.flatnonzero(np.cumsum(shares) > uniform * shares.sum())[0]) + 2


@pytest.mark.parametrize("filters", [GREEDY, PLAIN], ids=["greedy", "plain"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("attention", ["dot", "additive"])
def test_what_is_drawn_is_what_the_general_loop_draws(library, attention, layers, filters):
    whole = decoder("gru", layers, attention)
    packed, attended, uniforms = whole.packed(library), whole.attended(), np.random.default_rng(2).random((9, 20))
    logits, state = packed.scan(np.zeros((9, 1), np.int32), whole.start(), 1, attended)
    ids, last, after = packed.draw(logits[:, 0], state, filters, uniforms, 2, attended)
    for step in range(uniforms.shape[1]):
        units = [pick(row[0], uniforms[number, step], filters) for number, row in enumerate(logits)]
        assert ids[:, step].tolist() == units
        logits, state = packed.scan(ids[:, [step]], state, 1, attended)
    np.testing.assert_array_equal(last, logits[:, 0])
    assert all(np.array_equal(one, other) for one, other in zip(after, state, strict=True))


def scanned(packed: PackedNetwork, whole: Decoder, attended: Attended | None):
    return packed.scan(some_ids(1), whole.start(), 1, attended)


def drawn(packed: PackedNetwork, whole: Decoder, attended: Attended | None):
    return packed.draw(np.zeros((ROWS, IDS)), whole.start(), PLAIN, np.zeros((ROWS, 1)), 1, attended)


@pytest.mark.parametrize("call", [scanned, drawn])
def test_a_network_without_attention_takes_no_memory_and_one_with_it_needs_one(library, call):
    whole = decoder()
    plain = replace(whole, shape=replace(whole.shape, attention="none"))
    with pytest.raises(ValueError, match="attention is dot, and the memory is not given"):
        call(whole.packed(library), whole, None)
    with pytest.raises(ValueError, match="attention is none, and the memory is given"):
        call(plain.packed(library), plain, whole.attended())


@pytest.mark.parametrize("call", [scanned, drawn])
@pytest.mark.parametrize("source", [[-1] * ROWS, [4] * ROWS, [0]])
def test_sources_that_are_not_in_the_memory_or_not_of_the_rows_never_reach_c(library, call, source):
    whole = decoder()
    with pytest.raises(ValueError, match=r"below 4|must be int32 \(9,\)"):
        call(whole.packed(library), whole, whole.attended(np.array(source)))


def test_a_memory_of_another_width_never_reaches_c(library):
    whole = decoder(hidden=20)
    with pytest.raises(ValueError, match=r"^keys is .* must be float32 \(31, 32\)"):
        whole.packed(library).scan(some_ids(1), whole.start(), 1, decoder(hidden=64).attended())


@pytest.mark.parametrize(("sizes", "message"), [([2, 0, 1], "at least 1"), ([2, 2], "must both have 4 places")])
def test_a_memory_has_a_place_for_every_source_and_no_more(sizes, message):
    with pytest.raises(ValueError, match=message):
        pack_memory(np.zeros((3, 5), np.float32), np.zeros((3, 5), np.float32), sizes)


def test_a_packed_memory_is_padded_to_whole_panels():
    memory = pack_memory(np.ones((5, 3), np.float32), np.full((5, 3), 2, np.float32), [1, 4])
    assert (len(memory), memory.longest, memory.starts.tolist()) == (2, 4, [0, 1, 5])
    assert memory.keys.shape == memory.values.shape == (5, 16)
    assert memory.keys[:, :3].all() and not memory.keys[:, 3:].any() and not memory.values[:, 3:].any()


@pytest.mark.wrong_arrays
def test_keys_without_their_axes_are_refused():
    with pytest.raises(ValueError, match="two axes"):
        pack_memory(np.zeros(3, np.float32), np.zeros(3, np.float32), [3])
