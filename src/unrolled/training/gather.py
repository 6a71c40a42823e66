"""What a run is to do, gathered from the user or from an earlier run. The text is read here; nothing is learnt yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import bundle as bundles
from ..config import (
    UNRECORDED,
    ModelOptions,
    ReadOptions,
    RunOptions,
    TrainOptions,
    as_given,
    resolve_budget,
)
from ..data.captioned import Eyes
from ..data.material import Request
from ..data.readers import Source
from ..errors import InputError, OptionError
from ..options import Options, reject_unknown
from ..tasks import TASKS
from .base import open_base
from .events import Observer, Reading, tell
from .paths import resume_path
from .schedule import Plan
from .work import Work

TRAIN_CLASSES: tuple[type[Options], ...] = (ReadOptions, ModelOptions, TrainOptions, RunOptions)


@dataclasses.dataclass(frozen=True)
class Settings:
    """How to learn, with what an earlier run says of it: the plans to repeat, and the text's digest."""

    model: ModelOptions
    train: TrainOptions
    plans: list[Plan] = dataclasses.field(default_factory=list)
    digest: str | None = None
    base: str | None = None
    read: ReadOptions | None = None


def gather(
    source: Source,
    output: str | Path | None,
    options: Mapping[str, Any],
    resume: bool = False,
    replay: str | Path | None = None,
    base: str | Path | None = None,
    observers: Sequence[Observer] = (),
) -> Work:
    """Read the text and gather the options; ``base`` is the model file to go on from."""
    source = source if isinstance(source, str | Path) else list(source)
    given, resume_file = sort_options(options), resume_path(output) if output is not None else None
    settings = Settings(given["ModelOptions"], resolve_budget(given["TrainOptions"]), base=str(base) if base else None)
    if resume:
        if resume_file is None:
            raise OptionError("I got resume without output; name the model file whose run is to go on")
        settings = of_stopped_run(resume_file)
    elif replay is not None:
        settings = of_model(replay)
    start = open_base(settings.base) if settings.base else None
    model = start.model(settings.model) if start else settings.model
    dataclasses.replace(settings.model, task=model.task).refuse_foreign()
    refuse_unnamed(model, given["ModelOptions"])
    reading = given["ReadOptions"]
    if settings.read:
        reading = dataclasses.replace(settings.read, **{name: getattr(reading, name) for name in UNRECORDED})
    for each in (settings.train, reading):
        each.refuse_idle(model.task)
    train = start.gentle(settings.train) if start else settings.train
    known = start.known(model.task) if start else None
    request = Request(
        reading,
        model,
        train,
        known,
        lambda what, share: tell(observers, Reading(what, share)),
        open_eyes,
    )
    text = TASKS[model.task].read(source, request)
    if settings.digest not in (None, text.about["digest"]):
        raise InputError(f"the text is not the one that {resume_file} learns from; give that one, or start anew")
    return Work(
        split=text.split,
        corpus=text.about,
        model=text.model,
        train=train,
        run=given["RunOptions"],
        resume_file=resume_file,
        replay=settings.plans,
        notes=text.notes,
        why_unit=text.why_unit,
        shown=text.shown,
        base=start,
    )


def refuse_unnamed(model: ModelOptions, given: ModelOptions) -> None:
    """Raise ``OptionError`` for a pretrained network that a file names, an earlier run's, and the user does not."""
    if model.backbone not in (None, given.vision):
        raise OptionError(
            f"this model sees with the pretrained network in {model.backbone!r}, and a file alone does not open it; if "
            "you trust it, name the same with --vision (in Python: vision=...)"
        )


def open_eyes(name: str) -> Eyes:
    """A pretrained network that sees, for images that are read with one."""
    from ..layers.pretrained.vision import Backbone  # needs transformers

    return Backbone(name)


def of_stopped_run(resume_file: Path) -> Settings:
    """The settings of a run that was stopped."""
    from .resume import load_resume  # needs torch

    about = load_resume(resume_file)[1]
    plans = [(step, steps) for step, steps in about["replay"]]
    model, train = ModelOptions.of(about["model"]), TrainOptions.of(about["train"])
    read = ReadOptions.of(as_given(about.get("read", {})))
    return Settings(model, train, plans, about["digest"], about.get("base"), read)


def of_model(path: str | Path) -> Settings:
    """The settings of a finished run, with the plans that it made."""
    earlier = bundles.load(path)
    record = earlier.record
    plans = [(step, steps) for step, steps in record["plans"]]
    read = ReadOptions.of(as_given(record["corpus"].get("read", {})))
    base = record["continued"]["from"] if "continued" in record else None
    return Settings(earlier.config, TrainOptions.of(record["options"]), plans, base=base, read=read)


def sort_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Flat options as the classes they belong to, by the class's name."""
    reject_unknown(options, [name for each in TRAIN_CLASSES for name in each.names()])
    return {each.__name__: each.of({k: v for k, v in options.items() if k in each.names()}) for each in TRAIN_CLASSES}
