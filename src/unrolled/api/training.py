"""Training: a source in, a model out."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, overload

from ..config import AUTO, as_tuple
from ..engines.opener import missing_torch
from ..errors import OptionError, UnrolledWarning
from .documented import document
from .model import Model, model_of
from .output import claimed, identity, refuse_output, save_or_rescue
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
    from ..training.choose_start import choose_start, noting

    if source == "-":
        return noting(job, "scratch", "standard input is read once, and a base model would have to read it again", {})
    return choose_start(job, begin_with, interrupt)
