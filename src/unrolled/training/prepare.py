"""What a run is to do, gathered from the user or from an earlier run. The text is read here; nothing is learnt yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..config import ModelOptions, RunOptions
from ..datasets.dataset import ReadRequest
from ..errors import InputError, OptionError
from ..formats.sources import Source, settled
from ..kernels import STOCK
from ..networks.cells import facts_of
from ..options import given
from ..tasks import TASKS
from ..tasks.caption.rows import VisionEncoder
from ..tasks.options import refuse_contradiction, refuse_foreign
from .base_model import open_base
from .events import Observer, ReadProgress, tell
from .job import TrainingJob
from .paths import resume_path
from .settings import settings_of


def gather(
    source: Source,
    output: str | Path | None,
    options: Mapping[str, Any],
    resume: bool = False,
    replay: str | Path | None = None,
    start: str | Path | None = None,
    observers: Sequence[Observer] = (),
) -> TrainingJob:
    """Read the text and gather the options; ``start`` names what to begin with, "scratch" where it is None."""
    source = settled(source)
    resume_file = resume_path(output) if output is not None else None
    earlier, began = str(replay) if replay is not None else None, None if start is None else str(start)
    settings = settings_of(options, resume_file, resume, earlier, began)
    names = () if resume or earlier else tuple(given(options))
    base = open_base(settings.base) if settings.base else None
    model = base.model(settings.model, names) if base else settings.model
    asked = dataclasses.replace(settings.model, task=model.task)
    refuse_contradiction(asked)
    refuse_unnamed(model, options.get("vision"))
    refuse_without_scan(model, settings.run)
    for each in (settings.read, settings.model, settings.train, settings.run):
        refuse_foreign(type(each), names, model.task, model.model)
        each.refuse_idle(names)
    train = base.gentle(settings.train) if base else settings.train
    known = base.known(model.task) if base else None
    request = ReadRequest(
        settings.read,
        model,
        train,
        known,
        lambda what, share: tell(observers, ReadProgress(what, share)),
        open_vision_encoder,
        settings.cutter,
    )
    text = TASKS[model.task].read(source, request)
    if settings.digest not in (None, text.about["digest"]):
        raise InputError(f"the text is not the one that {resume_file} learns from; give that one, or start anew")
    return TrainingJob(
        split=text.split,
        corpus={**text.about, "cutter": settings.cutter},
        model=text.model,
        train=train,
        run=settings.run,
        resume_file=resume_file,
        replay=settings.plans,
        validations=settings.validations,
        scored=settings.scored,
        replayed=settings.replayed,
        given=settings.given,
        other_budget=settings.other_budget,
        notes=text.notes,
        info=text.info,
        why_unit=text.why_unit,
        shown=text.shown,
        base=base,
        start=settings.start,
    )


def refuse_unnamed(model: ModelOptions, given: str | None) -> None:
    """Raise ``OptionError`` for a pretrained network that a file names, an earlier run's, and the user does not."""
    if model.backbone not in (None, given):
        raise OptionError(
            f"this model sees with the pretrained network in {model.backbone!r}, and a file alone does not open it; if "
            "you trust it, name the same with --vision"
        )


def refuse_without_scan(model: ModelOptions, run: RunOptions) -> None:
    """Raise ``OptionError`` where PyTorch's own scan is asked for and PyTorch has none of the cell."""
    if run.kernels == STOCK and model.kind.of_cells and not facts_of(model.cell).torch_name:
        raise OptionError(
            f"I got --kernels={STOCK} and --cell={model.cell}, of which PyTorch has no scan; use --kernels=auto"
        )


def open_vision_encoder(name: str) -> VisionEncoder:
    """Return a pretrained network that sees, for images that are read with one."""
    from ..networks.pretrained.vision import Backbone  # needs transformers

    return Backbone(name)
