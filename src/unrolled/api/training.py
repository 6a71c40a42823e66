"""Training: a source in, a model out."""

from __future__ import annotations

import dataclasses
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, overload

from ..config import AUTO, as_tuple
from ..engines.opener import missing_torch
from ..errors import ModelFileError, OptionError, OutputError, UnrolledWarning, reason
from ..files import locked, remove_leftovers
from ..model_file import bundle as bundles
from ..model_file.bundle import SUFFIX
from .documented import document
from .model import Model, model_of
from .reading import source_of
from .samples import with_sample

if TYPE_CHECKING:
    from ..formats.sources import Source
    from ..keywords import (
        CaptionTask,
        ClassifyTask,
        LanguageTask,
        SegmentTask,
        TagTask,
        TaskChoice,
        TrainKeywords,
        TranslateTask,
    )
    from ..training.events import Observer
    from ..training.interrupt import Interrupt
    from ..training.job import TrainingJob
    from .captioner import Captioner
    from .classifier import Classifier
    from .language_model import LanguageModel
    from .segmenter import Segmenter
    from .tagger import Tagger
    from .translator import Translator

MOST_BESIDE = 1000  # numbers that are tried behind a name that is taken


@overload
def train(
    source: Source | None = None,
    output: str | Path | None = None,
    *,
    text: str | None = None,
    task: LanguageTask = "language",
    force: bool = False,
    observers: Sequence[Observer] = (),
    **options: Unpack[TrainKeywords],
) -> LanguageModel: ...
@overload
def train(
    source: Source | None = None,
    output: str | Path | None = None,
    *,
    text: str | None = None,
    task: ClassifyTask,
    force: bool = False,
    observers: Sequence[Observer] = (),
    **options: Unpack[TrainKeywords],
) -> Classifier: ...
@overload
def train(
    source: Source | None = None,
    output: str | Path | None = None,
    *,
    text: str | None = None,
    task: TranslateTask,
    force: bool = False,
    observers: Sequence[Observer] = (),
    **options: Unpack[TrainKeywords],
) -> Translator: ...
@overload
def train(
    source: Source | None = None,
    output: str | Path | None = None,
    *,
    text: str | None = None,
    task: CaptionTask,
    force: bool = False,
    observers: Sequence[Observer] = (),
    **options: Unpack[TrainKeywords],
) -> Captioner: ...
@overload
def train(
    source: Source | None = None,
    output: str | Path | None = None,
    *,
    text: str | None = None,
    task: SegmentTask,
    force: bool = False,
    observers: Sequence[Observer] = (),
    **options: Unpack[TrainKeywords],
) -> Segmenter: ...
@overload
def train(
    source: Source | None = None,
    output: str | Path | None = None,
    *,
    text: str | None = None,
    task: TagTask,
    force: bool = False,
    observers: Sequence[Observer] = (),
    **options: Unpack[TrainKeywords],
) -> Tagger: ...
@overload
def train(
    source: Source | None = None,
    output: str | Path | None = None,
    *,
    text: str | None = None,
    task: TaskChoice | None = None,
    resume: bool = False,
    replay: str | Path | None = None,
    start: str | Path | None = None,
    base: str | Path | None = None,
    force: bool = False,
    observers: Sequence[Observer] = (),
    **options: Unpack[TrainKeywords],
) -> Model: ...


