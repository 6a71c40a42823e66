"""What a shared library says of itself, of Linux, macOS or Windows, read from its bytes: nothing in it is run."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import lief

sys.path.insert(0, str(Path(__file__).parent))
from wheel_systems import TABLE, Facts

MARKS = {"__mh_dylib_header", "___dso_handle"}
"""What the linker exports by itself from every library for macOS."""


def read(path: Path) -> Facts:
    """Return the facts of a library; raises ``ValueError`` where it is none."""
    lief.logging.disable()  # it complains of empty parts of libraries for macOS
    binary = lief.parse(path)
    if isinstance(binary, lief.ELF.Binary):
        return of_linux(binary)
    if isinstance(binary, lief.MachO.Binary):
        return of_macos(binary)
    if isinstance(binary, lief.PE.Binary):
        return of_windows(binary)
    raise ValueError(f"{path} is no library of one processor for Linux, macOS or Windows")


def of_linux(binary: lief.ELF.Binary) -> Facts:
    """Return the facts of a library for Linux."""
    exports = {each.name: each.value for each in binary.exported_symbols}
    versions = [
        tuple(map(int, part.name.removeprefix("GLIBC_").split(".")))
        for each in binary.symbols_version_requirement
        for part in each.get_auxiliary_symbols()
    ]
    return Facts(
        binary.header.machine_type.name.lower(),
        frozenset(exports),
        numbers(binary, exports.get(TABLE)),
        frozenset(binary.libraries),
        max(versions, default=None),
        False,
    )


def of_macos(binary: lief.MachO.Binary) -> Facts:
    """Return the facts of a library for macOS, where names begin with an underscore."""
    found = binary.dyld_exports_trie or binary.dyld_info
    names = {each.symbol.name for each in found.exports} - MARKS
    table = binary.get_symbol(f"_{TABLE}")
    version = binary.build_version.minos if binary.build_version else binary.version_min.version
    needed = {each.name for each in binary.libraries if each.command != lief.MachO.LoadCommand.TYPE.ID_DYLIB}
    return Facts(
        {"ARM64": "aarch64"}.get(binary.header.cpu_type.name, binary.header.cpu_type.name.lower()),
        frozenset(name.removeprefix("_") for name in names),
        numbers(binary, table.value if table else None),
        frozenset(needed),
        tuple(version[:2]),
        binary.has_code_signature,
    )


def of_windows(binary: lief.PE.Binary) -> Facts:
    """Return the facts of a library for Windows."""
    exports = {each.name: binary.optional_header.imagebase + each.address for each in binary.get_export().entries}
    return Facts(
        {"AMD64": "x86_64", "ARM64": "aarch64"}.get(binary.header.machine.name, binary.header.machine.name),
        frozenset(exports),
        numbers(binary, exports.get(TABLE)),
        frozenset(each.name for each in binary.imports),
        None,
        False,
    )


def numbers(binary: lief.Binary, address: int | None) -> tuple[int, ...]:
    """Return the table at an address: a number, how many more there are, and these; empty where there is none."""
    if address is None:
        return ()
    number, count = struct.unpack("<2q", bytes(binary.get_content_from_virtual_address(address, 16)))
    rest = bytes(binary.get_content_from_virtual_address(address + 16, 8 * count)) if 0 <= count < 1000 else b""
    return (number, count, *struct.unpack(f"<{len(rest) // 8}q", rest))
