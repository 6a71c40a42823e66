"""Going on with a model's weights in a network whose vocabularies may be larger."""

from __future__ import annotations

from typing import Any

import torch

from ..bundle import Bundle
from ..layers import Network
from ..tasks.base import Task
from ..text.vocabulary import NEVER
from .base import old_split
from .validate import bits_of
from .work import Work


@torch.no_grad()
def carry_over(network: Network, bundle: Bundle) -> None:
    """Give a network the weights of a model whose vocabularies may have been smaller.

    What it had never seen has no weight in the head, and is impossible until it is expected; where the bias does not
    learn, it starts unlikely.
    """
    reads = bundle.config.task == "language" and network.spec.encoder is not None
    tensors = {f"encoder.{name}": each for name, each in bundle.tensors.items()} if reads else bundle.tensors
    for name, parameter in network.state_dict().items():
        if name not in tensors:  # the model learnt no labels, or no other direction
            continue
        old = torch.from_numpy(tensors[name]).to(parameter)
        if name == "head.weight":
            parameter.zero_()
            old = old * torch.from_numpy(tensors["head.bias"] > NEVER / 2).to(old)[:, None]
        elif name == "head.bias":
            parameter.fill_(NEVER if network.head.bias.requires_grad else float(old.min()))
        parameter[tuple(slice(size) for size in old.shape)] = old


def both_held_out(network: Network, task: Task, work: Work) -> dict[str, float | None]:
    """Bits per character of the new held-out text and of the old one, None for what is not to be had."""
    if work.base is None or work.base.bundle.config.task != work.model.task:
        return {}
    splits = {"new": work.split, "old": old_split(work.base, work.split.vocabularies)}
    return {
        name: bits_of(network, task, split, "valid") if split and len(split.valid) else None
        for name, split in splits.items()
    }


def describe(work: Work, before: dict[str, float | None], after: dict[str, float | None]) -> dict[str, Any]:
    """What a record says of going on: from what, with which new letters, and what both held-out texts cost."""
    assert work.base, "only called where there is one"
    old = work.base.bundle.vocabularies
    added = [
        unit
        for name, each in work.split.vocabularies.items()
        if name in old
        for unit in each.units[len(old[name].units) :]
    ]
    return {"from": work.base.path, "added": list(dict.fromkeys(added)), "before": before, "after": after}
