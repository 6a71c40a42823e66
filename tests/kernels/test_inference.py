import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled import kernels
from unrolled.config import GenerateOptions
from unrolled.kernels.inference import PackedNetwork, Shape
from unrolled.kernels.structures import Filters
from unrolled.networks.cells import CELLS
from unrolled.sampling import distribution, draw
from unrolled.text.vocabulary import NEVER

GATES = {name: cell.gates for name, cell in CELLS.items() if cell.native is not None}
PLAIN = Filters(temperature=1.0, top_p=1.0, min_p=0.0, top_k=0, special=2)
ROWS = 103  # more than two threads take at a time


def network(library, cell="lstm", hidden=20, layers=2, ids=19, kind="fp32", outputs=None) -> PackedNetwork:
    rng, gates = np.random.default_rng(0), CELLS[cell].gates
    weights = {"head.weight": (outputs or ids, hidden), "head.bias": (outputs or ids,)}
    through = gates * hidden if CELLS[cell].recurrent else 0
    for n in range(layers):
        weights |= {f"rnn.weight_hh_l{n}": (through, hidden), f"rnn.weight_ih_l{n}": (gates * hidden, hidden)}
        weights |= {f"rnn.bias_hh_l{n}": (through,), f"rnn.bias_ih_l{n}": (gates * hidden,)}
    made = {name: rng.standard_normal(shape).astype(np.float32) / 3 for name, shape in weights.items()}
    table = rng.standard_normal((ids, gates * hidden)).astype(np.float32)
    return PackedNetwork(library, Shape(CELLS[cell].kernel, layers, hidden, ids), table, made, kind)


def start(packed: PackedNetwork, rows: int) -> tuple[np.ndarray, ...]:
    shape = (rows, packed.shape.layers, packed.shape.hidden)
    return tuple(np.zeros(shape, np.float32) for _ in packed.shape.cell.parts)


@pytest.mark.parametrize("kind", ["fp32", "bf16", "int8"])
@pytest.mark.parametrize("cell", sorted(GATES))
def test_a_row_does_not_depend_on_the_rows_beside_it(library, cell, kind):
    packed = network(library, cell, kind=kind)
    ids = np.random.default_rng(1).integers(0, 19, (ROWS, 6)).astype(np.int32)
    together, _ = packed.scan(ids, start(packed, ROWS), threads=2)
    for row in range(0, ROWS, 6):
        alone, _ = packed.scan(ids[[row]], start(packed, 1))
        np.testing.assert_array_equal(alone[0], together[row])


@pytest.mark.parametrize(("kind", "tolerance"), [("bf16", 0.05), ("int8", 0.15)])
@pytest.mark.parametrize("cell", sorted(GATES))
def test_narrow_weights_stay_near_fp32(library, cell, kind, tolerance):
    ids = np.random.default_rng(1).integers(0, 19, (3, 20)).astype(np.int32)
    exact, _ = (full := network(library, cell)).scan(ids, start(full, 3))
    near, _ = (packed := network(library, cell, kind=kind)).scan(ids, start(packed, 3))
    assert 0 < np.abs(near - exact).max() < tolerance


@pytest.mark.parametrize("kind", ["fp32", "bf16", "int8"])
def test_all_variants_give_the_same_logits(library, kind):
    ids = np.random.default_rng(1).integers(0, 19, (3, 20)).astype(np.int32)
    portable = network(kernels.load("portable"), kind=kind)
    here = network(library, kind=kind)
    # the int8 products are exact, but a state that rounds the other way counts as one step of 1/127
    tolerance = 0.05 if kind == "int8" else 1e-5
    np.testing.assert_allclose(
        here.scan(ids, start(here, 3))[0], portable.scan(ids, start(portable, 3))[0], atol=tolerance
    )


def test_the_given_state_is_not_changed(library):
    packed = network(library)
    state = start(packed, 2)
    packed.scan(np.ones((2, 3), np.int32), state)
    assert not any(part.any() for part in state)


def test_a_scan_may_stop_anywhere_and_go_on(library):
    packed = network(library)
    ids = np.random.default_rng(1).integers(0, 19, (2, 9)).astype(np.int32)
    whole, _ = packed.scan(ids, start(packed, 2))
    first, state = packed.scan(ids[:, :4], start(packed, 2))
    np.testing.assert_array_equal(np.concatenate([first, packed.scan(ids[:, 4:], state)[0]], 1), whole)


