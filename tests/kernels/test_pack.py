import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.kernels.pack import aligned, by_gates, pack, pad, padded, panels, room
from unrolled.kernels.precision import from_bf16


@pytest.mark.parametrize(("size", "whole"), [(1, 16), (16, 16), (17, 32), (65, 80)])
def test_sizes_are_rounded_up_to_whole_panels(size, whole):
    assert padded(size) == whole


def test_padding_puts_zeros_behind():
    np.testing.assert_array_equal(pad(np.ones((1, 2), np.float32), 2, 3), [[1, 1, 0], [0, 0, 0]])


@given(units=st.integers(1, 40), gates=st.integers(1, 4))
def test_a_unit_and_a_gate_are_found_in_their_block(units, gates):
    rows = np.arange(1, gates * units + 1, dtype=np.float32)
    packed = by_gates(rows, gates).reshape(-1, gates, 16)
    for gate in range(gates):
        for unit in range(units):
            assert packed[unit // 16, gate, unit % 16] == rows[gate * units + unit]
    assert np.count_nonzero(packed) == gates * units


def test_the_gates_of_several_rows_are_put_together_row_by_row():
    rows = np.arange(2 * 3 * 20, dtype=np.float32).reshape(2, 60)
    np.testing.assert_array_equal(by_gates(rows, 3), [by_gates(row, 3) for row in rows])


@given(units=st.integers(1, 40), gates=st.integers(1, 4), inputs=st.integers(1, 20), beside=st.sampled_from([1, 2, 4]))
def test_a_weight_is_found_in_its_panel_and_nothing_else_is_there(units, gates, inputs, beside):
    matrix = np.arange(1, gates * units * inputs + 1, dtype=np.int32).reshape(gates * units, inputs)
    packed = panels(matrix, gates, padded(inputs), beside)
    assert packed.shape == (padded(units) // 16, gates, padded(inputs) // beside, 16, beside)
    for row, column in np.ndindex(matrix.shape):
        gate, unit = divmod(row, units)
        assert packed[unit // 16, gate, column // beside, unit % 16, column % beside] == matrix[row, column]
    assert np.count_nonzero(packed) == matrix.size


def test_whole_panels_are_packed_without_another_copy():
    matrix = np.ones((4 * 64, 1024), np.float32)
    tracemalloc.start()
    try:
        panels(matrix, 4, 1024)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert matrix.nbytes <= most < 1.1 * matrix.nbytes


@pytest.mark.parametrize("megabytes", [2, 3, 4.5])
def test_a_large_array_begins_at_a_huge_page(megabytes):
    made = room((int(megabytes * (1 << 18)),), np.float32)
    assert made.nbytes == megabytes * (1 << 20) and made.ctypes.data % (1 << 21) == 0


def test_bf16_holds_two_inputs_of_an_output_side_by_side():
    matrix = np.arange(32 * 4, dtype=np.float32).reshape(32, 4)
    packed, scales, starts = pack(matrix, "bf16")
    assert packed.shape == (2, 1, 8, 16, 2)
    np.testing.assert_array_equal(from_bf16(packed)[1, 0, 1, 5], matrix[21, 2:])
    assert (scales == 1).all()
    assert not starts.any()


def test_int8_holds_four_inputs_of_an_output_side_by_side():
    matrix = np.random.default_rng(0).standard_normal((32, 16)).astype(np.float32)
    packed, scales, starts = pack(matrix, "int8")
    assert packed.shape == (2, 1, 4, 16, 4)
    found = packed[1, 0, 2, 5].astype(np.float32) * scales[21] * 63
    np.testing.assert_allclose(found, matrix[21, 8:12], atol=np.abs(matrix[21]).max() / 127)
    assert starts[21] == -64 * packed[1, 0, :, 5].sum(dtype=int)


@given(size=st.integers(0, 300))
def test_an_aligned_copy_begins_at_a_cache_line(size):
    array = np.arange(size, dtype=np.float32)
    copy = aligned(array)
    assert copy.ctypes.data % 64 == 0 or not size
    np.testing.assert_array_equal(copy, array)
