"""How to learn, from the user, or from an earlier run that goes on (``--resume``) or is repeated (``--replay``).

Beside these two, options that say where the work is done are obeyed, and so is another budget for a run that goes on;
any other that differs from the earlier run's is refused.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..config import (
    AUTO,
    SCRATCH,
    UNRECORDED,
    EngineOptions,
    ModelOptions,
    ReadOptions,
    RunOptions,
    TrainOptions,
    as_given,
    resolve_budget,
)
from ..datasets.holdout import CUTTER
from ..errors import OptionError
from ..kernels import STOCK, STOCK_CALLED
from ..model_file import bundle as bundles
from ..options import Options, flag, reject_unknown
from .schedule import Plan

TRAIN_CLASSES: tuple[type[Options], ...] = (ReadOptions, ModelOptions, TrainOptions, RunOptions)
BUDGETS = ("minutes", "steps", "epochs")


@dataclasses.dataclass(frozen=True)
class Settings:
    """How to learn, with what an earlier run says of it: see ``TrainingJob``; ``digest`` is that of its text."""

    read: ReadOptions
    model: ModelOptions
    train: TrainOptions
    run: RunOptions
    base: str | None = None
    start: dict[str, Any] = dataclasses.field(default_factory=dict)
    digest: str | None = None
    plans: list[Plan] = dataclasses.field(default_factory=list)
    validations: list[int] = dataclasses.field(default_factory=list)
    scored: int = 0
    replayed: str | None = None
    given: dict[str, Any] = dataclasses.field(default_factory=dict)
    other_budget: bool = False
    cutter: int = CUTTER

    def options(self) -> dict[str, Any]:
        """Return all options of reading, of the model and of learning, by their names."""
        return {
            name: getattr(each, name) for each in (self.read, self.model, self.train) for name in type(each).names()
        }


def settings_of(
    options: Mapping[str, Any], resume_file: Path | None, resume: bool, replay: str | None, start: str | None
) -> Settings:
    """Return the settings that the user wants; raises an ``OptionError`` for what an earlier run does not allow."""
    given = {name: value for name, value in options.items() if value is not None and value != ()}
    read, model, train, run = sort_options(options).values()
    if resume:
        if resume_file is None:
            raise OptionError("I got resume without output; name the model file whose run is to go on")
        return of_stopped_run(resume_file, given, replay, start)
    if replay is not None:
        return of_model(replay, given, start)
    return Settings(read, model, resolve_budget(train), run, None if start in (SCRATCH, AUTO) else start, given=given)


def of_stopped_run(resume_file: Path, given: Mapping[str, Any], replay: str | None, start: str | None) -> Settings:
    """Return the settings of a run that was stopped, with what may be another now."""
    from .checkpoint import load_resume  # needs torch

    about = load_resume(resume_file)[1]
    first = as_given(about.get("given", {}))
    settings = Settings(
        read=as_read(about.get("read", {}), given),
        model=ModelOptions.of(about["model"]),
        train=TrainOptions.of(about["train"]),
        run=RunOptions.of({**about.get("run", {}), **of_class(RunOptions, given)}),
        base=about.get("base"),
        start=about.get("start", {}),
        digest=about["digest"],
        plans=[(step, steps) for step, steps in about["replay"]],
        validations=about.get("validations", []),
        replayed=about.get("replayed"),
        given={**first, **given},
        cutter=about.get("cutter", 1),
    )
    refuse_other_file("start", start, settings.base or SCRATCH, "resume")
    refuse_other_file("replay", replay, settings.replayed, "resume")
    recorded = settings.options()
    # where the start was chosen, that took a share of the minutes that were given first
    budget = {
        name: given[name] for name in BUDGETS if name in given and given[name] not in (recorded[name], first.get(name))
    }
    if settings.plans:
        budget = {}
    refuse_others({name: value for name, value in given.items() if name not in budget}, recorded, first, "resume")
    if not budget:
        return settings
    train = dataclasses.replace(settings.train, **{**dict.fromkeys(BUDGETS), **budget})
    return dataclasses.replace(settings, train=train, other_budget=True)


def as_computed(kernels: str) -> dict[str, str]:
    """Return the options with which a run is computed as it was, from what its record says of kernels."""
    if kernels == STOCK_CALLED:
        return {"kernels": STOCK}
    return {"precision": "fp32"} if kernels.endswith(", fp32") else {}


def of_model(path: str, given: Mapping[str, Any], start: str | None) -> Settings:
    """Return the settings of a finished run, with the plans that it made."""
    earlier = bundles.load(path)
    record = earlier.record
    if not {"options", "corpus", "plans", "curve"} <= set(record):
        raise OptionError(f"I got --replay={path}, which records no run that could be repeated; leave it out")
    settings = Settings(
        read=as_read(record.corpus.get("read", {}), given),
        model=earlier.config,
        train=TrainOptions.of(record.options),
        run=RunOptions.of(as_computed(record.kernels) | of_class(RunOptions, given)),
        base=record.continued.get("from"),
        plans=[(step, steps) for step, steps in record.plans],
        validations=[int(point["step"]) for point in record.curve],
        scored=record.scored,
        replayed=path,
        given=dict(given),
        cutter=record.corpus.get("cutter", 1),
    )
    refuse_other_file("start", start, settings.base or SCRATCH, "replay")
    refuse_others(given, settings.options(), {}, "replay")
    return settings


def refuse_others(given: Mapping[str, Any], recorded: Mapping[str, Any], first: Mapping[str, Any], how: str) -> None:
    """Raise an ``OptionError`` for what differs from the earlier run's option, and from what that was ``first`` given.

    What says where the work is done may differ, and "auto" leaves it to the earlier run.
    """
    for name, value in given.items():
        if name not in recorded or value in (recorded[name], first.get(name), "auto"):
            continue
        shown = name.replace("_", "-")
        raise OptionError(
            f"I got --{shown}={value} with --{how}, and the earlier run has {recorded[name]}; leave it out, or train "
            f"anew without --{how}"
        )


def refuse_other_file(option: str, given: str | None, recorded: str | None, how: str) -> None:
    """Raise an ``OptionError`` for a file beside ``--resume`` or ``--replay`` that is not the earlier run's.

    "auto" leaves it to that run.
    """
    if given in (None, AUTO) or (recorded is not None and Path(given).resolve() == Path(recorded).resolve()):
        return
    raise OptionError(
        f"I got --{option}={given} with --{how}, and the earlier run has {recorded or 'none'}; leave it out, or train "
        f"anew without --{how}"
    )


def as_read(recorded: Mapping[str, Any], given: Mapping[str, Any]) -> ReadOptions:
    """Return how an earlier run read its text, with what no record holds as it is given now."""
    return ReadOptions.of({**as_given(recorded), **{name: given[name] for name in UNRECORDED if name in given}})


def of_class(owner: type[Options], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given options that belong to a class."""
    return {name: value for name, value in given.items() if name in owner.names()}


def sort_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Flat options as the classes they belong to, by the class's name."""
    for name in set(EngineOptions.names()) & options.keys() - set(RunOptions.names()):
        raise OptionError(f"I got {flag(name)}, which is of running a trained model; give it to load, and leave it out")
    reject_unknown(options, [name for each in TRAIN_CLASSES for name in each.names()])
    return {each.__name__: each.of(of_class(each, options)) for each in TRAIN_CLASSES}
