import os
import time
import zipfile

import numpy as np
import pytest

from unrolled.formats import array_cache as cache
from unrolled.formats.array_cache import cached, prune

ARRAY = np.arange(12, dtype=np.float32).reshape(3, 4)


class Counting:
    """Makes the array, and counts how often."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return ARRAY


def read(key, folder, compute):
    found = cached(key, folder, compute, np.float32, (None, 4))
    assert found.dtype == ARRAY.dtype and np.array_equal(found, ARRAY)


def test_an_array_is_computed_once_for_each_key(tmp_path):
    compute = Counting()
    for key in ("one", "one", "other", "one"):
        read(key, tmp_path / "new" / "cache", compute)
    assert compute.times == 2


def test_only_whole_files_are_left_in_the_folder(tmp_path):
    read("key", tmp_path, Counting())
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
        cached("key", tmp_path, fail, np.float32, (3, 4))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "planted",
    [ARRAY.astype(np.float64), ARRAY.T.copy(), ARRAY[:, :3], ARRAY[None], ARRAY.astype(np.int32), np.float32(1)],
)
def test_an_array_of_another_type_or_shape_is_computed_anew(tmp_path, planted):
    compute = Counting()
    np.savez(tmp_path / "key.npz", array=planted)
    read("key", tmp_path, compute)
    read("key", tmp_path, compute)
    assert compute.times == 1


def header(shape: str, kind: str = "<f4") -> bytes:
    said = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}".ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(said).to_bytes(2, "little") + said


@pytest.mark.parametrize("shape", ["(1 << 34, 4)", "(17179869184, 4)", "(-1, -4)", "(3, -4)", "'(3, 4)'", "((((" * 900])
def test_a_header_that_asks_for_the_memory_of_another_machine_is_not_believed(tmp_path, shape):
    compute = Counting()
    with zipfile.ZipFile(tmp_path / "key.npz", "w") as file:
        file.writestr("array.npy", header(shape) + bytes(48))
    read("key", tmp_path, compute)
    assert compute.times == 1


def test_a_bomb_is_not_unpacked(tmp_path):
    compute = Counting()
    with zipfile.ZipFile(tmp_path / "key.npz", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("array.npy", header(f"({5 << 20}, 4)") + bytes(5 << 24))
    assert (tmp_path / "key.npz").stat().st_size < 100_000
    read("key", tmp_path, compute)
    assert compute.times == 1


@pytest.mark.parametrize("plant", ["link", "writable", "pipe", "device"])
def test_a_file_that_others_can_write_is_not_read(tmp_path, plant):
    path, elsewhere = tmp_path / "key.npz", tmp_path / "elsewhere"
    np.savez(path, array=ARRAY + 1)
    if plant == "writable":
        path.chmod(0o666)
    else:
        path.rename(elsewhere)
        os.mkfifo(path) if plant == "pipe" else path.symlink_to(elsewhere if plant == "link" else "/dev/zero")
    compute = Counting()
    read("key", tmp_path, compute)
    read("key", tmp_path, compute)
    assert compute.times == 1 and path.stat().st_mode & 0o777 == 0o600 and not path.is_symlink()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_not_read(tmp_path):
    np.savez(tmp_path / "key.npz", array=ARRAY + 1)
    os.chown(tmp_path / "key.npz", 12345, 12345)
    read("key", tmp_path, Counting())


def test_nothing_is_written_where_a_link_leads(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cache").symlink_to(tmp_path / "elsewhere")
    read("key", tmp_path / "cache", Counting())
    assert not list((tmp_path / "elsewhere").iterdir())


def entry(folder, name: str, days: float, size: int = 10):
    (folder / name).write_bytes(bytes(size))
    when = time.time() - days * 24 * 3600
    os.utime(folder / name, (when, when))


def test_old_entries_and_what_was_left_unfinished_are_deleted_and_nothing_else(tmp_path, monkeypatch):
    for name, days in [
        ("old.ids", 61),
        ("new.npz", 59),
        ("used.ids", 99),
        (".a.ids.x.part", 2),
        (".b.ids.y.part", 0.5),
    ]:
        entry(tmp_path, name, days)
    entry(tmp_path, "notes.txt", 99)
    (tmp_path / "folder.ids").mkdir()
    prune(tmp_path, "used")
    assert {each.name for each in tmp_path.iterdir()} == {
        "new.npz", "used.ids", ".b.ids.y.part", "notes.txt", "folder.ids"
    }  # fmt: skip


def test_the_oldest_entries_go_while_all_are_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "MAX_CACHE_BYTES", 25)
    for days, name in enumerate(["used.ids", "a.ids", "b.npz", "c.json"][::-1]):
        entry(tmp_path, name, days)
    prune(tmp_path, "used")
    assert {each.name for each in tmp_path.iterdir()} == {"used.ids", "c.json"}
