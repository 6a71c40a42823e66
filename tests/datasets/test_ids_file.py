import json
import multiprocessing
import os
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from unrolled.datasets.ids_file import Entry, cache_folder, dtype_of
from unrolled.errors import OutputError, UnrolledWarning

UNITS = ("a", "b", "က")
TEXT = {"documents": 1, "characters": 5, "digest": "ab", "newlines": ["lf"], "form": None}
IDS = np.array([0, 2, 3, 4, 2, 1], np.int32)


def write(entry: Entry, ids=IDS, units=UNITS) -> None:
    with entry.writing(units) as out:
        out.add(ids[:2])
        out.add(ids[2:4])
        out.end_part("whole")
        out.add(ids[4:])
        out.end_part("whole")
        out.text = TEXT


@pytest.fixture
def entry(tmp_path):
    made = Entry(tmp_path, "key")
    write(made)
    return made


def test_what_was_written_is_opened(entry):
    found = entry.open()
    assert found.ids.tolist() == IDS.tolist() and isinstance(found.ids, np.memmap)
    assert (found.cuts, found.text, found.units) == ((4, 6), TEXT, UNITS)
    assert {each.name for each in entry.folder.iterdir()} == {"key.ids", "key.json"}


@pytest.mark.parametrize(("units", "kind"), [(254, "u1"), (255, "u2"), (65534, "u2"), (65535, "i4")])
def test_ids_take_as_few_bytes_as_their_units_need(units, kind):
    assert dtype_of([""] * units) == np.dtype(kind)


@pytest.mark.parametrize(
    "change",
    [
        *({"cuts": cuts} for cuts in ([7, 7], [-1, 6], [3, 6], [4.0, 6], [True, 6], ["4", 6], [4], [6, 4], 4, None)),
        *({"text": TEXT | each} for each in ({"characters": -1}, {"characters": 6}, {"names": []})),
        *({"text": TEXT | each} for each in ({"newlines": "lf"}, {"form": 3})),
        {"count": 5}, {"count": 10**30}, {"text": None},
        {"units": ["a", "b"]}, {"units": ["a", "b", "b"]}, {"units": ["a", "b", 3]}, {"units": "abc"}, {"units": {}},
        {"units": [f"{n}" for n in range(300)]}, {"units": ["x", "b", "က"]}, {"units": ["a", "b", "\ud800"]},
        {"digest": ""}, {"digest": None}, {"dtype": "O"},
    ],
)  # fmt: skip
def test_what_is_said_of_the_ids_is_believed_only_as_it_was_written(entry, change):
    about = json.loads(entry.about.read_text())
    entry.about.write_text(json.dumps({**about, **change}))
    assert entry.open() is None or change == {"dtype": "O"}  # which nothing reads


@pytest.mark.parametrize("key", ["cuts", "count", "text", "units", "digest"])
def test_what_lacks_a_part_is_nothing(entry, key):
    about = json.loads(entry.about.read_text())
    del about[key]
    entry.about.write_text(json.dumps(about))
    assert entry.open() is None


@pytest.mark.parametrize("about", ["", "null", "[]", "3", "[" * 200_000, "{", "\x00"])
def test_what_is_no_object_is_nothing(entry, about):
    entry.about.write_text(about)
    assert entry.open() is None


@pytest.mark.parametrize("raw", [b"", IDS[:3].astype("u1").tobytes(), bytes(7), bytes([0, 2, 3, 4, 2, 2]), bytes(6)])
def test_ids_that_are_cut_or_others_are_nothing(entry, raw):
    entry.ids.write_bytes(raw)
    assert entry.open() is None


@pytest.mark.parametrize("number", [5, 255])
def test_an_id_without_a_unit_is_nothing_even_if_it_was_written_so(tmp_path, number):
    entry = Entry(tmp_path, "key")
    write(entry, np.array([0, 2, number], np.int32))
    assert entry.open() is None


@pytest.mark.parametrize("name", ["key.ids", "key.json"])
@pytest.mark.parametrize("plant", ["link", "writable", "pipe"])
def test_a_file_that_others_can_write_is_nothing(entry, name, plant):
    path = entry.folder / name
    if plant == "writable":
        path.chmod(0o620)
    else:
        path.rename(entry.folder / "elsewhere")
        os.mkfifo(path) if plant == "pipe" else path.symlink_to(entry.folder / "elsewhere")
    assert entry.open() is None


def test_what_is_not_finished_leaves_nothing_and_what_was_there_stays(entry):
    with suppress(KeyError), entry.writing(UNITS) as out:
        out.add(IDS[:2])
        raise KeyError
    assert {each.name for each in entry.folder.iterdir()} == {"key.ids", "key.json"} and entry.open()


def test_processes_that_write_the_same_do_not_meet(tmp_path):
    entry = Entry(tmp_path, "key")
    pool = multiprocessing.get_context("fork").Pool(4)
    with pool:
        pool.map(write, [entry] * 40)
    assert entry.open().ids.tolist() == IDS.tolist()
    assert {each.name for each in tmp_path.iterdir()} == {"key.ids", "key.json"}


def test_no_room_is_one_sentence(tmp_path):
    code = f"""
import resource, signal, numpy as np
from pathlib import Path
from unrolled.datasets.ids_file import Entry
from unrolled.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
try:
    with Entry(Path({str(tmp_path)!r}), "key").writing(("a",)) as out:
        for _ in range(100):
            out.add(np.zeros(10_000, np.int32))
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "cannot be written to" in done.stdout and "XDG_CACHE_HOME" in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_one_sentence(tmp_path):
    with (
        pytest.raises(OutputError, match="the text in ids cannot be written to"),
        Entry(tmp_path / "no", "key").writing(UNITS),
    ):
        pass


def test_the_cache_is_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "new"))
    folder = cache_folder()
    assert folder == tmp_path / "new" / "unrolled" and stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    assert stat.S_IMODE(cache_folder().stat().st_mode) == 0o700


@pytest.mark.parametrize("given", [None, "", "relative/path"])
def test_without_an_absolute_path_it_lies_at_home(tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if given is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", given)
    assert cache_folder() == tmp_path / "home" / ".cache" / "unrolled"


@pytest.mark.parametrize("kind", ["file", "file inside", "null", "foreign", "no home"])
def test_where_there_can_be_none_it_is_a_temporary_one_and_that_is_told(tmp_path, monkeypatch, kind):
    file = tmp_path / "file"
    file.write_text("")
    where = {"file": file, "file inside": file / "a", "null": "/dev/null", "foreign": tmp_path, "no home": ""}[kind]
    monkeypatch.setenv("XDG_CACHE_HOME", str(where))
    if kind == "foreign":
        if os.getuid() != 0:
            pytest.skip("only root can give folders away")
        (tmp_path / "unrolled").mkdir()
        os.chown(tmp_path / "unrolled", 12345, 12345)
    if kind == "no home":
        monkeypatch.delenv("HOME")
        monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.warns(UnrolledWarning, match="there can be no cache in .* let XDG_CACHE_HOME name a folder"):
        folder = cache_folder()
    assert (
        folder.is_dir() and stat.S_IMODE(folder.stat().st_mode) == 0o700 and not folder.is_relative_to(tmp_path / "a")
    )


def test_a_temporary_one_is_gone_with_the_process():
    code = """
import os, warnings
warnings.simplefilter("ignore")
os.environ["XDG_CACHE_HOME"] = "/dev/null"
from unrolled.datasets.ids_file import cache_folder
folder = cache_folder()
(folder / "a").write_text("a")
assert cache_folder() == folder
print(folder)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() and not Path(done.stdout.strip()).exists()