def test_special_ids_are_never_drawn(library):
    packed = network(library)
    logits = np.zeros((1, 19), np.float32)
    logits[0, :2] = 100
    ids, _, _ = packed.draw(logits, start(packed, 1), PLAIN, np.random.default_rng(0).random((1, 500)))
    assert ids.min() >= 2
    assert ids.max() < 19


def test_rows_and_threads_change_nothing_in_what_is_drawn(library):
    packed = network(library)
    uniforms = np.random.default_rng(0).random((ROWS, 20))
    logits = np.zeros((ROWS, 19), np.float32)
    together, _, _ = packed.draw(logits, start(packed, ROWS), PLAIN, uniforms, threads=2)
    for row in range(0, ROWS, 6):
        alone, _, _ = packed.draw(logits[[row]], start(packed, 1), PLAIN, uniforms[[row]])
        np.testing.assert_array_equal(alone[0], together[row])


@pytest.mark.parametrize("ids", [[[-1]], [[19]], [[2**31 - 1]]])
def test_ids_outside_the_vocabulary_never_reach_c(library, ids):
    packed = network(library)
    with pytest.raises(ValueError, match="below 19"):
        packed.scan(np.array(ids), start(packed, 1))


@pytest.mark.wrong_arrays
def test_a_state_of_the_wrong_shape_never_reaches_c(library):
    packed = network(library)
    with pytest.raises(ValueError, match="parts"):
        packed.scan(np.ones((1, 1), np.int32), start(packed, 1)[:1])
    with pytest.raises(ValueError, match="the state is"):
        packed.scan(np.ones((2, 1), np.int32), start(packed, 3))


def test_a_vocabulary_of_special_ids_alone_cannot_be_drawn_from(library):
    packed = network(library, ids=2)
    with pytest.raises(ValueError, match="none of them"):
        packed.draw(np.zeros((1, 2), np.float32), start(packed, 1), PLAIN, np.zeros((1, 1)))


@pytest.mark.parametrize("outputs", [11, 40])
def test_what_is_predicted_need_not_be_what_is_read(library, outputs):
    packed = network(library, outputs=outputs)
    logits, _ = packed.scan(np.array([[18]]), start(packed, 1))
    assert logits.shape == (1, 1, outputs)
    with pytest.raises(ValueError, match="below 19"):
        packed.scan(np.array([[19]]), start(packed, 1))


def test_only_ids_that_can_be_read_are_drawn(library):
    fewer, more = network(library, outputs=11), network(library, outputs=40)
    ids, last, _ = fewer.draw(np.zeros((1, 11)), start(fewer, 1), PLAIN, np.random.default_rng(0).random((1, 300)))
    assert ids.max() == 10
    assert last.shape == (1, 11)
    with pytest.raises(ValueError, match="40 ids may be drawn, and only 19 can be read"):
        more.draw(np.zeros((1, 40)), start(more, 1), PLAIN, np.zeros((1, 1)))


@settings(max_examples=60, deadline=None)
@given(
    logits=st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), min_size=19, max_size=19),
    temperature=st.sampled_from([0.0, 1e-300, 0.5, 1.0, 1e300]),
    top_k=st.sampled_from([0, 1, 5, 19, 2**31 - 1]),
    top_p=st.sampled_from([1e-300, 0.3, 1.0]),
    min_p=st.sampled_from([0.0, 0.5, 1.0]),
    uniform=st.sampled_from([0.0, 0.5, 1.0 - 2**-53]),
)
def test_no_numbers_make_a_draw_leave_the_vocabulary(logits, temperature, top_k, top_p, min_p, uniform):
    library = kernels.load()
    if library is None:
        pytest.skip(kernels.reason_missing())
    packed = network(library, layers=1)
    filters = Filters(temperature=temperature, top_p=top_p, min_p=min_p, top_k=top_k, special=2)
    given_logits = np.array([logits], np.float32)
    ids, _, _ = packed.draw(given_logits, start(packed, 1), filters, np.full((1, 3), uniform))
    assert ((ids >= 2) & (ids < 19)).all()


