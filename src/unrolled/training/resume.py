"""Going on after a crash: all that a run needs, in one file beside the model."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import torch

from ..bundle import Tensors, pack, read, unpack, write_atomically
from ..errors import ModelFileError

EVERY = 15.0
"""Seconds between two saves, at most."""
MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def save_resume(path: Path, tensors: dict[str, torch.Tensor], about: dict[str, Any]) -> None:
    """Write the resume file, atomically, over the last one."""
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
    write_atomically(path, pack(arrays, {"resume": json.dumps(about)}))


def load_resume(path: Path) -> tuple[Tensors, dict[str, Any]]:
    """What ``save_resume`` wrote."""
    tensors, metadata = unpack(read(path), str(path))
    if "resume" not in metadata:
        raise ModelFileError(f"{path} is no resume file; start again without --resume")
    return tensors, json.loads(metadata["resume"])


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """AdamW's moments, named by the place of their parameter."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    return {
        f"optimizer.{place}.{moment}": optimizer.state[parameter][moment]
        for place, parameter in enumerate(parameters)
        for moment in MOMENTS
        if parameter in optimizer.state
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, torch.Tensor]) -> None:
    """Put AdamW's moments back."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for place, parameter in enumerate(parameters):
        moments = {moment: tensors.get(f"optimizer.{place}.{moment}") for moment in MOMENTS}
        if moments["step"] is not None:
            optimizer.state[parameter] = moments


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
