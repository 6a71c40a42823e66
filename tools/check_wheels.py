"""Say whether the wheels in a folder are what they say, and run what can run here: ``check_wheels.py FOLDER [AGAIN]``.

AGAIN is a folder of wheels of the same source, built elsewhere, which must be the same bytes.
"""

from __future__ import annotations

import json
import os
import platform
import re
import runpy
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.tags import Tag, sys_tags
from packaging.utils import parse_wheel_filename

sys.path.insert(0, str(Path(__file__).parent))
from library_file import read
from wheel_systems import PLACE, SYSTEMS, System, faults_of_library

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "tests" / "golden" / "format-1.safetensors"
LARGEST = 15_000_000
"""Bytes of a wheel: models may come to lie in it."""


def main(folder: Path, again: Path | None) -> None:
    """Print a line a wheel; end with what is wrong, if anything is."""
    wheels = {tag_of(path): path for path in sorted(folder.glob("*.whl"))}
    faults = [f"there is no wheel for {system.tag}" for system in SYSTEMS if system.tag not in wheels]
    faults += [f"{path.name} is for no system that we know" for tag, path in wheels.items() if tag not in known()]
    for system in SYSTEMS:
        if system.tag in wheels:
            faults += [f"{system.tag}: {fault}" for fault in check(system, wheels[system.tag])]
    faults += differences(folder, again) if again else []
    sys.exit("\n".join(faults) or 0)


def known() -> set[str]:
    """Return the tags of all systems."""
    return {system.tag for system in SYSTEMS}


def tag_of(path: Path) -> str:
    """Return the platform that the name of a wheel says; empty where it is for one Python or several platforms."""
    _, _, _, tags = parse_wheel_filename(path.name)
    (tag, *more) = sorted(tags, key=str)
    return tag.platform if not more and tag == Tag("py3", "none", tag.platform) else ""


def differences(folder: Path, again: Path) -> list[str]:
    """Return the wheels of two builds that are not the same bytes."""
    names = sorted({path.name for each in (folder, again) for path in each.glob("*.whl")})
    same = [name for name in names if contents(folder / name) == contents(again / name) != b""]
    print(f"{len(same)} of {len(names)} wheels are the same bytes when built again elsewhere")
    return [f"{name} is not the same when built again" for name in names if name not in same]


def contents(path: Path) -> bytes:
    """Return the bytes of a file; none where there is no file."""
    return path.read_bytes() if path.exists() else b""


def check(system: System, wheel: Path) -> list[str]:
    """Print a line about a wheel and return what is wrong with it."""
    with TemporaryDirectory() as work:
        command = [sys.executable, "-m", "wheel", "unpack", "--dest", work, wheel]  # which compares RECORD's digests
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        (tree,) = Path(work).iterdir()
        libraries = [path.name for path in (tree / PLACE).glob("_native*")]
        if libraries != [system.library]:
            return [f"it has {', '.join(libraries) or 'no library'} where {system.library} belongs"]
        library = tree / PLACE / system.library
        facts = read(library)
        expected = runpy.run_path(str(tree / PLACE / "structures.py"))["abi_table"]()
        faults = [*faults_of_wheel(system, wheel, tree), *faults_of_library(system, facts, expected)]
        faults += [f"the path {ROOT} is in its library"] * (str(ROOT).encode() in library.read_bytes())
        done = "not run" if faults else run(system, wheel, library)
        since = f"since {'.'.join(map(str, facts.oldest))}" if facts.oldest else "any version"
        print(f"{system.tag:<24} {wheel.stat().st_size / 1e6:.2f} MB, ABI {expected[0]}, {since}; {done}")
        return faults


def faults_of_wheel(system: System, wheel: Path, tree: Path) -> Iterator[str]:
    """Yield what is wrong with a wheel beside its library."""
    if wheel.stat().st_size > LARGEST:
        yield f"it has {wheel.stat().st_size:,} bytes, and {LARGEST:,} are allowed"
    lines = next(tree.glob("*.dist-info/WHEEL")).read_text().splitlines()
    if [line for line in lines if line.startswith("Tag:")] != [f"Tag: py3-none-{system.tag}"]:
        yield "WHEEL has another tag than its name"
    if "Root-Is-Purelib: false" not in lines:
        yield "WHEEL says that it is for every system"


def run(system: System, wheel: Path, library: Path) -> str:
    """Run what this machine can run of a wheel, and return a sentence about it."""
    if system.tag in {tag.platform for tag in sys_tags()}:
        return run_installed(wheel)
    if not (system.tag.startswith("musllinux") and sys.platform == "linux" and system.processor == platform.machine()):
        return "not run: this machine is another system"
    loader = shutil.which(f"ld-musl-{system.processor}.so.1", path=f"/lib:{os.environ['PATH']}")
    return (
        run_on_musl(system, library, loader)
        if loader
        else "not run: there is no musl loader (Debian: apt install musl)"
    )


def run_installed(wheel: Path) -> str:
    """Install a wheel into a bare environment and write with a model."""
    with TemporaryDirectory() as work:
        venv.create(work, with_pip=True)
        programs = Path(work) / ("Scripts" if sys.platform == "win32" else "bin")
        pip = [programs / "pip", "install", "--quiet", "--disable-pip-version-check", "-c", ROOT / "constraints.txt"]
        subprocess.run([*pip, wheel], check=True)
        options = ["--prompt", "The ", "--length", "40", "--seed", "1"]
        text = output(programs / "unrolled", "generate", MODEL, *options, folder=work)
        kernels = json.loads(output(programs / "unrolled", "info", "--json", folder=work))["kernels"]
    if not re.fullmatch(r"\w+ \(of .*portable\)", kernels) or len(text.strip()) < 40:
        raise SystemExit(f"{wheel.name}, installed, says {kernels!r} of its kernels and writes {text!r}")
    return f"installed, it wrote with the kernels {kernels}"


def run_on_musl(system: System, library: Path, loader: str) -> str:
    """Let a small program of musl's load a library and say its variants."""
    with TemporaryDirectory() as work:
        program = Path(work) / "program"
        source = ROOT / "tools" / "load_library.c"
        flags = ["-target", system.target, "-dynamic", "-O1", "-fno-sanitize=all"]
        command = [sys.executable, "-m", "ziglang", "cc", *flags, source, "-o", program]
        subprocess.run(command, cwd=work, env={**os.environ, "ZIG_LOCAL_CACHE_DIR": work}, check=True)
        variants = output(loader, program, library, folder=work).split()
    return f"loaded by musl, it has the kernels {', '.join(variants)}"


def output(*command: str | Path, folder: str) -> str:
    """Return what a command writes, run in a folder where nothing of this source is found."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main(*(Path(each).resolve() for each in sys.argv[1:3]), *[None] * (3 - len(sys.argv)))
