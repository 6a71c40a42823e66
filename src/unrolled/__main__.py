"""``python -m unrolled``, and the command ``unrolled``: so light that Ctrl-C is heard before anything is imported.

What is done to the process, and not to the work, is done here: a program that calls the command line has its own ways.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
from functools import partial
from types import FrameType
from typing import Any, NoReturn

STOPPED = 128 + signal.SIGINT


def main() -> None:
    """Run the command line; Ctrl-C ends it with one sentence and 130, whatever Python is doing."""
    listening = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # a shell may have it ignored
    try:
        if listening:
            signal.signal(signal.SIGINT, leave)
        from .cli.main import main as run

        if listening:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook = raise_later
        run()
    except KeyboardInterrupt:  # before the command line listens, or while it tells of the first one
        leave()
    except SystemExit as end:
        if listening:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # from here on there is nothing to stop but Python's own end
        if end.code == STOPPED:  # Python may remember Ctrl-C, and end by the signal and not with the status
            os._exit(STOPPED)
        raise


def leave(number: int = signal.SIGINT, frame: FrameType | None = None) -> NoReturn:
    """Leave without a traceback: nothing is open that could be lost."""
    os.write(2, b"unrolled: stopped\n")
    os._exit(STOPPED)


def raise_later(unraisable: Any) -> None:
    """Have Ctrl-C that came where nothing can be raised, which Python would print and forget, come once more."""
    if unraisable.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(unraisable)
        return
    import threading

    again: Any = _thread.interrupt_main
    if hasattr(signal, "pthread_kill"):  # which wakes a main thread that waits, too
        again = partial(signal.pthread_kill, threading.main_thread().ident or 0, signal.SIGINT)
    threading.Timer(0.01, again).start()


if __name__ == "__main__":
    main()
