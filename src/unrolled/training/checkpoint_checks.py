"""What a resume file says, checked before a run goes on from it: it may come from anywhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from ..errors import ModelFileError
from ..model_file.json_checks import curve, each, fields, flag, mapping, maybe, number, pair, several, text, whole
from .optimizer import Optimizers, parameters_of, remembered
from .progress import RunProgress
from .recipes.text import RecipeSummary
from .state import RunState
from .step import Learner

ABOUT = fields(
    ledger=fields(
        plans=several(pair(whole)),
        curve=curve,
        warned=flag,
        **dict.fromkeys(("seconds", "loss_sum", "best_bits", "best_train_bits", "validating"), number),
        **dict.fromkeys(("step", "loss_count", "best_step", "without_progress", "next_validation"), whole),
        **dict.fromkeys(("validations", "scored", "old_scored"), whole),
    ),
    told=fields(advice=text, recipe=text, forecast=maybe(each(number)), chain=maybe(number)),
    before=each(maybe(number)),
    model=mapping,
    train=mapping,
    run=mapping,
    read=mapping,
    given=mapping,
    digest=text,
    cutter=whole,
    base=maybe(text),
    start=mapping,
    replayed=maybe(text),
    replay=several(pair(whole)),
    validations=several(whole),
)
OTHER_TENSORS = "the resume file has other tensors than this run ({}); start again with --force"
"""What is wrong where tensors are missing, or there are more."""
NEEDED = ("ledger", "told", "model", "train", "digest", "replay")


def check_about(about: Any) -> dict[str, Any]:
    """Return what a resume file says of a run; raises ``ValueError`` for what says nothing of one."""
    if not isinstance(about, dict) or not set(NEEDED) <= set(about) or not ABOUT(about):
        raise ValueError("what it says of its run is of other types than a run's")
    for owner, name in ((RunProgress, "ledger"), (RecipeSummary, "told")):
        fields_of = dataclasses.fields(owner)
        expected = {field.name for field in fields_of}
        needed = {
            field.name
            for field in fields_of
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        }
        if not needed <= set(about[name]) <= expected:
            raise ValueError(f"its {name} has other entries than a run of this unrolled has")
    if not about["ledger"].get("plans"):
        raise ValueError("it has no plan of its run")
    return about


def check_tensors(state: RunState, learner: Learner) -> None:
    """Raise ``ModelFileError`` where the tensors of a resume file are not those of a run like this one.

    A state that the next batch carries on has as many rows as the batch, which vary from batch to batch. Where the
    batch begins afresh, the rows of the state do not count.
    """
    tensors, weights = state.to_tensors()[0], learner.network.state_dict()
    groups = [
        {f"network.{name}": each for name, each in weights.items()},
        {f"best.{name}": each for name, each in weights.items()},
        *memories(learner.optimizers),
    ]
    states = {f"state.{name}": part for name, part in learner.state.items()}
    expected: dict[str, Tensor] = {**states, **{name: each for group in groups for name, each in group.items()}}
    missing = [name for name in (*groups[0], *states) if name not in tensors]
    missing += [name for group in groups[1:] if group.keys() & tensors.keys() for name in group if name not in tensors]
    if missing or set(tensors) - set(expected):
        odd = (*missing, *(set(tensors) - set(expected)))[0]
        raise ModelFileError(OTHER_TENSORS.format(odd[:60]))
    fresh = learner.batches.batch(state.progress.step).fresh
    for name, tensor in tensors.items():
        wanted = expected[name]
        shape = list(wanted.shape)
        if name in states:
            shape[0] = len(fresh) if not fresh.all() else tensor.shape[0] if tensor.ndim else 0
        if list(tensor.shape) != shape or tensor.dtype != wanted.dtype or not torch.isfinite(tensor).all():
            raise ModelFileError(
                f"the tensor {name} of the resume file is {tensor.dtype} {list(tensor.shape)}, or holds what is no "
                f"number; it must be {wanted.dtype} {shape}: start again with --force"
            )


def memories(optimizers: Optimizers) -> Iterator[dict[str, Tensor]]:
    """Yield what optimizers may remember of each parameter: all of it, or nothing yet."""
    for count, optimizer in enumerate(optimizers):
        for index, parameter in enumerate(parameters_of(optimizer)):
            each = remembered(optimizer, parameter)
            yield {f"optimizer.{count}.{index}.{name}": tensor for name, tensor in each.items()}
