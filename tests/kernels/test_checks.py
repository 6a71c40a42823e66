import numpy as np
import pytest

from unrolled.kernels.checks import check_filters, checked_ids, contiguous, pointer, shaped, two_sizes
from unrolled.kernels.structures import Filters

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


@pytest.mark.parametrize("ids", [[0.0], [np.nan], [1j], [True], ["1"], [None]])
def test_ids_that_are_no_integers_are_refused(ids):
    with pytest.raises(ValueError, match="they must be integers"):
        checked_ids(np.array(ids), 5)


def test_no_ids_are_of_any_type():
    assert checked_ids(np.array([]), 5).dtype == np.int32


def test_what_lies_between_addresses_is_refused():
    between = np.zeros(25, np.uint8)[1:].view(np.float32).reshape(2, 3)
    with pytest.raises(ValueError, match="that is not aligned; it must be"):
        pointer(between, np.float32, (2, 3), "x")


def test_what_is_written_must_be_writeable():
    fixed = np.frombuffer(bytes(24), np.float32).reshape(2, 3)
    assert pointer(fixed, np.float32, (2, 3), "x")
    with pytest.raises(ValueError, match=r"^x cannot be written"):
        pointer(fixed, np.float32, (2, 3), "x", written=True)


@pytest.mark.parametrize("dtype", [complex, object, "U1", "M8[s]"])
def test_what_is_packed_has_real_numbers(dtype):
    with pytest.raises(ValueError, match="must have real numbers"):
        shaped(np.empty((2, 3), dtype), (2, 3), "x")


@pytest.mark.parametrize("shape", [(), (3,), (1, 2, 3)])
def test_two_axes_are_two(shape):
    with pytest.raises(ValueError, match="must have two axes"):
        two_sizes(np.zeros(shape, np.float32), "x")


@pytest.mark.parametrize(
    "wrong", [{"special": 5}, {"special": -1}, {"temperature": -1.0}, {"temperature": np.nan}, {"top_p": np.nan}]
)
def test_filters_that_leave_nothing_or_say_nothing_are_refused(wrong):
    given = {"temperature": 1.0, "top_p": 1.0, "min_p": 0.0, "top_k": 0, "special": 2}
    check_filters(Filters(**given), 5)
    with pytest.raises(ValueError, match=r"must be at least 0|may be drawn"):
        check_filters(Filters(**(given | wrong)), 5)


def test_what_lies_between_addresses_is_copied_and_what_does_not_is_not():
    between = np.frombuffer(bytes(1) + np.arange(3.0).tobytes(), np.uint8)[1:].view(np.float64)
    found = contiguous(between, np.float64)
    assert found.flags.carray and found.tolist() == [0, 1, 2] and contiguous(found, np.float64) is found
