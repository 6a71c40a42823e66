"""The systems that get a wheel with kernels, and what the library in each must be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PLACE = Path("unrolled") / "kernels"
"""The folder in a wheel where ``kernels/library.py`` looks for its library."""
TABLE = "unrolled_abi"
EXPORTS = {TABLE, "unrolled_variants"}
"""What ``kernels/library.py`` looks up, and nothing else is to be seen."""
NEEDED = {
    "manylinux": r"lib[cm]\.so\.6",
    "musllinux": r"libc\.so",
    "macosx": r"/usr/lib/libSystem\.B\.dylib",
    "win": r"KERNEL32\.dll|api-ms-win-crt-[\w-]+\.dll",
}
"""The libraries that every system of a kind has."""


@dataclass(frozen=True)
class System:
    """A system: what ziglang and Python's packages call it, and how a library is called there."""

    target: str
    tag: str
    library: str = "_native.so"

    @property
    def processor(self) -> str:
        """The processor as ziglang calls it."""
        return self.target.partition("-")[0]

    @property
    def oldest(self) -> tuple[int, int] | None:
        """The oldest version that its tag allows: of glibc, musl or macOS; None for Windows, which has none there."""
        numbers = [part for part in self.tag.split("_")[1:3] if part.isdecimal()]
        return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else None


SYSTEMS = (
    System(
        "x86_64-windows-gnu", "win_amd64", "_native.dll"
    ),  # first: its C library is compiled, too, which takes longest
    System("x86_64-linux-gnu.2.17", "manylinux_2_17_x86_64"),
    System("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64"),
    System("x86_64-linux-musl", "musllinux_1_2_x86_64"),
    System("aarch64-linux-musl", "musllinux_1_2_aarch64"),
    System("x86_64-macos.10.13", "macosx_10_13_x86_64", "_native.dylib"),
    System("aarch64-macos.11.0", "macosx_11_0_arm64", "_native.dylib"),
)


def constant(path: Path, name: str) -> Any:
    """Return what a module's line ``name = …`` says, without running it; raises ``KeyError`` where none does."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise KeyError(f"{path} has no line {name} = …")


@dataclass(frozen=True)
class Facts:
    """The processor, the exported names, the numbers at ``unrolled_abi``, the libraries that it needs, and since when.

    ``oldest`` is the version of glibc or macOS that it asks for; None where it asks for none.
    """

    processor: str
    exports: frozenset[str]
    table: tuple[int, ...]
    needed: frozenset[str]
    oldest: tuple[int, ...] | None
    signed: bool


def faults_of_library(system: System, facts: Facts, expected: list[int]) -> Iterator[str]:
    """Yield in what a library is not what its system and this source need."""
    if facts.processor != system.processor:
        yield f"its library is for {facts.processor}"
    if facts.exports != EXPORTS:
        yield f"its library exports {', '.join(sorted(facts.exports)) or 'nothing'}"
    if list(facts.table) != expected:
        yield f"its library has the ABI {list(facts.table)}, and the source {expected}"
    pattern = NEEDED[re.split(r"[_\d]", system.tag)[0]]
    strange = sorted(name for name in facts.needed if not re.fullmatch(pattern, name))
    if strange:
        yield f"its library needs {', '.join(strange)}"
    if facts.oldest and (not system.oldest or facts.oldest > system.oldest):
        yield f"its library needs version {'.'.join(map(str, facts.oldest))} of the system"
    if system.tag.startswith("macosx") and system.processor == "aarch64" and not facts.signed:
        yield "its library has no signature, without which these processors run nothing"
