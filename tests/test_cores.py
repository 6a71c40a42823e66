import os
import subprocess
import sys
from pathlib import Path

import pytest

import unrolled
from unrolled import cores as module
from unrolled.cores import allowed, cores, cores_of_groups, default_threads, leading_number, warn_of_more


@pytest.fixture(autouse=True)
def told():
    """What was told before is told again."""
    module.WARNED.clear()


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), (" 3 ", 3), ("2,1", 2), ("2 , 1", 2), ("99999999999", 1024), ("007", 7)]
    + [(text, None) for text in ("", " ", "abc", "0", "-3", "1.5", "0,4", ",2", "²", "1e3", "9" * 5000)],
)
def test_the_first_whole_number_of_a_variable_is_meant(text, number):
    assert leading_number(text) == number


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_variable_says_nothing(monkeypatch, text):
    monkeypatch.setenv("OMP_NUM_THREADS", text)
    assert default_threads() == cores()


@pytest.mark.parametrize("text", ["abc", "0", "-3"])
def test_a_variable_that_is_no_number_is_told_once_and_there_is_one_thread_a_core(monkeypatch, text):
    monkeypatch.setenv("OMP_NUM_THREADS", text)
    with pytest.warns(unrolled.UnrolledWarning, match=f"^OMP_NUM_THREADS is '{text}'; it must be a whole number"):
        assert default_threads() == cores()
    assert default_threads() == cores()


def test_a_list_is_openmp_s_way_to_say_its_first_number(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1,4")
    assert default_threads() == 1


def test_more_threads_than_cores_are_obeyed_and_told_once(monkeypatch):
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with pytest.warns(unrolled.UnrolledWarning, match="^OMP_NUM_THREADS is 3, and this process may use 2 cores"):
        assert default_threads() == 3
    assert default_threads() == 3
    with pytest.warns(unrolled.UnrolledWarning, match="^threads is 5, and this process may use 2 cores; .* fewer$"):
        warn_of_more(5, "--threads")
    warn_of_more(2, "--threads")


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process")
def test_a_change_of_affinity_is_respected_at_once_and_in_children():
    code = """
import os
from unrolled.cores import default_threads
before = default_threads()
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
child = os.fork()
if not child:
    os._exit(default_threads())
print(default_threads(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "1 1\n"


def groups(folder: Path, lines: str, files: dict[str, str]) -> tuple[Path, Path]:
    """A file like /proc/self/cgroup, and the folder of the groups."""
    (folder / "cgroup").write_text(lines)
    for name, text in files.items():
        path = folder / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "cgroup", folder / "root"


SECOND, FIRST = "0::/a/b\n", "7:memory:/a\n4:cpu,cpuacct:/a/b\n0::/\n"


@pytest.mark.parametrize(
    ("lines", "files", "expected"),
    [
        (SECOND, {"a/b/cpu.max": "200000 100000\n"}, 2),
        (SECOND, {"a/b/cpu.max": "150000 100000\n"}, 2),
        (SECOND, {"a/b/cpu.max": "50000 100000\n"}, 1),
        (SECOND, {"a/b/cpu.max": "max 100000\n"}, None),
        (SECOND, {"a/b/cpu.max": "800000 100000\n", "a/cpu.max": "300000 100000\n"}, 3),
        (SECOND, {"cpu.max": "300000 100000\n"}, 3),
        (SECOND, {"a/b/cpu.max": ""}, None),
        (SECOND, {"a/b/cpu.max": "1 0\n"}, None),
        (SECOND, {"a/b/cpu.max": "nonsense here\n"}, None),
        (FIRST, {"cpu,cpuacct/a/b/cpu.cfs_quota_us": "250000\n", "cpu,cpuacct/a/b/cpu.cfs_period_us": "100000\n"}, 3),
        (FIRST, {"cpu/cpu.cfs_quota_us": "200000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2),
        (FIRST, {"cpu/a/cpu.cfs_quota_us": "-1\n", "cpu/a/cpu.cfs_period_us": "100000\n"}, None),
        (FIRST, {"cpu/a/cpu.cfs_quota_us": "200000\n"}, None),
        ("", {"cpu.max": "100000 100000\n"}, None),
        ("nonsense\n", {}, None),
    ],
)
def test_the_least_limit_of_the_groups_above_a_process_counts(tmp_path, lines, files, expected):
    assert cores_of_groups(*groups(tmp_path, lines, files)) == expected


def test_without_groups_there_is_no_limit(tmp_path):
    assert cores_of_groups(tmp_path / "nothing", tmp_path) is None


def test_a_share_of_the_cores_is_fewer_cores(monkeypatch):
    monkeypatch.setattr(module, "allowed", lambda: 8)
    monkeypatch.setattr(module, "quota", lambda: 3)
    assert cores() == 3
    monkeypatch.setattr(module, "quota", lambda: 30)
    assert cores() == 8


def test_there_is_a_core():
    assert 1 <= cores() <= allowed()
