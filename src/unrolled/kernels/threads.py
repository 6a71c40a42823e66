"""Threads over rows: the C code has none of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ..sharing import after_fork

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

POOLS: dict[int, ThreadPoolExecutor] = {}
"""The threads that wait for work, by how many they are."""


class Part:
    """A part of the rows. Whoever takes it first does it; to others it is taken."""

    def __init__(self, work: Callable[[int, int], None], begin: int, end: int) -> None:
        self.work, self.begin, self.end = work, begin, end
        self.free, self.doing = threading.Lock(), threading.Lock()
        self.doing.acquire()  # released when it is done: a plain lock costs a tenth of an event
        self.error: BaseException | None = None

    def do(self) -> None:
        """Do it, unless it is taken; what is raised is kept for the caller."""
        if self.free.acquire(blocking=False):
            try:
                self.work(self.begin, self.end)
            except BaseException as error:
                self.error = error
            finally:
                del self.work  # a pool may still hold this part, and should not hold arrays
                self.doing.release()


def over_rows(work: Callable[[int, int], None], rows: int, threads: int) -> None:
    """Call ``work(begin, end)`` on parts of all rows, side by side, and wait for all of them; raises the first error.

    The caller does what no other thread has begun: it never waits for a thread that does not come.
    """
    count = max(1, min(threads, rows))
    if count == 1:
        work(0, rows)
        return
    cuts = [rows * number // count for number in range(count + 1)]
    parts = [Part(work, begin, end) for begin, end in pairwise(cuts)]
    hand_out(parts[1:], threads - 1)
    for part in parts:
        part.do()
    errors = [error for part in parts for error in (*wait_for(part), part.error) if error]
    if errors:
        raise errors[0]


def wait_for(part: Part) -> list[KeyboardInterrupt]:
    """Wait until a part is done, whatever interrupts that: its kernel still writes into the caller's arrays."""
    interrupts: list[KeyboardInterrupt] = []
    while True:
        try:
            with part.doing:
                return interrupts
        except KeyboardInterrupt as interrupt:
            interrupts.append(interrupt)


def hand_out(parts: Sequence[Part], workers: int) -> None:
    """Offer parts to so many threads."""
    try:
        for part in parts:
            pool(workers).submit(part.do)
    except RuntimeError:  # the system has no thread left for us, or the interpreter is about to end: the caller works
        POOLS.pop(workers, None)


def pool(workers: int) -> ThreadPoolExecutor:
    """Threads that wait for work; the caller is one more."""
    from concurrent.futures import ThreadPoolExecutor

    found = POOLS.get(workers)
    return found or POOLS.setdefault(workers, ThreadPoolExecutor(workers, thread_name_prefix="unrolled"))


after_fork(POOLS.clear)  # a forked process has none of their threads
