import os
import shutil
import subprocess
import sys

import pytest

from unrolled import kernels
from unrolled.kernels import library

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


def test_a_file_that_cannot_be_loaded_is_no_library(tmp_path, monkeypatch):
    broken = tmp_path / "_native.so"
    broken.write_bytes(b"not a library")
    monkeypatch.setattr(library, "find", lambda: broken)
    library.variants.cache_clear()
    library.load.cache_clear()
    assert library.variants() == {}
    assert "cannot load it" in kernels.reason_missing()
    monkeypatch.undo()
    library.variants.cache_clear()
    library.load.cache_clear()


def test_a_missing_file_is_told_with_the_remedy(monkeypatch):
    monkeypatch.setattr(library, "find", lambda: None)
    library.variants.cache_clear()
    library.load.cache_clear()
    assert "install gcc" in kernels.reason_missing()
    monkeypatch.undo()
    library.variants.cache_clear()
    library.load.cache_clear()
