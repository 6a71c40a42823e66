"""Every variant of the kernels that this processor can run, and those of AVX-512 emulated where it has none."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from unrolled import kernels
from unrolled.kernels.library import Library, open_library, variants

HERE = Path(__file__).parent
NATIVE = HERE.parents[1] / "native"
FLAGS = ["-std=gnu11", "-O1", "-fPIC", "-shared", "-ffp-contract=fast", "-fno-math-errno", "-Wno-psabi"]
MORE_FLAGS = os.environ.get("UNROLLED_TEST_CFLAGS", "").split()
"""The sanitizers', where ``make sanitize`` looks at what is emulated, too."""
EMULATED = ["emulated-avx512", "emulated-avx512_bf16", "emulated-amx"]
NONE = pytest.param("none", marks=pytest.mark.skip(reason="the kernels are not built"))


@pytest.fixture(scope="session")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Library]:
    """The variants of AVX-512 and AMX, compiled for any processor."""
    if not shutil.which("gcc"):
        pytest.skip("there is no compiler")
    target = tmp_path_factory.mktemp("emulated") / "emulated.so"
    sources = [HERE / "emulated.c", *(NATIVE / f"{name}.c" for name in ("avx512", "avx512_bf16", "amx"))]
    include = ["-include", HERE / "emulated.h", "-I", NATIVE]
    subprocess.run(["gcc", *FLAGS, *MORE_FLAGS, *include, *sources, "-lm", "-o", target], check=True)
    found = open_library(target)
    return {f"emulated-{name}": Library(variant, name, tuple(found)) for name, variant in found.items()}


@pytest.fixture(params=[*sorted(variants()), *EMULATED] if variants() else [NONE])
def library(request: pytest.FixtureRequest) -> Library:
    if request.param in EMULATED:
        found = request.getfixturevalue("emulated")[request.param]
    else:
        found = kernels.load(request.param)
    assert found is not None
    return found
