"""``python -m unrolled``, and the command ``unrolled``: so light that Ctrl-C is heard before anything is imported.

What is done to the process, and not to the work, is done here: a program that calls the command line has its own ways.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing and signal are Python: Ctrl-C while they are imported would be a traceback
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, NoReturn

STOPPED = 130


def main() -> None:
    """Run the command line; Ctrl-C ends it with one sentence and 130, whatever Python is doing."""
    try:
        import signal

        listening = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # a shell may have it ignored
        if listening:
            signal.signal(signal.SIGINT, interrupt)
        sys.unraisablehook = raise_later
        from .cli.main import main as run

        run()
    except KeyboardInterrupt:  # before the command line is there, or while it tells of another one
        leave()
    except SystemExit as end:
        if listening:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # from here on there is nothing to stop but Python's own end
        if end.code == STOPPED:  # Python may remember Ctrl-C, and end by the signal and not with the status
            os._exit(STOPPED)
        raise


def interrupt(number: int, frame: FrameType | None) -> None:
    """Raise ``KeyboardInterrupt``; within an import, which may turn it into anything and even abort, leave at once."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            leave()
        frame = frame.f_back
    raise KeyboardInterrupt


def leave() -> NoReturn:
    """Leave without a traceback."""
    os.write(2, b"unrolled: stopped\n")
    os._exit(STOPPED)


def raise_later(unraisable: Any) -> None:
    """Have Ctrl-C that came where nothing can be raised, which Python would print and forget, come once more."""
    if unraisable.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(unraisable)
        return
    import _thread
    import signal
    import threading

    if hasattr(signal, "pthread_kill"):  # which wakes a main thread that waits, too
        threading.Timer(0.01, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)).start()
    else:
        threading.Timer(0.01, _thread.interrupt_main).start()


if __name__ == "__main__":
    main()
