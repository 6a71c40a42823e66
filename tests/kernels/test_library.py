import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import unrolled
from unrolled import kernels
from unrolled.kernels import library

NATIVE = Path(__file__).parents[2] / "native"
COMPILER = shutil.which((os.environ.get("CC") or "cc").split()[0])
built = pytest.mark.skipif(not library.variants(), reason="the kernels are not built")


@pytest.mark.skipif(not COMPILER or "UNROLLED_VARIANT" in os.environ, reason="no compiler, or a variant chosen")
def test_this_install_has_kernels():
    assert kernels.load() is not None, kernels.reason_missing()


@built
def test_every_processor_runs_the_portable_variant():
    assert "portable" in library.variants()


@built
def test_the_best_variant_is_taken_where_none_is_named():
    assert kernels.load().name == next(iter(library.variants()))


def test_a_variant_of_an_unknown_name_is_none():
    assert kernels.load("abacus") is None


@pytest.mark.parametrize("name", ["none", "abacus"])
def test_the_reason_names_the_variable_that_turned_the_kernels_off(name):
    code = "from unrolled import kernels; print(kernels.load(), kernels.reason_missing())"
    environment = {**os.environ, "UNROLLED_VARIANT": name}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"None UNROLLED_VARIANT is '{name}'")


def test_without_kernels_everything_still_works(model_file):
    code = (
        f"import unrolled; m = unrolled.load({str(model_file)!r}); print(m.engine, m.generate('The', length=9, seed=1))"
    )
    environment = {**os.environ, "UNROLLED_VARIANT": "none"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "Reference" in done.stdout


@pytest.fixture
def anew():
    """What was found before is looked for again, here and afterwards."""

    def forget() -> None:
        library.variants.cache_clear()
        library.load.cache_clear()

    forget()
    yield
    forget()


def test_a_missing_file_is_told_with_the_remedy(monkeypatch, anew):
    monkeypatch.setattr(library, "find", lambda: None)
    assert library.variants() == {}
    assert "install gcc" in kernels.reason_missing()


TABLE = "const int64_t unrolled_abi[] = "
VARIANTS = "int unrolled_variants(const variant **found, int most) { __builtin_trap(); }"
SHORTER = re.sub(
    r", sums;|double \*sums;", ";", (NATIVE / "unrolled.h").read_text().replace("(ranking, sums)", "(ranking, values)")
)
WRONG = {
    "of no library at all": ("", "cannot load it"),
    "without a table": (VARIANTS, "of other source"),
    "without variants": (f"{TABLE}UNROLLED_ABI_TABLE;", "of other source"),
    "of another number": (
        f"{TABLE}{{UNROLLED_ABI + 1, 22, UNROLLED_SHAPES}}; {VARIANTS}",
        "another version of unrolled",
    ),
    "with fewer structures": (
        f"{TABLE}{{UNROLLED_ABI, 2, UNROLLED_SHAPE(matrix, starts)}}; {VARIANTS}",
        "another version",
    ),
    "with a shorter structure": (f"{SHORTER} {TABLE}UNROLLED_ABI_TABLE; {VARIANTS}", "another version of unrolled"),
    "of one number alone": (f"{TABLE}{{7}}; {VARIANTS}", "another version of unrolled"),
}


def compiled(source: str, folder: Path) -> Path:
    """A shared library of some C."""
    if not shutil.which("gcc"):
        pytest.skip("there is no compiler")
    text = source if "UNROLLED_H" in source else f'#include "unrolled.h"\n{source}'
    (folder / "native.c").write_text(text)
    flags = ["-std=gnu11", "-fPIC", "-shared", "-I", NATIVE]
    subprocess.run(["gcc", *flags, folder / "native.c", "-o", folder / "_native.so"], check=True)
    return folder / "_native.so"


@pytest.mark.parametrize("name", WRONG)
def test_a_library_that_does_not_suit_is_one_sentence_and_never_called(name, tmp_path, monkeypatch, anew):
    source, words = WRONG[name]
    path = compiled(source, tmp_path) if source else tmp_path / "_native.so"
    if not source:
        path.write_text("not a library")
    monkeypatch.setattr(library, "find", lambda: path)
    with pytest.warns(
        unrolled.UnrolledWarning, match=f"{words}.*install unrolled again from its source; until then NumPy"
    ):
        assert kernels.load() is None
    assert words in kernels.reason_missing()


def test_an_empty_file_is_no_library(tmp_path, monkeypatch, anew):
    (tmp_path / "_native.so").touch()
    monkeypatch.setattr(library, "find", lambda: tmp_path / "_native.so")
    with pytest.warns(unrolled.UnrolledWarning, match="cannot load it"):
        assert library.variants() == {}


def test_of_several_libraries_that_of_this_python_is_taken(tmp_path, monkeypatch):
    own = f"_native{EXTENSION_SUFFIXES[0]}"
    for name in ("_native.aaa.so", own, "_native.c", "_native.zzz.so"):
        (tmp_path / name).touch()
    monkeypatch.setattr(library, "__file__", str(tmp_path / "library.py"))
    assert library.find() == tmp_path / own


@pytest.mark.parametrize(
    ("system", "names", "found"),
    [
        ("linux", ("_native.dll", "_native.dylib", "_native.pyd"), None),
        ("linux", ("_native.cpython-39-x86_64-linux-gnu.so", "_native.so"), "_native.so"),
        ("linux", ("_native.cpython-39-x86_64-linux-gnu.so",), "_native.cpython-39-x86_64-linux-gnu.so"),
        ("darwin", ("_native.dll", "_native.dylib"), "_native.dylib"),
        ("win32", ("_native.cp39-win_amd64.pyd", "_native.dll", "_native.so"), "_native.dll"),
    ],
)
def test_a_library_of_a_wheel_comes_before_those_of_other_pythons_and_systems(
    system, names, found, tmp_path, monkeypatch
):
    for name in names:
        (tmp_path / name).touch()
    monkeypatch.setattr(library, "__file__", str(tmp_path / "library.py"))
    monkeypatch.setattr(sys, "platform", system)
    assert library.find() == (tmp_path / found if found else None)


PROCESSOR = """
#include "unrolled.h"
#include "x86.h"
int main(void) {
    __builtin_cpu_init();
    int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    int narrow = __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni");
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return !has_avx2() != !avx2 || !has_avx512() != !avx512 || !has_narrow() != !narrow || (has_tiles() && !narrow);
}
"""


@pytest.mark.skipif(not shutil.which("gcc") or platform.machine() != "x86_64", reason="no gcc, or no x86-64")
@pytest.mark.skipif(sys.platform != "linux", reason="tiles are asked for under Linux")
def test_the_processor_is_asked_as_gcc_asks_it(tmp_path):
    (tmp_path / "ask.c").write_text(PROCESSOR)
    subprocess.run(["gcc", "-std=gnu11", "-I", NATIVE, tmp_path / "ask.c", "-o", tmp_path / "ask"], check=True)
    assert subprocess.run([tmp_path / "ask"]).returncode == 0


def test_with_a_stale_library_a_model_writes_and_the_command_says_so_once(model_file, tmp_path):
    path = compiled(WRONG["of another number"][0], tmp_path)
    code = f"""
import pathlib, sys
from unrolled.kernels import library
library.find = lambda: pathlib.Path({str(path)!r})
from unrolled.cli.main import main
sys.argv = ["unrolled", "generate", {str(model_file)!r}, "--length", "9", "--seed", "1", "-n", "2"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(done.stdout) >= 18
    assert done.stderr.count("another version of unrolled") == 1 and len(done.stderr.splitlines()) == 1


def test_who_wants_no_kernels_hears_nothing_of_a_stale_library(tmp_path, monkeypatch, anew):
    (tmp_path / "_native.so").touch()
    monkeypatch.setattr(library, "find", lambda: tmp_path / "_native.so")
    monkeypatch.setenv("UNROLLED_VARIANT", "none")
    assert kernels.load() is None
