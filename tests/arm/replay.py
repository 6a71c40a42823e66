"""Replay the kernels' golden vectors on emulated ARM processors: ``python -m tests.arm.replay``.

The kernels are compiled for 64-bit ARM with zig (``tools/ziglang.txt``), without warnings, and run by qemu's user
emulation, once on a processor of ARMv8.0 and once on one that has everything. Each must find its variants, and every
variant must compute what this processor computes. ``make test-arm`` installs what is missing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from unrolled import kernels

from .vectors import write_vectors

HERE = Path(__file__).parent
NATIVE = HERE.parents[1] / "native"
TARGET = "aarch64-linux-musl"
FLAGS = ["-std=gnu11", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-static"]
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
EMULATORS = ("qemu-aarch64-static", "qemu-aarch64")
PROCESSORS = {"cortex-a53": ["neon", "portable"], "max": ["neon_dot", "neon", "portable"]}
"""What each emulated processor must run, the best first."""


def build(folder: Path) -> Path:
    """Return the program with the kernels in it, for ARM."""
    target = folder / "replay"
    sources = [HERE / "replay.c", *sorted(NATIVE.glob("*.c"))]
    compiler = [sys.executable, "-m", "ziglang", "cc", "-target", TARGET]
    subprocess.run([*compiler, *FLAGS, *WARNINGS, "-I", NATIVE, *sources, "-o", target], check=True)
    return target


def main() -> int:
    """Write the vectors, build the program and run it on every processor; 0 if all agree."""
    library = kernels.load()
    emulator = next(filter(None, map(shutil.which, EMULATORS)), None)
    if library is None or emulator is None:
        sys.exit(kernels.reason_missing() or "there is no qemu-aarch64; make test-arm installs it")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_vectors(library, folder / "vectors")
        program = build(folder)
        failed = []
        for processor, variants in PROCESSORS.items():
            print(f"{processor}, against {library.name}:", flush=True)
            command = [emulator, "-cpu", processor, program, folder / "vectors", *variants]
            if subprocess.run(command, check=False).returncode:
                failed.append(processor)
    print(f"ARM: {'differs on ' + ', '.join(failed) if failed else 'ok'}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
