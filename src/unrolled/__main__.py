"""``python -m unrolled``, and the command ``unrolled``: so light that Ctrl-C is heard before anything is imported."""

from __future__ import annotations

import os
import signal
from types import FrameType


def main() -> None:
    """Run the command line; until it listens to Ctrl-C itself, that ends the process at once."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a shell may have it ignored
        signal.signal(signal.SIGINT, leave)
    from .cli.main import main as run

    run()


def leave(number: int, frame: FrameType | None) -> None:
    """Leave without a traceback: nothing is open yet that could be lost."""
    os.write(2, b"unrolled: stopped\n")
    os._exit(128 + number)


if __name__ == "__main__":
    main()
