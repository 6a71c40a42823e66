import numpy as np
import pytest

from unrolled.kernels.encoder import PackedLayer
from unrolled.networks.cells import CELLS
from unrolled.networks.cells.base import Recurrence, scan_by_steps


@pytest.fixture(params=[name for name in sorted(CELLS) if CELLS[name].native is not None])
def cell(request):
    return CELLS[request.param]


def layer(library, cell, hidden: int, steps=7, rows=5) -> tuple[PackedLayer, np.ndarray, Recurrence]:
    rng, wide = np.random.default_rng(0), cell.gates * hidden
    through = wide if cell.recurrent else 0
    a, w_hh, b_hh = (
        rng.standard_normal(shape).astype(np.float32) for shape in ((steps, rows, wide), (through, hidden), (through,))
    )
    w_hh /= np.float32(hidden**0.5)
    return PackedLayer(library, cell.kernel, w_hh, b_hh), a, Recurrence(w_hh, b_hh)


@pytest.mark.parametrize("hidden", [1, 16, 20, 64, 100])
def test_a_scan_is_that_of_float64(library, cell, hidden):
    packed, a, weights = layer(library, cell, hidden)
    exact = Recurrence(weights.w_hh.astype(np.float64), weights.b_hh.astype(np.float64))
    first = tuple(np.zeros((5, hidden)) for _ in cell.parts)
    expected, last = scan_by_steps(cell, a.astype(np.float64), first, exact)
    outputs, after = packed.scan(a)
    np.testing.assert_allclose(outputs, np.stack(expected), atol=2e-6)
    for part, exactly in zip(after, last, strict=True):
        np.testing.assert_allclose(part, exactly, atol=1e-5)


def test_rows_and_threads_change_nothing(library, cell):
    packed, a, _ = layer(library, cell, 20, rows=9)
    together, last = packed.scan(a, threads=3)
    for row in range(9):
        alone, after = packed.scan(np.ascontiguousarray(a[:, [row]]))
        np.testing.assert_array_equal(alone[:, 0], together[:, row])
        assert all(np.array_equal(one[0], every[row]) for one, every in zip(after, last, strict=True))


@pytest.mark.parametrize("hidden", [16, 20])
def test_what_is_given_stays_as_it_is(library, cell, hidden):
    packed, a, _ = layer(library, cell, hidden)
    before = a.copy()
    first, _ = packed.scan(a)
    np.testing.assert_array_equal(a, before)
    np.testing.assert_array_equal(packed.scan(a)[0], first)


def test_the_gates_of_another_size_are_refused(library, cell):
    packed, a, _ = layer(library, cell, 20)
    with pytest.raises(ValueError, match="it must be"):
        packed.scan(a[:, :, 1:])


@pytest.mark.parametrize(("steps", "rows"), [(0, 3), (1, 1), (3, 0)])
def test_no_steps_and_no_rows_are_a_scan_too(library, cell, steps, rows):
    packed, a, _ = layer(library, cell, 20, steps, rows)
    outputs, last = packed.scan(a, threads=2)
    assert outputs.shape == (steps, rows, 20)
    assert all(part.shape == (rows, 20) for part in last)


@pytest.mark.wrong_arrays
def test_weights_and_gates_without_their_axes_are_refused(library, cell):
    packed, a, _ = layer(library, cell, 20)
    with pytest.raises(ValueError, match="two axes"):
        PackedLayer(library, cell.kernel, np.zeros(5, np.float32), np.zeros(5, np.float32))
    with pytest.raises(ValueError, match="it must be"):
        packed.scan(a[0])
