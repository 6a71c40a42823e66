"""The wheels of all systems: what can be said of them without their compiler, and of built ones where there are any."""

import dataclasses
import hashlib
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from packaging.utils import parse_wheel_filename

from unrolled.kernels import library

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))
build_wheels = import_module("build_wheels")
wheel_systems = import_module("wheel_systems")
SYSTEMS, faults_of_library = wheel_systems.SYSTEMS, wheel_systems.faults_of_library

PLATFORMS = {"win": "win32", "macosx": "darwin"}
PYTHON = build_wheels.WORK / "environment" / "bin" / "python"
built = pytest.mark.skipif(not list((ROOT / "dist" / "wheels").glob("*.whl")), reason="make wheels has not been run")
each_system = pytest.mark.parametrize("system", SYSTEMS, ids=lambda each: each.tag)


def tiny_wheel(folder: Path) -> Path:
    """A pure wheel of one module."""
    tree = folder / "unrolled-1.0"
    facts = tree / "unrolled-1.0.dist-info"
    for place in (tree / wheel_systems.PLACE, facts):
        place.mkdir(parents=True)
    (tree / wheel_systems.PLACE / "library.py").write_text("# nothing\n")
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: unrolled\nVersion: 1.0\n")
    (facts / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: me\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    build_wheels.quietly("pack", "--dest-dir", folder, tree)
    return folder / "unrolled-1.0-py3-none-any.whl"


@pytest.fixture
def pure(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", build_wheels.FIRST_DATE)
    return tiny_wheel(tmp_path_factory.mktemp("pure"))


def assembled(pure: Path, system, folder: Path) -> Path:
    (folder / "compiled").write_bytes(b"a library")
    (folder / "wheels").mkdir()
    return build_wheels.assemble(pure, system, folder / "compiled", folder / "wheels")


@each_system
def test_a_wheel_is_for_one_system_and_any_python(system, pure, tmp_path):
    wheel = assembled(pure, system, tmp_path)
    assert [str(tag) for tag in parse_wheel_filename(wheel.name)[3]] == [f"py3-none-{system.tag}"]
    build_wheels.quietly("unpack", "--dest", tmp_path, wheel)  # refuses what RECORD does not say
    tree = tmp_path / "unrolled-1.0"
    assert (tree / wheel_systems.PLACE / system.library).read_bytes() == b"a library"
    facts = (tree / "unrolled-1.0.dist-info" / "WHEEL").read_text().split("\n")
    assert f"Tag: py3-none-{system.tag}" in facts and "Root-Is-Purelib: false" in facts
    assert sum(line.startswith("Tag:") for line in facts) == 1


def test_a_wheel_is_the_same_bytes_when_packed_again(pure, tmp_path):
    digests = set()
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        digests.add(hashlib.sha256(assembled(pure, SYSTEMS[0], tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1


@each_system
def test_the_library_of_a_wheel_is_found_on_its_system(system, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", PLATFORMS.get(system.tag.split("_")[0], "linux"))
    monkeypatch.setattr(library, "__file__", str(tmp_path / "library.py"))
    (tmp_path / system.library).touch()
    assert library.find() == tmp_path / system.library


def test_compilers_are_asked_for_no_newer_system_than_the_tag_says():
    versions = {each.tag: each.target.rpartition("-")[2].partition(".")[2] for each in SYSTEMS}
    for system in SYSTEMS:
        assert versions[system.tag] in ("", ".".join(map(str, system.oldest or ())))
    assert sum(map(bool, versions.values())) == 4


def test_flags_and_names_are_read_without_running_the_file(tmp_path):
    (tmp_path / "setup.py").write_text("raise SystemExit\nNAMES = ['a', 'b']\n")
    assert wheel_systems.constant(tmp_path / "setup.py", "NAMES") == ["a", "b"]
    with pytest.raises(KeyError):
        wheel_systems.constant(tmp_path / "setup.py", "OTHERS")
    assert "-O3" in build_wheels.FLAGS


ANY = wheel_systems.Facts("x86_64", frozenset(wheel_systems.EXPORTS), (3, 1, 8), frozenset(), None, False)
GOOD = {
    "manylinux_2_17_x86_64": dataclasses.replace(ANY, needed={"libc.so.6", "libm.so.6"}, oldest=(2, 14)),
    "musllinux_1_2_aarch64": dataclasses.replace(ANY, processor="aarch64", needed={"libc.so"}),
    "macosx_11_0_arm64": dataclasses.replace(
        ANY, processor="aarch64", needed={"/usr/lib/libSystem.B.dylib"}, oldest=(11, 0), signed=True
    ),
    "win_amd64": dataclasses.replace(ANY, needed={"KERNEL32.dll", "api-ms-win-crt-heap-l1-1-0.dll"}),
}
BAD = [
    ("win_amd64", {"processor": "aarch64"}, "is for aarch64"),
    ("win_amd64", {"exports": {"unrolled_abi", "malloc"}}, "exports malloc, unrolled_abi"),
    ("macosx_11_0_arm64", {"exports": set()}, "exports nothing"),
    ("musllinux_1_2_aarch64", {"table": (4, 1, 8)}, "has the ABI [4, 1, 8], and the source [3, 1, 8]"),
    ("musllinux_1_2_aarch64", {"needed": {"libc.so.6"}}, "needs libc.so.6"),
    ("win_amd64", {"needed": {"KERNEL32.dll", "VCRUNTIME140.dll"}}, "needs VCRUNTIME140.dll"),
    ("manylinux_2_17_x86_64", {"oldest": (2, 28)}, "needs version 2.28"),
    ("macosx_11_0_arm64", {"oldest": (13, 0)}, "needs version 13.0"),
    ("macosx_11_0_arm64", {"signed": False}, "no signature"),
]


@pytest.mark.parametrize("tag", GOOD)
def test_a_library_that_fits_its_system_has_no_fault(tag):
    (system,) = [each for each in SYSTEMS if each.tag == tag]
    assert not list(faults_of_library(system, GOOD[tag], [3, 1, 8]))


@pytest.mark.parametrize(("tag", "change", "words"), BAD)
def test_a_library_that_does_not_fit_has_one_fault_that_says_why(tag, change, words):
    (system,) = [each for each in SYSTEMS if each.tag == tag]
    (fault,) = faults_of_library(system, dataclasses.replace(GOOD[tag], **change), [3, 1, 8])
    assert words in fault


@built
def test_a_wheel_with_the_library_of_another_system_is_refused(tmp_path):
    (pure,) = (build_wheels.WORK / "pure").glob("*.whl")
    other, system = (each for each in SYSTEMS if each.tag in ("manylinux_2_17_aarch64", "musllinux_1_2_x86_64"))
    build_wheels.assemble(pure, system, build_wheels.WORK / other.tag / other.library, tmp_path)
    done = subprocess.run([PYTHON, "tools/check_wheels.py", tmp_path], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "musllinux_1_2_x86_64: its library is for aarch64" in done.stderr
    assert "there is no wheel for win_amd64" in done.stderr
