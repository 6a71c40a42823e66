"""The shared library: where it lies, and which of its variants this processor runs best."""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from ctypes import c_int64
from dataclasses import dataclass
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from ..errors import OptionError, UnrolledWarning
from .structures import Variant, abi_table

CHOSEN = "UNROLLED_VARIANT"
"""Environment variable that chooses a variant by its name, or ``none``."""
NONE = "none"
TABLE = "unrolled_abi"
MAX_VARIANTS = 8
STOCK = "stock"
"""PyTorch's own scan, for the cells that it has."""
STOCK_CALLED = "PyTorch's own scan"
ENDINGS = {"win32": (".pyd", ".dll"), "darwin": (".so", ".dylib")}
"""Of the libraries that a system loads; ``.so`` alone where nothing stands here."""


@dataclass(frozen=True)
class Library:
    """The loaded library: the functions of one variant, and the names of all that this processor can run."""

    variant: Variant
    name: str
    names: tuple[str, ...]

    @property
    def pairs(self) -> bool:
        """Whether the processor multiplies pairs of bf16, so that training is faster in bf16."""
        return bool(self.variant.pairs)


@cache
def load(name: str | None = None) -> Library | None:
    """Return the library with the best variant, or with that of a name; None where there is none."""
    wanted = name or os.environ.get(CHOSEN)
    found = {} if wanted == NONE else variants()
    names = tuple(found)
    if wanted is None and names:
        wanted = names[0]
    return Library(found[wanted], wanted, names) if wanted in found else None


@cache
def variants() -> dict[str, Variant]:
    """Return every variant that this processor can run, the best first; none, and a warning, for an unfit file."""
    path = find()
    if path is None:
        return {}
    fault = fault_of(path)
    if fault:
        warnings.warn(f"{path} is {fault}; until then NumPy and PyTorch do the work", UnrolledWarning, stacklevel=2)
        return {}
    return open_library(path)


def open_library(path: Path) -> dict[str, Variant]:
    """Return the variants in a library's file, which suits this source, that this processor can run."""
    library = ctypes.CDLL(str(path))
    pointers = (ctypes.POINTER(Variant) * MAX_VARIANTS)()
    count = library.unrolled_variants(pointers, MAX_VARIANTS)
    return {pointers[index].contents.name.decode(): pointers[index].contents for index in range(count)}


def fault_of(path: Path) -> str:
    """Return what is wrong with a library's file, and what to do; empty where it can be called.

    Nothing in it is called for that: a library that was built from other source would read other structures.
    """
    expected = abi_table()
    try:
        library = ctypes.CDLL(str(path))
        begins = list((c_int64 * 2).in_dll(library, TABLE))
        stated = list((c_int64 * len(expected)).in_dll(library, TABLE)) if begins == expected[:2] else begins
        library.unrolled_variants  # noqa: B018  # looked up, not called
    except OSError:
        return "built, but this system cannot load it; install unrolled again from its source"
    except (AttributeError, ValueError):
        return "a library of other source than this unrolled; install unrolled again from its source"
    if stated != expected:
        return "built from another version of unrolled; install unrolled again from its source"
    return ""


def find() -> Path | None:
    """Return the library's file beside this one: what a compiler here made for this Python, or what came in a wheel.

    Those of other systems are left out. One that was built for another Python is taken where there is no better one:
    nothing in it depends on Python.
    """
    endings = ENDINGS.get(sys.platform, (".so",))
    found = [path.name for path in sorted(Path(__file__).parent.glob("_native.*")) if path.suffix in endings]
    own = [name for name in found if name.endswith(EXTENSION_SUFFIXES[0])]
    of_wheel = [name for name in found if name.count(".") == 1]  # other names say for which Python they were built
    return next((Path(__file__).with_name(name) for name in own + of_wheel + found), None)


def arithmetic(kernels: str, precision: str) -> str:
    """Return what training scans with: ``fp32`` or ``bf16`` kernels, ``stock`` or ``off``; for ``auto`` the usual."""
    library = load()
    if kernels != "auto" or library is None:
        if precision == "bf16":
            reason = f"--kernels is {kernels}" if library else reason_missing()
            raise OptionError(f"--precision=bf16 needs the kernels: {reason}; use --precision=auto")
        return STOCK if kernels == STOCK else "off"
    return precision if precision != "auto" else "bf16" if library.pairs else "fp32"


def arithmetics(kernels: str, precision: str) -> list[str]:
    """Return what training may scan with, the usual one first; several where the processor leaves it open."""
    library, usual = load(), arithmetic(kernels, precision)
    if kernels != "auto" or precision != "auto":
        return [usual]
    if library is None:
        return [usual, STOCK]
    return list(dict.fromkeys([usual, "fp32", STOCK])) if library.variant.open else [usual]


def reason_missing() -> str:
    """Return why there are no kernels, and how to get them; empty where there are."""
    if load():
        return ""
    if os.environ.get(CHOSEN):
        return f"{CHOSEN} is {os.environ[CHOSEN]!r}; this machine has {', '.join(variants()) or 'none'}"
    path = find()
    if path is None:
        return "not built (no C compiler when unrolled was installed); install gcc or clang, and unrolled again"
    return fault_of(path)
