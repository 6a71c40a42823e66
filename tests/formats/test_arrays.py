import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from unrolled.formats.arrays import read_npz

TYPES = st.sampled_from(["f2", "<f4", ">f8", "i1", "u2", "i8", "?", "U3", "S5"])


@given(TYPES.flatmap(lambda kind: arrays.arrays(kind, arrays.array_shapes(min_dims=0, min_side=0))), st.booleans())
def test_arrays_are_read_as_numpy_wrote_them(array, packed):
    file = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(file, one=array, other=np.zeros(3))
    found, names = read_npz(file, ["one", "missing"])
    assert names == ["one", "other"] and list(found) == ["one"]
    np.testing.assert_array_equal(found["one"], array)
    assert found["one"].dtype == array.dtype


def written(raw: bytes, how: int = zipfile.ZIP_STORED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        archive.writestr("one.npy", raw)
    return file


def raw_of(array: np.ndarray, **changed: str) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array)
    return file.getvalue()


def test_objects_are_not_read():
    file = io.BytesIO()
    np.savez(file, one=np.array([object]))
    with pytest.raises(ValueError, match="is not what is there"):
        read_npz(file, ["one"])


@pytest.mark.parametrize(
    "spoil", [lambda raw: raw[:-1], lambda raw: raw + b"x", lambda raw: raw.replace(b"(3,)", b"(9,)")]
)
def test_more_or_less_than_is_there_is_refused(spoil):
    with pytest.raises(ValueError, match="is not what is there"):
        read_npz(written(spoil(raw_of(np.arange(3.0)))), ["one"])


def test_what_shrinks_a_thousandfold_is_no_data():
    with pytest.raises(ValueError, match="are a bomb"):
        read_npz(written(raw_of(np.zeros(9 << 20)), zipfile.ZIP_DEFLATED), ["one"])
