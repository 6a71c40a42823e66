import os
import signal
import subprocess
import sys
import threading

import pytest

from unrolled import files
from unrolled.errors import OutputError
from unrolled.files import fcntl, give_name, is_file, is_folder, locked, remove_leftovers, temporary
from unrolled.model_file.bundle import write_atomically

needs_locks = pytest.mark.skipif(fcntl is None, reason="no fcntl here")

HELD = """
import sys, time
from pathlib import Path
from unrolled.files import locked, temporary
with {what}(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(60)
"""


def holding(what, path):
    """A process that holds something and says so."""
    process = subprocess.Popen([sys.executable, "-c", HELD.format(what=what), path], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def killed(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()


@needs_locks
def test_a_lock_is_held_against_other_processes_and_vanishes_with_its_own(tmp_path):
    path = tmp_path / "m"
    process = holding("locked", path)
    with pytest.raises(BlockingIOError), locked(path):
        pass
    killed(process)
    with locked(path):
        assert [each.name for each in tmp_path.iterdir()] == [".m.lock"]
    assert list(tmp_path.iterdir()) == []


@needs_locks
def test_a_lock_is_held_against_other_threads_and_taken_by_one_of_many(tmp_path):
    inside, most, refused = [], [], []

    def take():
        for _ in range(200):
            try:
                with locked(tmp_path / "m"):
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()
            except BlockingIOError:
                refused.append(1)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1} and list(tmp_path.iterdir()) == []


@needs_locks
def test_a_file_of_somebody_else_at_the_place_of_a_lock_stays(tmp_path):
    (tmp_path / ".m.lock").write_text("precious")
    with locked(tmp_path / "m"):
        pass
    assert (tmp_path / ".m.lock").read_text() == "precious"


@needs_locks
def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path):
    path = tmp_path / "m.safetensors"
    others = [
        "m.safetensors",
        ".m.safetensors.original",
        ".m.safetensors.abcdefgh.unrolled.txt",
        ".n.abcdefgh.unrolled",
    ]
    for name in others:
        (tmp_path / name).write_text("precious")
    dead, alive = holding("temporary", path), holding("temporary", path)
    try:
        killed(dead)
        assert len(list(tmp_path.iterdir())) == len(others) + 2
        remove_leftovers(path)
        assert len(list(tmp_path.iterdir())) == len(others) + 1  # the one that is written now
    finally:
        killed(alive)
    remove_leftovers(path)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(others)


def test_a_temporary_file_is_gone_whatever_happens(tmp_path):
    with pytest.raises(KeyboardInterrupt), temporary(tmp_path / "m"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def without_links(*arguments):
    raise PermissionError


@pytest.mark.parametrize("link", [os.link, without_links])
def test_a_name_that_is_taken_is_replaced_only_where_that_is_wanted(tmp_path, monkeypatch, link):
    monkeypatch.setattr(files.os, "link", link)
    path = tmp_path / "m"
    for name, replace in (("a", False), ("b", True)):
        with temporary(path) as (file, written):
            file.write(name.encode())
            file.flush()
            give_name(file, written, path, replace)
    with pytest.raises(FileExistsError), temporary(path) as (file, written):
        give_name(file, written, path, False)
    assert path.read_text() == "b" and list(tmp_path.iterdir()) == [path]


def test_of_many_writers_of_a_new_file_one_wins(tmp_path):
    won = []

    def write(number):
        try:
            write_atomically(tmp_path / "m", str(number).encode(), replace=False)
            won.append(number)
        except OutputError:
            pass

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "m").read_text() == str(won[0]) and len(won) == 1


@pytest.mark.parametrize("path", ["x" * 300, "a\0b", "nowhere"])
def test_what_the_system_will_not_look_at_is_no_folder(path, tmp_path):
    assert not is_folder(path) and is_folder(tmp_path)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "", "no such file"])
def test_what_is_no_name_is_no_file_and_no_folder(name):
    assert not is_file(name)
    assert not is_folder(name) or not name  # "" is the folder that one is in
