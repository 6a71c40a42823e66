"""A process that has imported everything and runs ``unrolled`` and Python programs in forks of itself.

A page has many commands, and each would spend seconds on importing PyTorch. They run in a real shell all the same:
``unrolled`` there is a small program that hands its arguments, its folder and its streams over to this process.
"""

from __future__ import annotations

import gc
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHIM = """#!{python} -IS
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
socket.send_fds(server, [json.dumps([os.getcwd(), sys.argv]).encode() + b"\\n"], [0, 1, 2])
sys.exit(int(server.recv(16) or b"1"))
"""
SMALL = ["--layers", "1", "--hidden-size", "32", "--heads", "2"]
"""Sizes of a GPT-2 for which a page names none."""
STEPS = "3"
"""Steps of training in place of the minutes that a page says."""
COMPARED = ["--models", "markov", "--minutes", "0.1"]
"""What ``compare`` is given in place of minutes and models: each network would be a process that imports PyTorch."""


def shortened(arguments: list[str]) -> list[str]:
    """Return a command that trains for a moment where a page trains for minutes; others as they are.

    A page shows alternatives side by side, each of which would write the same file: they may replace it.
    """
    if arguments[:1] == ["train"]:
        kept = without(without(arguments, "--minutes"), "--epochs")
        going_on = {"--resume", "--replay"} & set(kept)
        kept += [] if going_on else ["--force"]
        kept += SMALL if "gpt2" in kept else []
        return [*kept, *([] if "markov" in kept else ["--steps", STEPS])]
    if arguments[:1] == ["compare"]:
        return [*without(without(arguments, "--minutes"), "--models"), *COMPARED]
    return arguments


def shortened_program(text: str) -> str:
    """Return a program of Python that trains for a moment where a page trains for minutes."""
    return re.sub(r"\bminutes=[\d.]+", f"steps={STEPS}", text)


def without(arguments: list[str], flag: str) -> list[str]:
    """Return arguments without a flag and its value."""
    if flag not in arguments:
        return arguments
    place = arguments.index(flag)
    return arguments[:place] + arguments[place + 2 :]


@contextmanager
def running(folder: Path) -> Iterator[dict[str, str]]:
    """Serve while the context is open; gives the environment of a shell that finds ``unrolled`` and ``page-python``."""
    address = str(folder / "socket")
    for name in ("unrolled", "page-python"):
        program = folder / name
        program.write_text(SHIM.format(python=sys.executable, address=address))
        program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    source = Path(__file__).parents[2] / "src"
    environment["PYTHONPATH"] = str(source)
    command = [sys.executable, __file__, address]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield environment
        finally:
            process.kill()


def serve(address: str) -> None:
    """Import what the commands will need, then fork for each."""
    import sklearn.linear_model  # noqa: F401
    import torch._dynamo  # noqa: F401  # which the first optimizer imports, for seconds
    import transformers.models.gpt2.modeling_gpt2  # noqa: F401

    import unrolled.api.training
    import unrolled.cli.train
    import unrolled.evaluation
    import unrolled.training.driver  # noqa: F401

    gc.collect()
    gc.freeze()  # forks need not look through all that was imported, nor copy the memory that it lies in
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            answer(connection)
        connection.close()
        reap()


def reap() -> None:
    """Forget the processes that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def answer(connection: socket.socket) -> None:
    """Run one command with the caller's streams in the caller's folder, and say how it ended."""
    request, streams, _, _ = socket.recv_fds(connection, 1 << 16, 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    folder, (program, *arguments) = json.loads(request)
    os.chdir(folder)
    status = 1
    try:
        status = run_program(arguments) if program.endswith("page-python") else run_command(arguments)
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.send(str(status).encode())
    os._exit(status)


def run_command(arguments: list[str]) -> int:
    """Run the command line."""
    from unrolled.cli.main import main

    sys.argv = ["unrolled", *shortened(arguments)]
    main()
    return 0


def run_program(arguments: list[str]) -> int:
    """Run a file of Python."""
    text = Path(arguments[0]).read_text(encoding="utf-8")
    exec(compile(shortened_program(text), arguments[0], "exec"), {"__name__": "__main__"})
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])
