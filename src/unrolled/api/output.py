"""The model file of a training: claimed for the run before it begins, and written or rescued when it ends."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..errors import ModelFileError, OptionError, OutputError, reason
from ..files import locked, remove_leftovers
from ..model_file import bundle as bundles
from ..model_file.bundle import SUFFIX
from .model import Model

MOST_BESIDE = 1000  # numbers that are tried behind a name that is taken


@contextmanager
def claimed(output: str | Path) -> Iterator[None]:
    """Keep an output for this run, and remove what killed runs left beside it.

    Raises an ``OutputError`` where it cannot be written, or where another run is at it.
    """
    from ..training.paths import resume_path

    bundles.refuse_unwritable(output)
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(resume_path(output)))
        except BlockingIOError:
            raise OutputError(
                f"another training is writing {output} now; wait until it ends, or name another file", 2
            ) from None
        except OSError as error:
            raise OutputError(f"{output} cannot be locked ({reason(error)}); name another file", 2) from None
        for path in (Path(output), resume_path(output)):
            remove_leftovers(path)
        yield


def refuse_output(output: str | Path, resume: bool, force: bool) -> Identity | None:
    """Say before any work that the model could not be written, or what would be lost by writing it.

    What the model may replace in the end is given back: what a stopped run has left there, when it goes on.
    """
    from ..training.paths import resume_path

    left = resume_path(output)
    if resume and not left.exists():
        raise OptionError(f"there is nothing to resume: no file {left}; leave --resume out to start anew")
    bundles.refuse_existing(output, force or (resume and is_of_run(output, left)))
    if left.exists() and not (resume or force):
        raise OutputError(
            f"{left} is left from a run that was stopped; go on with --resume, or start anew with --force", 2
        )
    return identity(output)


Identity = tuple[int, ...]
"""What tells a file from every other that may take its name."""


def identity(path: str | Path) -> Identity | None:
    """Return what tells a file from others; None where there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def is_of_run(output: str | Path, left: Path) -> bool:
    """Tell whether a file is a model that a stopped run has written: of the same text, learnt with the same options."""
    from ..training.checkpoint import load_resume
    from ..training.settings import BUDGETS

    about = load_resume(left)[1]
    try:
        model = bundles.load(output)
    except ModelFileError:
        return False
    options, earlier = model.record.options, about["train"]
    return (
        model.record.corpus.get("digest") == about["digest"]
        and dataclasses.asdict(model.config) == about["model"]
        and all(name in BUDGETS or options.get(name) == value for name, value in earlier.items())
    )


def save_or_rescue(model: Model, output: str | Path, replace: bool) -> None:
    """Save a freshly trained model; if that fails, put it elsewhere and say so: minutes of work are in it.

    Raises an ``OutputError`` that names the file which has the model.
    """
    import tempfile

    try:
        model.save(output, replace)
        return
    except OutputError as error:
        failed = error
    if os.path.lexists(output) and not Path(output).is_dir():
        rescue = save_beside(model, Path(output))
        if rescue:
            raise OutputError(f"{output} appeared while training went on and stays; the trained model is in {rescue}")
    rescue = Path(tempfile.mkdtemp(prefix="unrolled-")) / Path(output).name
    try:
        model.save(rescue)
    except OutputError:
        raise failed from None
    raise OutputError(f"{failed}; the trained model is safe in {rescue}") from None


def save_beside(model: Model, output: Path) -> Path | None:
    """Save a model under the first free name with a number behind it; None where it cannot be written at all."""
    stem, ending = output.name.removesuffix(SUFFIX), SUFFIX if output.name.endswith(SUFFIX) else ""
    for number in range(2, MOST_BESIDE):
        path = output.with_name(f"{stem}-{number}{ending}")
        if os.path.lexists(path):
            continue
        try:
            return model.save(path)
        except OutputError:
            if not os.path.lexists(path):  # else somebody was quicker
                return None
    return None
