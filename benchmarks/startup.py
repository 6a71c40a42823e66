"""How long ``unrolled --help`` and ``import unrolled`` take, beside ``import torch``: wall time and modules loaded."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import common

COUNT = "import sys; print(len(sys.modules), 'torch' in sys.modules, 'numpy' in sys.modules, file=sys.stderr)"
HELP = "import atexit, sys\natexit.register(lambda: exec({count!r}))\nsys.argv = ['unrolled', '--help']\n"
RUN_HELP = HELP.format(count=COUNT) + "from unrolled.cli.main import main\nmain()"


def script() -> list[str]:
    """The installed command ``unrolled``, or the module where there is no command."""
    installed = Path(sysconfig.get_path("scripts")) / "unrolled"
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "unrolled"]


def cases() -> dict[str, tuple[list[str], str]]:
    """By name: the command that is timed, and the code whose modules are counted."""
    names = {"python -c pass": "pass", 'python -c "import unrolled"': "import unrolled"}
    made = {name: ([sys.executable, "-c", code], f"{code}\n{COUNT}") for name, code in names.items()}
    made["unrolled --help"] = ([*script(), "--help"], RUN_HELP)
    made['python -c "import torch"'] = ([sys.executable, "-c", "import torch"], f"import torch\n{COUNT}")
    return made


def as_installed() -> dict[str, str]:
    """The environment of an installed command, whose bytecode is kept: without, each start compiles our source anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(command: list[str]) -> tuple[float, str]:
    """Seconds that a command takes, and what it said on standard error; its first run leaves its bytecode."""
    begin = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=as_installed())
    return time.perf_counter() - begin, done.stderr


def modules(code: str) -> list[str]:
    """How many modules some code leaves loaded, and whether torch and NumPy are among them."""
    _, said = run([sys.executable, "-c", code])
    count, *heavy = said.split()[-3:]
    return [count, *("yes" if loaded == "True" else "no" for loaded in heavy)]


def measure(rounds: int) -> list[list[str]]:
    """One row a case: the median time over rounds in which the cases take turns, and the modules."""
    known = cases()
    times: dict[str, list[float]] = {name: [] for name in known}
    for command, _ in known.values():
        run(command)  # the first run compiles and fills the disk's cache
    for _ in range(rounds):
        for name, (command, _) in known.items():
            times[name].append(run(command)[0])
    slowest = statistics.median(times['python -c "import torch"'])
    return [row(name, times[name], slowest, code) for name, (_, code) in known.items()]


def row(name: str, times: list[float], slowest: float, code: str) -> list[str]:
    """One line of the table."""
    median = statistics.median(times)
    spread = f"{1000 * min(times):.0f} to {1000 * max(times):.0f}"
    return [f"`{name}`", f"{1000 * median:.0f}", spread, f"{slowest / median:.1f}×", *modules(code)]


def main() -> None:
    """Measure, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="subprocesses a case [default: %(default)s]")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    about = common.circumstances()
    rows = measure(options.rounds)
    header = ["command", "median ms", "range ms", "torch's time ÷ it", "modules", "torch loaded", "NumPy loaded"]
    note = (
        f"Medians of {options.rounds} subprocesses in turn, the interpreter's own start included; files cached, "
        "bytecode written."
    )
    common.write_report(
        options.results, "startup", "# Start-up time", common.describe(about), common.table(header, rows), note
    )


if __name__ == "__main__":
    main()