def kept(library, logits: np.ndarray, **asked) -> set[int]:
    """The ids that come out of a row of logits for any of many uniforms."""
    packed = drawing(library, len(logits))
    uniforms = np.linspace(0, 1, 1000, endpoint=False)[:, None]
    filters = Filters(**{"temperature": 1.0, "top_p": 1.0, "min_p": 0.0, "top_k": 0, "special": 2, **asked})
    ids, _, _ = packed.draw(np.tile(logits, (len(uniforms), 1)), start(packed, len(uniforms)), filters, uniforms)
    return set(ids[:, 0].tolist())


def drawing(library, ids: int) -> PackedNetwork:
    """A network that costs little and writes so many ids."""
    return network(library, "elman", hidden=16, layers=1, ids=ids)


LOGITS = {
    "of their own": lambda rng, size: rng.standard_normal(size),
    "that repeat themselves": lambda rng, size: rng.integers(-3, 4, size) / 2,
    "few of which are likely": lambda rng, size: -rng.exponential(6, size) * rng.integers(0, 9, size),
    "next to each other": lambda rng, size: 1 + rng.integers(0, 5, size) * 2.0**-23,
    "around zero": lambda rng, size: rng.integers(-1, 2, size) * rng.choice([0.0, 1e-40, 1e-3], size),
    "most of which never occurred": lambda rng, size: np.where(np.arange(size) % 3 < 2, NEVER, rng.random(size)),
}


