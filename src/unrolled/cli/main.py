"""``unrolled VERB``: dispatch by name; a verb is imported when it is called."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from .. import __version__
from ..cores import MAX_THREADS, VARIABLE, allowed, default_threads, leading_number, warn_of_more
from ..errors import CALLER, InterruptedWorkError, OutputError, TrainingError, UnrolledError, UnrolledWarning, reason
from ..options import check
from . import streams
from .flags import examples, silence

VERBS = {
    "train": "train a network on a text",
    "generate": "write text with a trained network",
    "score": "tell how many bits a text costs under a network",
    "predict": "classify, translate or caption with a trained network",
    "evaluate": "tell how well a network classifies, translates or captions a test",
    "complete": "give the likeliest next words of each line",
    "novelty": "tell how much of a text stands in another one",
    "compare": "train several kinds of model on a text, and tell how they do",
    "explain": "write a page that shows what a network expected in a text",
    "export": "write a model in a form that other programs read",
    "quantize": "make a model file smaller, and tell what it costs",
    "list": "list the models of a folder, a line each",
    "info": "tell about a model file, or about this machine",
}


EXAMPLES = """
unrolled train alice.txt --minutes 5
unrolled generate alice.safetensors --prompt "Alice was " --temperature 0.8
unrolled score alice.safetensors chapter.txt
"""

NO_MEMORY = "there is not enough memory for this; use a smaller model, fewer rows at a time, or a shorter text"
OUT_OF_MEMORY = ("allocate memory", "not enough memory", "map segment", "std::bad_alloc", "start new thread")


class Verbs(click.Group):
    """The verbs by name; ``--help`` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        command: click.Command = import_module(f".{name}", __package__).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, epilog=examples(EXAMPLES), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def unrolled() -> None:
    """Small recurrent networks that learn to write from your own text."""


def main() -> None:
    """Run the command line and leave with its exit status: 0, 1 failed, 2 bad input, 130 Ctrl-C, 143 SIGTERM."""
    streams.open_all()
    warnings.resetwarnings()  # PYTHONWARNINGS is for who writes Python
    warnings.simplefilter("ignore")
    warnings.simplefilter("default", UnrolledWarning)
    warnings.showwarning = show_warning
    status = run(sys.argv[1:], first=set_threads)
    if (failed := streams.close_output()) and not status:
        status = complain(failed)
    sys.exit(status)


def run(arguments: list[str], first: Callable[[list[str]], None] | None = None) -> int:
    """Return the exit status of a command line, before which something is done with it; an empty one asks for help."""
    with CALLER.typing():
        return run_verb(arguments, first)


def run_verb(arguments: list[str], first: Callable[[list[str]], None] | None) -> int:
    """Return the same, with messages for who types."""
    try:
        if first:
            first(arguments)
        return int(unrolled.main(arguments or ["--help"], prog_name="unrolled", standalone_mode=False) or 0)
    except UnrolledError as error:
        return complain(error)
    except click.ClickException as error:
        from .hints import hinted  # errors are few

        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "unrolled"
        return complain(UnrolledError(f"{hinted(error)} See: {where} --help"))
    except SystemExit:  # click ends so where nobody reads its help any more
        return 0
    except (click.Abort, KeyboardInterrupt):
        return complain(InterruptedWorkError("stopped", signal.SIGINT))
    except (MemoryError, ImportError, RuntimeError) as error:
        if not lacks_memory(error):
            raise
        return complain(TrainingError(NO_MEMORY))
    except OSError as error:
        if lacks_memory(error):
            return complain(TrainingError(NO_MEMORY))
        what = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        refused = f"the system refused: {what}{reason(error)}; mend that, and try again"
        return complain(OutputError(refused, 2 if what else 1))


def lacks_memory(error: Exception) -> bool:
    """Tell whether memory ran out; PyTorch and the system's loader say so only in words."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in OUT_OF_MEMORY)


def complain(error: UnrolledError) -> int:
    """Say what went wrong in one sentence; the exit status that it stands for."""
    streams.note(str(error))
    return error.exit_status


def show_warning(message: Any, category: type[Warning], *rest: Any, **more: Any) -> None:
    """Our own warnings are for the user; those of libraries are not."""
    if issubclass(category, UnrolledWarning):
        streams.note(str(message))


def set_threads(arguments: list[str]) -> None:
    """Tell NumPy's library and PyTorch's how many threads to use: they only listen before they are loaded.

    Without ``--threads`` they find out by themselves, but for a share of the cores that is fewer than they see; what is
    no number in the environment is kept from them. Raises ``OptionError`` for a number of threads that is not allowed.
    """
    threads = number_after("--threads", arguments)
    if threads is not None:
        check("threads", threads, {"low": 1, "high": MAX_THREADS})
        os.environ[VARIABLE] = os.environ["OPENBLAS_NUM_THREADS"] = str(threads)
    with warnings.catch_warnings():
        if "--quiet" in arguments:
            silence()
        if threads is not None:
            warn_of_more(threads, "--threads")
        elif leading_number(os.environ.get(VARIABLE, "")) is None:
            found = default_threads()
            os.environ.pop(VARIABLE, None)
            if found < allowed():
                os.environ[VARIABLE] = str(found)


def number_after(name: str, arguments: list[str]) -> int | None:
    """Return the whole number that an option is given, if it is one: the last, where it is given several times."""
    found = None
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        option, equals, value = argument.partition("=")
        if option == name:
            try:
                found = int(value if equals else "".join(arguments[place + 1 : place + 2]))
            except ValueError:
                found = None
    return found
