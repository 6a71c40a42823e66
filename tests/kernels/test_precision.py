import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from unrolled.kernels.precision import from_bf16, to_bf16, to_fp32, to_int8, to_precision

MATRICES = arrays(np.float32, (3, 5), elements=st.floats(-100, 100, width=32))


@given(MATRICES)
def test_bf16_rounds_as_torch_does(matrix):
    expected = torch.from_numpy(matrix).bfloat16().float().numpy()
    np.testing.assert_array_equal(from_bf16(to_bf16(matrix)), expected)


@given(MATRICES)
def test_int8_is_off_by_half_a_step_at_most(matrix):
    whole, scales = to_int8(matrix)
    assert np.abs(whole).max() <= 127
    assert (np.abs(whole * scales[:, None] - matrix) <= 0.5001 * scales[:, None] + 1e-6).all()


def test_a_row_of_zeros_stays_zeros_in_int8():
    whole, scales = to_int8(np.zeros((2, 4), np.float32))
    assert not whole.any()
    assert np.isfinite(scales).all()


@pytest.mark.parametrize("precision", ["bf16", "int8"])
@given(matrix=MATRICES)
def test_narrowing_again_changes_nothing(precision, matrix):
    once = to_fp32(to_precision({"w": matrix}, precision))
    np.testing.assert_allclose(to_fp32(to_precision(once, precision))["w"], once["w"], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("precision", ["fp32", "bf16", "int8"])
def test_vectors_stay_as_they_are(precision):
    bias = np.array([1.23456789], np.float32)
    assert to_fp32(to_precision({"b": bias}, precision))["b"] is bias


def test_fp32_is_left_alone():
    matrix = np.ones((2, 2), np.float32)
    assert to_precision({"w": matrix}, "fp32")["w"] is matrix