@pytest.mark.parametrize("what", LOGITS)
@pytest.mark.parametrize("size", [5, 67, 258, 300, 1500])
def test_a_draw_is_that_of_the_reference_whatever_filters_it(library, what, size):
    packed, rng = drawing(library, size), np.random.default_rng(size)
    for k, p, least, temperature in [
        (None, None, None, 1.0),
        (1, None, None, 1.0),
        (5, None, None, 0.7),
        (size - 3, None, None, 1.0),
        (None, 0.9137, None, 1.0),
        (None, 0.0711, None, 1.3),
        (None, 0.99983, None, 1.0),
        (size // 2, 0.8719, 0.0123, 0.9),
    ]:
        logits = np.tile(LOGITS[what](rng, size).astype(np.float32), (40, 1))
        uniforms = rng.random((40, 1))
        options = GenerateOptions(temperature=temperature, top_k=k, top_p=p, min_p=least, endless=True)
        filters = Filters(temperature=temperature, top_p=p or 1.0, min_p=least or 0.0, top_k=k or 0, special=2)
        ids, _, _ = packed.draw(logits, start(packed, 40), filters, uniforms)
        expected = draw(distribution(logits, options), uniforms[:, 0])
        np.testing.assert_array_equal(ids[:, 0], expected, f"{k=} {p=} {least=}")


@pytest.mark.parametrize("off", [1e-12, -1e-12, 1e-8, -1e-8, 3e-7, -3e-7])
@pytest.mark.parametrize("size", [5, 67, 1500])
def test_beside_a_boundary_of_two_ids_the_draw_is_that_of_the_reference(library, size, off):
    logits = np.random.default_rng(size).normal(0, 2, size).astype(np.float32)
    options = GenerateOptions(temperature=0.8, endless=True)
    chances = distribution(logits[None], options)
    uniforms = np.clip(chances[0].cumsum()[2:-1] + off, 0, 1 - 2**-53)[:, None]
    packed, rows = drawing(library, size), len(uniforms)
    filters = Filters(temperature=0.8, top_p=1.0, min_p=0.0, top_k=0, special=2)
    ids, _, _ = packed.draw(np.tile(logits, (rows, 1)), start(packed, rows), filters, uniforms)
    expected = draw(np.repeat(chances, rows, axis=0), uniforms[:, 0])
    np.testing.assert_array_equal(ids[:, 0], expected)


@pytest.mark.parametrize("off", [1e-9, -1e-9, 1e-7, -1e-7, 1e-5, -1e-5])
def test_beside_min_p_an_id_is_kept_or_not_as_in_the_reference(library, off):
    logits = np.random.default_rng(0).normal(0, 2, 67).astype(np.float32)
    chances = distribution(logits[None], GenerateOptions(temperature=1.0, endless=True))[0]
    for chance in np.sort(chances)[-9:-1]:
        least = float(chance / chances.max() * (1 + off))
        options = GenerateOptions(temperature=1.0, min_p=least, endless=True)
        assert kept(library, logits, min_p=least) == set(np.flatnonzero(distribution(logits[None], options)[0]))


@pytest.mark.parametrize(("size", "p"), [(1002, 0.5), (802, 0.25), (1002, 0.999)])
def test_where_rounding_decides_what_reaches_top_p_it_decides_as_in_the_reference(library, size, p):
    logits = np.zeros(size, np.float32)
    chosen = distribution(logits[None], GenerateOptions(top_p=p, endless=True))[0]
    packed, uniforms = drawing(library, size), np.array([[0.0], [1 - 2**-53]])
    filters = Filters(temperature=1.0, top_p=p, min_p=0.0, top_k=0, special=2)
    ids, _, _ = packed.draw(np.tile(logits, (2, 1)), start(packed, 2), filters, uniforms)
    assert ids[:, 0].tolist() == [np.flatnonzero(chosen)[0], np.flatnonzero(chosen)[-1]]


def test_top_k_of_thousands_keeps_all_that_are_as_likely_as_the_last(library):
    logits = np.full(700, -1.0, np.float32)
    logits[[100, 200, 300, 699]] = [2, 1, 1, 1]
    assert kept(library, logits, top_k=2) == {100, 200, 300, 699}
    assert kept(library, logits, top_k=2, special=201) == {300, 699}


@pytest.mark.parametrize("cell", sorted(GATES))
@pytest.mark.parametrize("axis", [0, -1])
def test_a_weight_of_another_shape_is_never_packed(library, cell, axis):
    sound = shapes_of(cell)
    for name, shape in sound.items():
        wrong = list(shape)
        wrong[axis] -= 1
        weights = {key: np.zeros(tuple(wrong) if key == name else each, np.float32) for key, each in sound.items()}
        with pytest.raises(ValueError, match="it must be"):
            PackedNetwork(library, Shape(CELLS[cell].kernel, 2, 20, 19), *table_and(weights), "fp32")


@pytest.mark.wrong_arrays
def test_logits_of_another_shape_are_never_drawn_from(library):
    packed = network(library)
    for shape in ((1, 18), (2, 19), (19,)):
        with pytest.raises(ValueError, match="the logits"):
            packed.draw(np.zeros(shape, np.float32), start(packed, 1), PLAIN, np.full((1, 3), 0.5))


def shapes_of(cell: str) -> dict[str, tuple[int, ...]]:
    rows, shapes = GATES[cell] * 20, {"table": (19, GATES[cell] * 20), "head.weight": (19, 20)}
    for n in range(2):
        shapes |= {f"rnn.weight_hh_l{n}": (rows, 20), f"rnn.bias_hh_l{n}": (rows,), f"rnn.bias_ih_l{n}": (rows,)}
    return {**shapes, "rnn.weight_ih_l1": (rows, 20)}


def table_and(weights: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    return weights["table"], {**weights, "head.bias": np.zeros(19, np.float32)}


@pytest.mark.wrong_arrays
@pytest.mark.parametrize(
    "wrong",
    [
        {"logits": np.zeros((1, 19), complex)},
        {"uniforms": np.full((1, 3), 0.5 + 0j)},
        {"uniforms": np.full(3, 0.5)},
        {"filters": Filters(1.0, 1.0, 0.0, 0, -7)},
        {"filters": Filters(float("nan"), 1.0, 0.0, 0, 2)},
    ],
)
def test_what_cannot_be_drawn_from_never_reaches_c(library, wrong):
    packed = network(library)
    given = {"logits": np.full((1, 19), np.nan), "filters": PLAIN, "uniforms": np.full((1, 3), 0.5)} | wrong
    with pytest.raises(ValueError, match=r"must be|must have"):
        packed.draw(given["logits"], start(packed, 1), given["filters"], given["uniforms"])


def test_a_network_has_layers_units_and_a_known_precision(library):
    with pytest.raises(ValueError, match="at least 1"):
        network(library, layers=0)
    with pytest.raises(ValueError, match="it must be fp32 or bf16 or int8"):
        network(library, kind="fp16")


@pytest.mark.parametrize("kind", ["fp32", "bf16"])
@pytest.mark.parametrize("cell", sorted(GATES))
def test_a_state_that_is_no_number_leaves_no_logits(library, cell, kind):
    packed = network(library, cell, kind=kind)
    state = start(packed, 2)
    state[0][1, 0, 3] = np.nan
    logits, _ = packed.scan(np.ones((2, 2), np.int32), state)
    assert np.isfinite(logits[0]).all() and np.isnan(logits[1]).all()
