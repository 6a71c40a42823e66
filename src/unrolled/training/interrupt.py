"""Ctrl-C and SIGTERM on the command line: one ends a run at the end of its step, a second ends it at once.

Before the first step, when there is nothing to keep, the first ends it at once, too. Only the command line catches
signals; in a program they are the program's, and Python's own ``KeyboardInterrupt`` ends training.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Which signal came, if any; it raises ``KeyboardInterrupt`` unless it is ``deferred`` and the first."""

    def __init__(self) -> None:
        self.received: int | None = None
        self.deferred = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        first, self.received = self.received is None, number
        if not (first and self.deferred):
            raise KeyboardInterrupt


@contextmanager
def listening() -> Iterator[Interrupt]:
    """Catch signals while training; only the main thread can."""
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
