"""The real command, in a process of its own; most often one that has imported already what it needs."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .warm import Warm, surroundings

COMMAND = [sys.executable, "-m", "unrolled"]
TINY = ("--steps", 3, "--hidden-size", 16, "--batch-size", 4, "--sequence-length", 16, "--threads", 1)


@pytest.fixture(scope="session")
def start() -> Callable[..., subprocess.Popen[str]]:
    """Begin ``unrolled`` with arguments."""

    def begin(*arguments: object, **options) -> subprocess.Popen[str]:
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen([*COMMAND, *map(str, arguments)], text=True, **(pipes | options))

    return begin


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """A process that has imported the command line."""
    process = Warm()
    yield process
    process.close()


@pytest.fixture(scope="session")
def cli(start, warm) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``unrolled`` with arguments to its end; in a process started anew where it has an environment of its own."""

    def run(*arguments: object, stdin: str = "", **options) -> subprocess.CompletedProcess[str]:
        if options.keys() <= {"cwd"} and surroundings() == warm.environment:
            return warm.run([*map(str, arguments)], stdin, options.get("cwd", Path.cwd()))
        process = start(*arguments, **options)
        out, error = process.communicate(stdin, timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, error)

    return run


@pytest.fixture(scope="session")
def refused() -> Callable[[subprocess.CompletedProcess[str], int], str]:
    """The one sentence that a failed command said, once its status and form are checked."""

    def check(done: subprocess.CompletedProcess[str], status: int = 2) -> str:
        assert done.returncode == status, done.stderr
        assert done.stdout == ""
        lines = [line for line in done.stderr.splitlines() if line.startswith("unrolled: ")]
        assert len(lines) == 1, done.stderr
        assert "Traceback" not in done.stderr
        return lines[0].removeprefix("unrolled: ")

    return check


@pytest.fixture
def full_disk(tmp_path):
    """(a folder, options of a process) such that nothing beyond a few kilobytes can be written there."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = (
        os.getuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12k", "none", folder], check=False, capture_output=True
        ).returncode
    )
    try:
        yield folder, {} if mounted else {"preexec_fn": limit_file_size}
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


def limit_file_size() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))


@pytest.fixture(scope="session")
def tiny() -> tuple[object, ...]:
    """Flags of a network that trains in a blink."""
    return TINY
