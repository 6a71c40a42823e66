"""``python -m unrolled``, and the command ``unrolled``: so light that Ctrl-C is heard before anything is imported.

What is done to the process, and not to the work, is done here: a program that calls the command line has its own ways.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False  # typing and signal are Python: Ctrl-C while they are imported would be a traceback
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, NoReturn

STOPPED = 130
SOON = 0.02
"""Seconds until a signal comes again that came where nothing can be raised."""
STARTING = 50_000
"""Objects that a start may make before any in cycles are looked for: usually it makes fewer, and has none to find."""


def main() -> None:
    """Run the command line; Ctrl-C ends it with one sentence and 130, whatever Python is doing."""
    let_start()
    try:
        import signal
        import threading  # noqa: F401 (a signal that comes while it is imported can't import it)

        listening = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # a shell may have it ignored
        interrupt = Interrupt()
        if listening:
            signal.signal(signal.SIGINT, interrupt)
        sys.unraisablehook = interrupt.unraisable
        from .cli.main import main as run

        run()
    except KeyboardInterrupt:  # before the command line is there, or while it tells of another one
        leave()
    except SystemExit as end:
        if listening:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # from here on there is nothing to stop but Python's own end
        if end.code == STOPPED:  # Python may remember Ctrl-C, and end by the signal and not with the status
            os._exit(STOPPED)
        gc.freeze()  # Python ends by looking at every object once more; what is in cycles goes with the process
        raise


def let_start() -> None:
    """Put off the first search for objects in cycles, which looks at all that is imported, again and again."""
    usual = gc.get_threshold()

    def searched(phase: str, about: object) -> None:
        gc.set_threshold(*usual)
        gc.callbacks.remove(searched)

    gc.callbacks.append(searched)
    gc.set_threshold(STARTING, *usual[1:])


class Interrupt:
    """Ctrl-C raises ``KeyboardInterrupt``, but where that would be lost, or turned into something else, it waits.

    Within an import an exception becomes another one, or ends in C++, which aborts; a destructor cannot raise at all. A
    second Ctrl-C meanwhile ends the process at once.
    """

    def __init__(self) -> None:
        self.waiting = self.again = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        again, self.again = self.again, False
        if not importing(frame):
            raise KeyboardInterrupt
        if self.waiting and not again:
            leave()
        self.wait(number)

    def unraisable(self, raised: Any) -> None:
        """Take what Python would print and forget."""
        import signal

        if raised.exc_type is KeyboardInterrupt:
            self.wait(signal.SIGINT)
        else:
            sys.__unraisablehook__(raised)

    def wait(self, number: int) -> None:
        """Let the signal come again soon."""
        import threading

        self.waiting = True
        threading.Timer(SOON, self.send, (number,)).start()

    def send(self, number: int) -> None:
        """Send the signal to the main thread, and wake it where it waits."""
        import _thread
        import signal
        import threading

        self.again = True
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, number)
        else:
            _thread.interrupt_main(signal.Signals(number))


def importing(frame: FrameType | None) -> bool:
    """Tell whether a frame belongs to an import."""
    while frame is not None and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None


def leave() -> NoReturn:
    """Leave without a traceback."""
    os.write(2, b"unrolled: stopped\n")
    os._exit(STOPPED)


if __name__ == "__main__":
    main()
