import numpy as np
import pytest

from unrolled.errors import InputError
from unrolled.formats.image_features import names_in, read_arrays, read_features


def saved(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_features_have_places_and_perhaps_names(tmp_path):
    found, names = read_features(saved(tmp_path / "f.npz", features=np.ones((2, 3), np.float16)))
    assert found.shape == (2, 1, 3) and found.dtype == np.float32 and names is None
    path = saved(tmp_path / "g.npz", features=np.ones((2, 4, 3)), names=np.array(["a", "b"]))
    assert read_features(path)[1] == ("a", "b")


def test_arrays_that_do_not_matter_are_only_named(tmp_path):
    arrays, there = read_arrays(saved(tmp_path / "f.npz", features=np.ones((1, 2)), other=np.ones(3)))
    assert set(arrays) == {"features"} and sorted(there) == ["features", "other"]


@pytest.mark.parametrize("names", [np.array(["a", "a"]), np.array([1, 2]), np.array(["a"])])
def test_names_that_are_none_are_refused(tmp_path, names):
    with pytest.raises(InputError):
        names_in({"names": names}, tmp_path / "f.npz", 2)
