"""Ctrl-C and SIGTERM on the command line: one ends a run at the end of its step, a second ends it at once.

Before the first step, when there is nothing to keep, the first ends it at once, too. Only the command line catches
signals; in a program they are the program's, and Python's own ``KeyboardInterrupt`` ends training.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Which signal came, if any; it raises ``KeyboardInterrupt`` unless it is ``deferred`` and the first.

    ``stop`` raises it, as the command line does: not in the midst of an import.
    """

    def __init__(self, stop: Callable[[int, FrameType | None], Any] = signal.default_int_handler) -> None:
        self.stop = stop
        self.received: int | None = None
        self.deferred = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        first, self.received = self.received is None, number
        if not (first and self.deferred):
            self.stop(number, frame)


@contextmanager
def listening() -> Iterator[Interrupt]:
    """Catch signals while training; only the main thread can."""
    usual = signal.getsignal(signal.SIGINT)
    interrupt = Interrupt(usual) if callable(usual) else Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
