"""Going on after a crash: all that a run needs, in one file beside the model."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import torch

from ..errors import ModelFileError, OptionError
from ..model_file.bundle import Tensors, format_of, pack, read, unpack, write_atomically
from ..model_file.earlier_names import with_present_names
from ..untrusted import parse_json
from .checkpoint_checks import check_about
from .optimizer import Optimizers

EVERY = 15.0
"""Seconds between two saves, at most, unless the environment says otherwise."""
VARIABLE = "UNROLLED_SAVE_EVERY"


def seconds_between_saves() -> float:
    """Seconds between two saves; raises an ``OptionError`` where the environment gives no number."""
    try:
        return max(0.0, float(os.environ.get(VARIABLE) or EVERY))
    except ValueError:
        raise OptionError(f"{VARIABLE} is {os.environ[VARIABLE]!r}; set it to a number of seconds") from None


def save_resume(path: Path, tensors: dict[str, torch.Tensor], about: dict[str, Any]) -> None:
    """Write the resume file, atomically, over the last one."""
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
    write_atomically(path, pack(arrays, {"resume": json.dumps(about)}))


def load_resume(path: Path) -> tuple[Tensors, dict[str, Any]]:
    """What ``save_resume`` wrote; raises ``ModelFileError`` for what says nothing of a run."""
    tensors, metadata = unpack(read(path), str(path))
    if "resume" not in metadata:
        raise ModelFileError(f"{path} is no resume file; start again without --resume")
    try:
        about = check_about(parse_json(metadata["resume"]))
        return tensors, {**about, "model": with_present_names(about["model"], format_of(metadata))}
    except ValueError as error:
        raise ModelFileError(f"{path} is no resume file of this unrolled ({error}); start again with --force") from None


def optimizer_tensors(optimizers: Optimizers) -> dict[str, torch.Tensor]:
    """What optimizers remember of their parameters, by the places of both."""
    return {
        f"optimizer.{number}.{place}.{name}": tensor
        for number, optimizer in enumerate(optimizers)
        for place, parameter in enumerate(parameters_of(optimizer))
        for name, tensor in optimizer.state.get(parameter, {}).items()
    }


def restore_optimizers(optimizers: Optimizers, tensors: dict[str, torch.Tensor]) -> None:
    """Put it back."""
    for number, optimizer in enumerate(optimizers):
        for place, parameter in enumerate(parameters_of(optimizer)):
            remembered = unprefixed(f"optimizer.{number}.{place}", tensors)
            if remembered:
                optimizer.state[parameter] = remembered


def parameters_of(optimizer: torch.optim.Optimizer) -> list[torch.nn.Parameter]:
    """An optimizer's parameters, in the order of its groups."""
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def prefixed(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors with a prefix before their names."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def unprefixed(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors under a prefix, without it."""
    start = f"{prefix}."
    return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}


def as_plain(options: Any) -> dict[str, Any]:
    """Options as JSON can hold them."""
    return dataclasses.asdict(options)
