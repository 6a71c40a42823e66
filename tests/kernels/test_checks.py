import numpy as np
import pytest

from unrolled.kernels.checks import checked_ids, pointer

GOOD = np.zeros((2, 3), np.float32)


def test_what_fits_gives_its_address():
    assert pointer(GOOD, np.float32, (2, 3), "x") == GOOD.ctypes.data


@pytest.mark.parametrize(
    "bad", [GOOD.astype(np.float64), np.zeros((3, 2), np.float32), np.zeros((3, 2), np.float32).T, GOOD[:1]]
)
def test_what_does_not_fit_is_refused_by_its_name(bad):
    with pytest.raises(ValueError, match=r"^x is .* it must be float32 \(2, 3\)"):
        pointer(bad, np.float32, (2, 3), "x")


@pytest.mark.parametrize("ids", [[-1], [5], [0, 99]])
def test_ids_outside_the_vocabulary_are_refused(ids):
    with pytest.raises(ValueError, match="at least 0 and below 5"):
        checked_ids(np.array(ids), 5)


def test_ids_become_contiguous_32_bit_numbers():
    found = checked_ids(np.arange(10)[::2], 10)
    assert found.dtype == np.int32
    assert found.flags.c_contiguous
    assert found.tolist() == [0, 2, 4, 6, 8]
