"""What a run is to do, gathered from the user or from an earlier run. The text is read here; nothing is learnt yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import bundle as bundles
from ..config import (
    ModelOptions,
    Options,
    ReadOptions,
    RunOptions,
    TrainOptions,
    as_given,
    reject_unknown,
    resolve_budget,
)
from ..data.choose import choose_unit
from ..data.large import Large, find_large, split_large
from ..data.readers import Corpus, Source, read_corpus
from ..data.split import Split
from ..data.zawgyi import refuse_zawgyi
from ..errors import InputError, OptionError
from ..tasks import TASKS
from ..tasks.base import Vocabularies
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
    settings.model.refuse_foreign()
    reading = settings.read or given["ReadOptions"]
    start = open_base(settings.base) if settings.base else None
    model = start.model(settings.model) if start else settings.model
    train = start.gentle(settings.train) if start else settings.train
    known = start.bundle.vocabularies if start else None
    large = find_large(source, reading, model.documents)
    if large:
        text = read_large(large, model, train, known, observers)
    else:
        text = read_text(read_corpus(source, reading), model, train, known)
    if text.split.labels and text.model.model != "recurrent":
        raise OptionError(f"I got --label with --model {text.model.model}, which learns without; leave it out")
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
        base=start,
    )


@dataclasses.dataclass(frozen=True)
class Text:
    """A text that was read: in ids, with what is known of it, and with the options that depend on it."""

    split: Split
    about: dict[str, Any]
    model: ModelOptions
    why_unit: str
    notes: tuple[str, ...] = ()


def read_text(corpus: Corpus, model: ModelOptions, train: TrainOptions, known: Vocabularies | None) -> Text:
    """A corpus as its task reads it."""
    corpus, model, why = arrange(corpus, model)
    if model.documents != "whole" and train.batches == "windows":
        raise OptionError(
            f"I got --batches windows with {model.documents} as documents, which come whole; leave one out"
        )
    split = TASKS[model.task].read(corpus, model, train, known)
    return Text(split, corpus.describe(), model, why, corpus.notes)


def read_large(
    large: Large, model: ModelOptions, train: TrainOptions, known: Vocabularies | None, observers: Sequence[Observer]
) -> Text:
    """A text that is too large to be read at once."""
    first = next(text for _, text in large.blocks(lambda _: None))
    refuse_zawgyi(first, str(large.paths[0]))
    unit, why = choose_unit([first]) if model.unit == "auto" else (model.unit, "as you chose")
    model = dataclasses.replace(model, documents=large.documents, unit=unit)
    split, about = split_large(large, model, train, known, lambda what, share: tell(observers, Reading(what, share)))
    return Text(split, about, model, why)


def arrange(corpus: Corpus, model: ModelOptions) -> tuple[Corpus, ModelOptions, str]:
    """The corpus in documents, the options without gaps in what depends on it, and why the unit is what it is."""
    kind = model.documents or corpus.documents_are or ("files" if len(corpus.documents) > 1 else "whole")
    corpus = corpus.arranged(kind)
    size = sum(map(len, corpus.documents))
    unit, why = choose_unit(corpus.documents, size) if model.unit == "auto" else (model.unit, "as you chose")
    return corpus, dataclasses.replace(model, documents=kind, unit=unit), why


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
