"""What the benchmarks share: finding the data, describing the machine, writing results."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from unrolled.cores import cores

HERE = Path(__file__).parent
LONGEST_PAUSE = 6  # hours, after which a new day begins a new table
RESULTS = HERE / "results"
FLAGS = {"avx2": "avx2", "avx512": "avx512f", "avx512_bf16": "avx512_bf16"}  # our name: the kernel's name

Entry = dict[str, Any]
"""One measurement in plain data, as JSON holds it."""


def parser(description: str | None) -> argparse.ArgumentParser:
    """A command line with what every benchmark can be told."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--results", type=Path, default=RESULTS, help="folder for the results [default: %(default)s]")
    made.add_argument("--threads", type=int, default=2, help="threads [default: %(default)s]")
    return made


def leave(message: str) -> NoReturn:
    """Say in one line what the user has to do, and exit with status 2."""
    print(f"{Path(sys.argv[0]).name}: {message}", file=sys.stderr)
    raise SystemExit(2)


def find_data(relative: str) -> Path:
    """A file below the folder that ``UNROLLED_DATA`` names; exits with status 2 if it is not to be had."""
    folder = os.environ.get("UNROLLED_DATA")
    if not folder:
        leave(f"set UNROLLED_DATA to the folder that holds {relative}, or name a text with --data FILE")
    return existing(Path(folder) / relative)


def existing(path: Path) -> Path:
    """The path itself; exits with status 2 if there is no such file."""
    if not path.is_file():
        leave(f"there is no file {path}; set UNROLLED_DATA to the folder of the data, or name a text with --data FILE")
    return path


def machine() -> Entry:
    """The processor, how many cores of it we may use, what it can do, and how busy it is already."""
    about = dict(line.split(":", 1) for line in cpu_lines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in about.items()}
    able = fields.get("flags", fields.get("Features", "")).split()
    return {
        "cpu": fields.get("model name", platform.processor() or platform.machine()),
        "family": f"family {fields.get('cpu family', '?')} model {fields.get('model', '?')}",
        "cores": cores(),
        "flags": {name: flag in able for name, flag in FLAGS.items()},
        "load": round(os.getloadavg()[0], 2),
    }


def cpu_lines() -> list[str]:
    """Linux's description of the first processor; nothing elsewhere."""
    try:
        return Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    except OSError:
        return []


def busy_seconds() -> float:
    """Processor seconds that everything on the machine has used since it started; NaN where Linux does not tell."""
    try:
        user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    except (OSError, ValueError):
        return math.nan
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Processor seconds of this process and of the children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Neighbours:
    """How much of the processor other processes took since this was made: a run beside them is no measurement."""

    def __init__(self) -> None:
        self.begin, self.busy, self.own = time.perf_counter(), busy_seconds(), own_seconds()

    def share(self) -> float:
        """The others' share, 1 being one whole core."""
        others = busy_seconds() - self.busy - (own_seconds() - self.own)
        return round(max(0.0, others) / (time.perf_counter() - self.begin), 2) if others == others else math.nan


def commit() -> str:
    """The commit that was measured, with a ``+`` where the working tree differs from it."""
    try:
        asked = ["git", "-C", str(HERE), "describe", "--always", "--dirty=+", "--exclude=*"]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "no git"


def circumstances() -> Entry:
    """When, where and by which command something was measured."""
    return {
        "when": datetime.now().astimezone().isoformat(timespec="seconds"),
        "command": shlex.join(["python", *map(relative, sys.orig_argv[1:])]),
        "commit": commit(),
        "python": platform.python_version(),
        "torch": version("torch"),
        "machine": machine(),
    }


def relative(argument: str) -> str:
    """An argument without this machine's folders: below the project or below UNROLLED_DATA."""
    places = {f"{HERE.parent}/": "", os.environ.get("UNROLLED_DATA") or "\0": "$UNROLLED_DATA"}
    for place, name in places.items():
        argument = argument.replace(place, name)
    return argument


def describe(entry: Mapping[str, Any]) -> str:
    """The circumstances of an entry in Markdown."""
    here = entry["machine"]
    able = ", ".join(name if has else f"no {name}" for name, has in here["flags"].items())
    gpu = f"; {entry['gpu']}" if entry.get("gpu") else ""
    return "\n".join(
        [
            f"- machine: {here['cpu']} ({here['family']}), {here['cores']} cores, {able}{gpu}",
            f"- load average at the start: {here['load']}",
            f"- date: {entry['when']}, commit {entry['commit']}, Python {entry['python']}, torch {entry['torch']}",
            f"- command: `{entry['command']}`",
        ]
    )


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table; every column but the first is aligned to the right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def results_file(folder: Path, name: str, suffix: str) -> Path:
    """Where results go: a table begun yesterday is gone on with; the folder is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now().astimezone()
    today, yesterday = now.date(), now.date() - timedelta(days=1)
    begun = folder / f"{name}-{yesterday}.json"
    if not (folder / f"{name}-{today}.json").exists() and begun.exists():
        last = datetime.fromisoformat(json.loads(begun.read_text())[-1]["when"])
        today = yesterday if now - last < timedelta(hours=LONGEST_PAUSE) else today
    return folder / f"{name}-{today}{suffix}"


def load_entries(folder: Path, name: str) -> list[Entry]:
    """What was measured already in the results that are gone on with."""
    path = results_file(folder, name, ".json")
    return json.loads(path.read_text()) if path.exists() else []


def append_entry(folder: Path, name: str, entry: Entry) -> list[Entry]:
    """Add an entry to the results; all of them."""
    entries = [*load_entries(folder, name), entry]
    results_file(folder, name, ".json").write_text(json.dumps(entries, indent=1) + "\n")
    return entries


def write_report(folder: Path, name: str, *parts: str) -> Path:
    """Write the parts as one Markdown file, print them, and say where they are."""
    path = results_file(folder, name, ".md")
    text = "\n\n".join(parts)
    path.write_text(text + "\n")
    print(f"\n{text}\n\nwritten to {path}")
    return path
