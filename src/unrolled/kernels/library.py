"""The shared library: where it lies, and which of its variants this processor runs best."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..errors import OptionError
from .structures import Variant

CHOSEN = "UNROLLED_VARIANT"
"""Environment variable that chooses a variant by its name, or ``none``."""
MOST = 8
ENDINGS = (".so", ".pyd", ".dylib", ".dll")


@dataclass(frozen=True)
class Library:
    """The loaded library: the functions of one variant, and the names of all that this processor can run."""

    variant: Variant
    name: str
    names: tuple[str, ...]

    @property
    def pairs(self) -> bool:
        """Whether the processor multiplies pairs of bf16, so that bf16 is the faster kind to train in."""
        return bool(self.variant.pairs)


@cache
def load(name: str | None = None) -> Library | None:
    """The library with the best variant, or with that of a name; None where there is none."""
    wanted = name or os.environ.get(CHOSEN)
    found = variants()
    names = tuple(found)
    if wanted is None and names:
        wanted = names[0]
    return Library(found[wanted], wanted, names) if wanted in found else None


@cache
def variants() -> dict[str, Variant]:
    """Every variant that this processor can run, the best first."""
    path = find()
    return {} if path is None else open_library(path)


def open_library(path: Path) -> dict[str, Variant]:
    """The variants in a library's file that this processor can run; none if it cannot be loaded."""
    try:
        library = ctypes.CDLL(str(path))
    except OSError:
        return {}
    pointers = (ctypes.POINTER(Variant) * MOST)()
    count = library.unrolled_variants(pointers, MOST)
    return {pointers[place].contents.name.decode(): pointers[place].contents for place in range(count)}


def find() -> Path | None:
    """The library's file beside this one."""
    here = Path(__file__).parent
    return next((path for path in sorted(here.glob("_native*")) if path.suffix in ENDINGS), None)


def arithmetic(kernels: str, precision: str) -> str:
    """What training scans with: ``fp32`` or ``bf16`` kernels, or ``off``; ``auto`` is the faster one here."""
    library = load()
    if kernels == "off" or library is None:
        if precision == "bf16":
            reason = "--kernels is off" if library else reason_missing()
            raise OptionError(f"--precision bf16 needs the kernels: {reason}; use --precision auto")
        return "off"
    return precision if precision != "auto" else "bf16" if library.pairs else "fp32"


def reason_missing() -> str:
    """Why there are no kernels, and how to get them; empty where there are."""
    if load():
        return ""
    if os.environ.get(CHOSEN):
        return f"{CHOSEN} is {os.environ[CHOSEN]!r}; this machine has {', '.join(variants()) or 'none'}"
    if find() is None:
        return "not built (no C compiler when unrolled was installed); install gcc or clang, and unrolled again"
    return "built, but this system cannot load it; install unrolled again from its source"
