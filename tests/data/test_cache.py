import numpy as np
import pytest

from unrolled.data.cache import cached

ARRAY = np.arange(12, dtype=np.float32).reshape(3, 4)


class Counting:
    """Makes the array, and counts how often."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return ARRAY


def read(key, folder, compute):
    found = cached(key, folder, compute)
    assert found.dtype == ARRAY.dtype and np.array_equal(found, ARRAY)


def test_an_array_is_computed_once_for_each_key(tmp_path):
    compute = Counting()
    for key in ("one", "one", "other", "one"):
        read(key, tmp_path / "new" / "cache", compute)
    assert compute.times == 2


def test_only_whole_files_are_left_in_the_folder(tmp_path):
    cached("key", tmp_path, Counting())
    assert [each.name for each in tmp_path.iterdir()] == ["key.npz"]


@pytest.mark.parametrize("tenth", range(10))
def test_a_truncated_file_is_computed_anew_and_mended(tmp_path, tenth):
    compute = Counting()
    read("key", tmp_path, compute)
    raw = (tmp_path / "key.npz").read_bytes()
    (tmp_path / "key.npz").write_bytes(raw[: len(raw) * tenth // 10])
    read("key", tmp_path, compute)
    read("key", tmp_path, compute)
    assert compute.times == 2


@pytest.mark.parametrize("place", [0.4, 0.5, 0.6])
def test_a_spoilt_byte_is_found(tmp_path, place):
    compute = Counting()
    read("key", tmp_path, compute)
    raw = bytearray((tmp_path / "key.npz").read_bytes())
    raw[int(len(raw) * place)] ^= 1
    (tmp_path / "key.npz").write_bytes(raw)
    read("key", tmp_path, compute)
    assert compute.times == 2


def test_a_foreign_file_is_computed_anew(tmp_path):
    compute = Counting()
    for spoil in (np.array([object()]), {"other": 1}):
        np.savez(tmp_path / "key.npz", **({"array": spoil} if isinstance(spoil, np.ndarray) else spoil))
        read("key", tmp_path, compute)
    assert compute.times == 2


def test_where_nothing_can_be_written_it_is_computed_every_time(tmp_path):
    compute, file = Counting(), tmp_path / "file"
    file.write_text("in the way")
    for folder in (file, file / "inside"):
        read("key", folder, compute)
        read("key", folder, compute)
    assert compute.times == 4 and file.read_text() == "in the way"


def test_a_computation_that_fails_leaves_nothing_behind(tmp_path):
    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cached("key", tmp_path, fail)
    assert not list(tmp_path.iterdir())
