"""Run commands in processes forked from one that has imported all that commands import, which is what is slow.

As a program, this is the process that is forked, with a socket on its standard input. Each command still has a process,
pipes and an exit status of its own; only what it would import is there already, and it ends without tearing Python
down. Tests of how a process starts, is stopped, or ends start it anew (``start``).
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

TIMEOUT = 120
"""Seconds until a command is ended by a signal."""
LONGEST = 1 << 20
"""Bytes of a request at most."""


def surroundings() -> dict[str, str]:
    """Return the environment, without what changes with every test."""
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


class Warm:
    """A process that has imported the command line, and forks itself for each command."""

    def __init__(self) -> None:
        self.environment = surroundings()
        self.socket, other = socket.socketpair()
        with other:
            self.process = subprocess.Popen([sys.executable, __file__], stdin=other)

    def run(self, arguments: Sequence[str], stdin: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, through pipes."""
        (its_input, to), (out, its_output), (error, its_error) = os.pipe(), os.pipe(), os.pipe()
        theirs = [its_input, its_output, its_error]
        socket.send_fds(self.socket, [json.dumps([str(cwd), *arguments]).encode()], theirs)
        for each in theirs:
            os.close(each)
        with ThreadPoolExecutor(2) as readers:
            texts = [readers.submit(Path(f"/dev/fd/{each}").read_text) for each in (out, error)]
            with suppress(BrokenPipeError), os.fdopen(to, "w") as file:
                file.write(stdin)
            status = int(self.socket.recv(LONGEST))
            said = [each.result() for each in texts]
        for each in (out, error):
            os.close(each)
        return subprocess.CompletedProcess(["unrolled", *arguments], status, *said)

    def close(self) -> None:
        """End the process."""
        self.socket.close()
        self.process.wait()


def serve(requests: socket.socket) -> None:
    """Fork for every request, and answer with the exit status, until nobody asks any more."""
    while True:
        request, theirs, _, _ = socket.recv_fds(requests, LONGEST, 3)
        if not request:
            return
        child = os.fork()
        if not child:
            requests.close()
            become(*json.loads(request), theirs=theirs)
            return
        for each in theirs:
            os.close(each)
        requests.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def become(cwd: str, *arguments: str, theirs: list[int]) -> None:
    """Be the command, which ends this process."""
    for number, each in enumerate(theirs):
        os.dup2(each, number)
        os.close(each)
    streams = [os.fdopen(number, mode, closefd=False) for number, mode in ((0, "r"), (1, "w"), (2, "w"))]
    sys.stdin, sys.stdout, sys.stderr = streams
    os.chdir(cwd)
    signal.alarm(TIMEOUT)
    sys.argv = ["unrolled", *arguments]
    from unrolled.__main__ import main

    try:
        main()
    except SystemExit as end:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        os._exit(end.code)  # to take apart all that was imported takes longer than most commands


if __name__ == "__main__":
    from unrolled.cli.main import VERBS

    for name in VERBS:
        importlib.import_module(f"unrolled.cli.{name}")
    for name in ("torch", "unrolled.training", "unrolled.networks.modules", "unrolled.evaluation"):
        importlib.import_module(name)
    gc.freeze()  # what is there already need not be copied where it is looked at
    server = socket.socket(fileno=os.dup(0))
    serve(server)
