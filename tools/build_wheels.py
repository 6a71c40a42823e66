"""Build the wheels of all systems, on any Linux or macOS: ``build_wheels.py FOLDER``.

The library of kernels is loaded by ctypes and knows nothing of Python, so that one wheel a system is enough for every
Python. Its pure part is built once, from the source distribution; ziglang compiles the library for each system; and the
``wheel`` package packs both. The same source gives the same bytes, wherever it lies and whenever it is built.
"""

from __future__ import annotations

import email.parser
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from email.generator import BytesGenerator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent))
from wheel_systems import PLACE, SYSTEMS, System, constant

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "wheels"
FLAGS = [
    *constant(ROOT / "setup.py", "GCC"),
    *("-shared", "-fPIC", "-s", "-g0"),
    "-fno-sanitize=all",  # which `zig cc` would add
    *("-Wall", "-Wextra", "-Werror"),
    "-Wno-unused-parameter",  # the functions of every cell have the same ones
]


FIRST_DATE = "315532800"
"""1980, before which no file in a wheel can be: the date of all of them unless SOURCE_DATE_EPOCH says another one."""


def main(folder: Path) -> None:
    """Build everything into a folder, of which wheels of before are removed."""
    os.umask(0o022)  # permissions of files are part of a wheel
    os.environ.setdefault("SOURCE_DATE_EPOCH", FIRST_DATE)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        libraries = [pool.submit(compile_library, system) for system in SYSTEMS]
        pure = build_pure(WORK / "pure")
        for system, library in zip(SYSTEMS, libraries, strict=True):
            print(assemble(pure, system, library.result(), folder))


def build_pure(folder: Path) -> Path:
    """Return a wheel without kernels, made from a source distribution: so nothing of earlier builds is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(command, env={**os.environ, "UNROLLED_KERNELS": "none"}, stdout=subprocess.DEVNULL, check=True)
    (wheel,) = folder.glob("*-py3-none-any.whl")
    return wheel


def compile_library(system: System) -> Path:
    """Return the library of all variants for a system, without a path of this machine in it.

    The compiler runs in the library's own folder: in one that holds the compiler itself, its cache is another one, and
    all of a system's C library is compiled again.
    """
    library = WORK / system.tag / system.library
    library.parent.mkdir(parents=True, exist_ok=True)
    name = [f"-Wl,-install_name,@rpath/{system.library}"] if "macos" in system.target else []
    flags = ["-target", system.target, *FLAGS, *name, f"-ffile-prefix-map={ROOT}=."]
    sources = sorted((ROOT / "native").glob("*.c"))
    command = [sys.executable, "-m", "ziglang", "cc", *flags, *sources, "-o", library]
    caches = {**os.environ, "ZIG_LOCAL_CACHE_DIR": str(library.parent / "zig")}
    subprocess.run(command, cwd=library.parent, env=caches, check=True)
    return library


def assemble(pure: Path, system: System, library: Path, folder: Path) -> Path:
    """Return the wheel of a system in a folder: a pure one with the system's library and tags."""
    with TemporaryDirectory() as work:
        quietly("unpack", "--dest", work, pure)
        (tree,) = Path(work).iterdir()
        shutil.copyfile(library, tree / PLACE / system.library)
        (facts,) = tree.glob("*.dist-info/WHEEL")
        facts.write_bytes(with_tag(facts.read_bytes(), f"py3-none-{system.tag}"))
        for path in tree.rglob("*"):
            path.chmod(0o755 if path.is_dir() or path.name == system.library else 0o644)
        packed = Path(work) / "packed"
        packed.mkdir()
        quietly("pack", "--dest-dir", packed, tree)
        (wheel,) = packed.iterdir()
        return Path(shutil.move(wheel, folder / wheel.name))


def quietly(*arguments: str | Path) -> None:
    """Run the ``wheel`` package's command, which writes names, tags, dates and RECORD."""
    subprocess.run([sys.executable, "-m", "wheel", *arguments], stdout=subprocess.DEVNULL, check=True)


def with_tag(facts: bytes, tag: str) -> bytes:
    """Return a file WHEEL that says that the wheel is for one system."""
    message = email.parser.BytesParser().parsebytes(facts)
    del message["Tag"]
    message["Tag"] = tag
    message.replace_header("Root-Is-Purelib", "false")
    written = BytesIO()
    BytesGenerator(written, maxheaderlen=0).flatten(message)
    return written.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