def train(
    source: Source | None = None,
    output: str | Path | None = None,
    *,
    text: str | None = None,
    task: TaskChoice | None = None,
    resume: bool = False,
    replay: str | Path | None = None,
    start: str | Path | None = None,
    base: str | Path | None = None,
    force: bool = False,
    observers: Sequence[Observer] = (),
    **options: Unpack[TrainKeywords],
) -> Model:
    """Train a network on a text and return the best model; nothing is written unless ``output`` names a file.

    ``KeyboardInterrupt``, as Python raises it on Ctrl-C or as an observer may, ends training early and gives back the
    best so far (``record["stopped"]`` says so); before the first step there is none, and it goes on to the caller. No
    signal handlers are installed.

    >>> model = unrolled.train("alice.txt", minutes=3)
    >>> model = unrolled.train("reviews.tsv", "reviews.safetensors", task="classify")

    Args:
        source: A path (of a file of any format that is read, a folder, or ``"-"``), several paths, or what a program
            has: texts, pairs, dicts with the names of columns, a data frame.
        output: The model file to write; what is left beside it lets a run that was killed go on.
        text: A text itself, in place of a source.
        task: What the network learns, by default "language". A run that goes on from another has the task of that one.
        resume: Go on with a run into ``output`` that was stopped, to the numbers that it would have come to.
        replay: A model file, whose recorded plan is repeated with its options.
        start: What to begin with: "scratch", as where none is given; the name of a base model or a model file, whose
            sizes and vocabulary stay, while new letters are added; or "auto", a base model or scratch, whichever has
            learnt more after a twentieth of the minutes each. A run that goes on has its own.
        base: What ``start`` was called before; it goes with the next release.
        force: Replace a file ``output`` that is there.
        observers: Functions that are told of every event of the run.

    Returns:
        The model of the best checkpoint, in the class of its task.

    Raises:
        OptionError: An option is not allowed, or means nothing beside the others.
        InputError: The source cannot be read, or is too short.
        OutputError: The output is there and ``force`` is off, or it cannot be written.
        ModelFileError: A model file to go on from cannot be opened.
        TrainingError: Training could not go on.
        MissingExtraError: PyTorch, or another optional package, is needed and not installed.
    """
    if force and output is None:
        raise OptionError("I got force without output, and nothing is replaced; name the model file, or leave it out")
    named = {} if task is None else {"task": task}
    begins = renamed_start(start, base)
    order = Order(
        source_of(source, text), output, resume, replay, begins, force, tuple(observers), {**options, **named}
    )
    from ..training.interrupt import Interrupt

    model = carry_out(order, Interrupt())
    document(type(model))
    return model


def renamed_start(start: str | Path | None, base: str | Path | None) -> str | Path | None:
    """Return the start by its name of now or of before; a warning tells of the latter."""
    if base is None:
        return start
    if start is not None:
        raise OptionError("I got start and base, which is what it was called before; leave base out")
    warnings.warn("base= is called start= now, and goes with the next release", UnrolledWarning, stacklevel=3)
    return base


@dataclasses.dataclass(frozen=True)
class Order:
    """What ``train`` is asked for."""

    source: Source
    output: str | Path | None = None
    resume: bool = False
    replay: str | Path | None = None
    start: str | Path | None = None
    force: bool = False
    observers: tuple[Observer, ...] = ()
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


def carry_out(order: Order, interrupt: Interrupt) -> Model:
    """Train as ordered; a signal that ``interrupt`` notes ends training early with the best so far.

    While it goes on, no other run writes the same output.
    """
    if order.output is None:
        return learn(order, interrupt)[0]
    with claimed(order.output):
        replaceable = refuse_output(order.output, order.resume, order.force)
        model, resume_file = learn(order, interrupt)
        unchanged = identity(order.output) == replaceable
        save_or_rescue(model, order.output, order.force or (unchanged and replaceable is not None))
        if resume_file and not model.record.stopped.startswith("signal"):
            resume_file.unlink(missing_ok=True)
    return model


def learn(order: Order, interrupt: Interrupt) -> tuple[Model, Path | None]:
    """Return the trained model, with a sample in its record, and where its resume file lies."""
    given = {**order.options, "label": as_tuple(order.options.get("label", ()))}
    try:
        job = gathered(order, given, interrupt)
        if job.model.kind.counted:
            from ..training.train_markov import count_chain as fit
        else:
            from ..training.driver import fit
    except ModuleNotFoundError as error:
        raise missing_torch("training", error) from None
    for note in job.notes:
        warnings.warn(note, UnrolledWarning, stacklevel=4)
    bundle = with_sample(fit(job, order.observers, interrupt, order.resume))
    # a pretrained network that sees was named by the user, or nothing would have been learnt
    return model_of(bundle, vision=bundle.config.backbone), job.resume_file


def gathered(order: Order, given: dict[str, Any], interrupt: Interrupt) -> TrainingJob:
    """Return the run that is to be made, with the start that is chosen where it is left open."""
    from ..formats.sources import settled
    from ..training.prepare import gather

    source = settled(order.source)

    def begin_with(start: str | Path | None) -> TrainingJob:
        return gather(source, order.output, given, order.resume, order.replay, start, order.observers)

    job = begin_with(order.start)
    if order.start != AUTO or order.resume or order.replay is not None:
        return job
    from ..training.choose_start import choose_start, told

    if source == "-":
        return told(job, "scratch", "standard input is read once, and a base model would have to read it again", {})
    return choose_start(job, begin_with, interrupt)


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
