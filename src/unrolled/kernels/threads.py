"""Threads over rows: the C code has none of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor


@cache
def pool(workers: int) -> ThreadPoolExecutor:
    """Threads that wait for work; the caller is one more."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(workers, thread_name_prefix="unrolled")


def default_threads() -> int:
    """Threads that rows are shared out to where nobody says more."""
    return int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)


def over_rows(work: Callable[[int, int], None], rows: int, threads: int) -> None:
    """Call ``work(begin, end)`` on parts of all rows, side by side, and wait for all of them."""
    threads = max(1, min(threads, rows))
    cuts = [rows * place // threads for place in range(threads + 1)]
    if threads == 1:
        work(0, rows)
        return
    others = [pool(threads - 1).submit(work, begin, end) for begin, end in pairwise(cuts[1:])]
    work(cuts[0], cuts[1])
    for other in others:
        other.result()
