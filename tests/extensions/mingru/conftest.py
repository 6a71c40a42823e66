"""The four lines of ``docs/adding-a-cell.md``, put into their tables while these tests run."""

import dataclasses
import shutil
import subprocess
from pathlib import Path
from types import MappingProxyType

import pytest

from unrolled.config import ModelOptions
from unrolled.kernels.library import Library, open_library
from unrolled.networks.cells import CELLS

from .mingru import MinGRU

HERE = Path(__file__).parent
NATIVE = HERE.parents[2] / "native"
EMULATED = HERE.parents[1] / "kernels" / "emulated.h"
FLAGS = ["-std=gnu11", "-O1", "-fPIC", "-shared", "-ffp-contract=fast", "-fno-math-errno", "-Wno-psabi"]
LAST = {'#include "lstm.h"': '#include "mingru.h"', "    CELL(2, lstm, 4, 1)  \\": "    CELL(3, mingru, 2, 0) \\"}
"""The two lines of ``cells.h``, each after the one that stands last there."""
VARIANTS = ("portable", "amx")
"""The plainest, and the one whose products are the most particular."""
SOURCE = """
#include "unrolled.h"
extern const variant variant_portable, variant_amx;
int unrolled_variants(const variant **found, int most) {
    found[0] = &variant_portable, found[1] = &variant_amx;
    return 2;
}
"""


@pytest.fixture(scope="session")
def with_mingru(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Library]:
    """The kernels with the cell in them, compiled from a copy of their source."""
    if not shutil.which("gcc"):
        pytest.skip("there is no compiler")
    native = tmp_path_factory.mktemp("mingru") / "native"
    shutil.copytree(NATIVE, native)
    shutil.copy(HERE / "mingru.h", native)
    table = (native / "cells.h").read_text()
    for before, line in LAST.items():
        assert table.count(before + "\n") == 1
        table = table.replace(before, f"{before}\n{line}")
    (native / "cells.h").write_text(table)
    (native / "both.c").write_text(SOURCE)
    sources = [native / f"{name}.c" for name in ("both", *VARIANTS)]
    target = native / "mingru.so"
    subprocess.run(["gcc", *FLAGS, "-include", EMULATED, *sources, "-lm", "-o", target], check=True)
    found = open_library(target)
    return {name: Library(variant, name, tuple(found)) for name, variant in found.items()}


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> MinGRU:
    """The cell, in the table of cells and among the choices of ``--cell``."""
    monkeypatch.setitem(CELLS, "mingru", cell := MinGRU())
    option = next(each for each in dataclasses.fields(ModelOptions) if each.name == "cell")
    choices = (*option.metadata["choices"], "mingru")
    monkeypatch.setattr(option, "metadata", MappingProxyType({**option.metadata, "choices": choices}))
    return cell


@pytest.fixture(params=VARIANTS)
def native(request: pytest.FixtureRequest, registered: MinGRU, with_mingru, monkeypatch) -> Library:
    """The kernels with the cell in them, in place of those that are installed."""
    monkeypatch.setattr("unrolled.kernels.load", lambda: with_mingru[request.param])
    return with_mingru[request.param]
