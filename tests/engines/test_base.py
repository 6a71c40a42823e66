import numpy as np
import pytest

from unrolled.engines import ENGINES, open_engine
from unrolled.engines.base import row_by_row, select, step


@pytest.fixture(params=sorted(ENGINES))
def engine(request, model):
    return open_engine(request.param, model.bundle)


@pytest.fixture
def ids(model) -> np.ndarray:
    return np.random.default_rng(1).integers(0, len(model.vocabulary), (6, 9)).astype(np.int32)


def test_the_first_state_has_the_rows_first(engine, model):
    state = engine.start(3)
    assert {name: part.shape for name, part in state.items()} == {"h": (3, 1, 48), "c": (3, 1, 48)}


def test_logits_have_rows_time_and_vocabulary(engine, model, ids):
    logits, _ = engine.scan(ids, engine.start(6))
    assert logits.shape == (6, 9, len(model.vocabulary))


def test_a_step_does_not_depend_on_the_rows_beside_it_to_the_last_bit(engine, ids):
    _, state = engine.scan(ids, engine.start(6))
    together, after = step(engine, ids[:, 0], state)
    for row in range(6):
        alone, alone_after = step(engine, ids[[row], 0], select(state, np.array([row])))
        assert np.array_equal(alone[0], together[row])
        assert all(np.array_equal(part[0], after[name][row]) for name, part in alone_after.items())


def test_a_state_is_never_changed_in_place(engine, ids):
    _, state = engine.scan(ids, engine.start(6))
    before = {name: part.copy() for name, part in state.items()}
    for width in (1, 9):
        engine.scan(ids[:, :width], state)
    assert all(np.array_equal(part, before[name]) for name, part in state.items())


def test_the_order_of_a_states_parts_does_not_matter(engine, ids):
    _, state = engine.scan(ids, engine.start(6))
    turned = dict(reversed(state.items()))
    one, other = engine.scan(ids, state)[0], engine.scan(ids, turned)[0]
    assert np.array_equal(one, other)


def test_the_future_does_not_change_the_past(engine, ids):
    changed = ids.copy()
    changed[:, 5:] = 2 + (changed[:, 5:] + 1) % 20
    one, other = (engine.scan(each, engine.start(6))[0] for each in (ids, changed))
    assert np.array_equal(one[:, :5], other[:, :5])
    assert not np.array_equal(one[:, 5:], other[:, 5:])


def test_rows_can_be_selected_in_any_order_and_often(engine, ids):
    _, state = engine.scan(ids, engine.start(6))
    rows = np.array([4, 4, 0])
    picked, _ = engine.scan(ids[rows], select(state, rows))
    whole, _ = engine.scan(ids, state)
    np.testing.assert_allclose(picked, whole[rows], atol=1e-5)


def test_row_by_row_is_the_scan_of_all_rows(engine, ids):
    one, after = row_by_row(engine.scan, ids, engine.start(6))
    other, state = engine.scan(ids, engine.start(6))
    np.testing.assert_allclose(one, other, atol=1e-5)
    assert all(np.allclose(part, state[name], atol=1e-5) for name, part in after.items())
