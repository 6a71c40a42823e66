"""How many cores this process may use, and how many threads it was told to use."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from functools import cache
from math import ceil
from pathlib import Path

from .errors import UnrolledWarning
from .sharing import after_fork

VARIABLE = "OMP_NUM_THREADS"
"""Environment variable that says how many threads to use; OpenMP allows a list, of which the first is meant."""
MAX_THREADS = 1024
"""More threads are a slip."""
WARNED: set[tuple[str, str]] = set()
"""Whose numbers of threads were warned of, and which."""


def default_threads() -> int:
    """Threads to use where no option says how many: those of ``OMP_NUM_THREADS``, else one a core."""
    given = os.environ.get(VARIABLE, "")
    threads = leading_number(given)
    if threads is None:
        if given.strip():
            tell(
                VARIABLE,
                given,
                f"{VARIABLE} is {given[:40]!r}; it must be a whole number of at least 1: I use one a core",
            )
        return cores()
    warn_of_more(threads, VARIABLE)
    return threads


def leading_number(text: str) -> int | None:
    """Return the number of threads that a text begins with (of "2,1" it is 2); None where it is none of at least 1."""
    first = text.split(",")[0].strip()
    number = int(first) if first.isascii() and first.isdigit() and len(first) < 20 else 0
    return min(number, MAX_THREADS) or None


def warn_of_more(threads: int, name: str) -> None:
    """Say once that an option or a variable asks for more threads than there are cores."""
    if threads > cores():
        most = f"{cores()} core{'s' * (cores() > 1)}"
        message = f"{name} is {threads}, and this process may use {most}; more threads make it slower: give fewer"
        tell(name, str(threads), message)


def tell(name: str, value: str, message: str) -> None:
    """Warn of a value, once."""
    if (name, value) not in WARNED:
        WARNED.add((name, value))
        warnings.warn(message, UnrolledWarning, stacklevel=4)


def cores() -> int:
    """Cores that this process may use: those that it may run on, or fewer where its group has a share of them."""
    return min(allowed(), quota() or MAX_THREADS)


def allowed() -> int:
    """Cores that the system lets this process run on; asked each time, since it may change."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    count = getattr(os, "process_cpu_count", os.cpu_count)  # the former from Python 3.13 on
    return count() or 1


@cache
def quota() -> int | None:
    """Whole cores that the control groups of this process may use, begun ones included; None without a limit."""
    return cores_of_groups(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))


def cores_of_groups(groups: Path, root: Path) -> int | None:
    """Return the least limit of the groups that a file like ``/proc/self/cgroup`` names, and of those above them.

    Of both versions (Documentation/admin-guide/cgroup-v1, and cgroup-v2.rst): ``cpu.max`` holds a quota and a period,
    or in the first version two files do. Within a container, the group's own folder may be the root.
    """
    try:
        lines = groups.read_text().splitlines()
    except OSError:  # no Linux, or a system that hides it
        return None
    limits = [limit for line in lines for limit in limits_of(line, root)]
    return min((max(1, ceil(limit)) for limit in limits), default=None)


def limits_of(line: str, root: Path) -> Iterator[float]:
    """Yield the limits, in cores, of one line ``number:controllers:path`` and of the groups above it."""
    _, controllers, path = (*line.split(":", 2), "", "")[:3]
    if controllers and "cpu" not in controllers.split(","):
        return
    bases = [root / controllers, root / "cpu"] if controllers else [root, root / "unified"]
    inside = Path(path.strip("/"))
    for base in bases:
        for group in (inside, *inside.parents):
            yield from limit_of(base / group)


def limit_of(group: Path) -> Iterator[float]:
    """Yield the limit of one group, in cores, if it has one."""
    for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        try:
            numbers = " ".join((group / name).read_text() for name in names).split()
            if int(numbers[0]) > 0 and int(numbers[1]) > 0:
                yield int(numbers[0]) / int(numbers[1])
        except (OSError, ValueError, IndexError):  # not there, "max", or nothing that we know
            continue


after_fork(quota.cache_clear)  # for a child it may be another
