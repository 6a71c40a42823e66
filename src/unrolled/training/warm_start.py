"""Going on with a model's weights in a network whose vocabularies may be larger."""

from __future__ import annotations

from typing import Any

import torch

from ..datasets.dataset import Dataset
from ..model_file.bundle import Bundle
from ..networks.modules import Network
from ..tasks import TASKS
from ..tasks.base import Task
from ..text.vocabulary import NEVER
from .base_model import old_split
from .held_out_loss import bits_of
from .job import TrainingJob


@torch.no_grad()
def copy_weights(network: Network, bundle: Bundle) -> None:
    """Give a network the weights of a model whose vocabularies may have been smaller.

    What it had never seen has no weight in the head, and is impossible until it is expected; where the bias does not
    learn, it starts unlikely.
    """
    reads = TASKS[bundle.config.task].continues and network.spec.encoder is not None
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


class HeldOut:
    """The held-out part of a run that goes on from a model, and that of the model's own text, where it is to be had.

    Of the old one, at most ``most`` units are scored.
    """

    def __init__(self, job: TrainingJob, split: Dataset, most: int) -> None:
        self.comparable = job.base is not None and job.base.bundle.config.task == job.model.task
        self.new: Dataset | None = split if self.comparable and len(split.valid) else None
        old = old_split(job.base, split.vocabularies) if self.comparable and job.base else None
        self.old: Dataset | None = old.beginning("valid", most) if old and len(old.valid) else None

    @property
    def old_units(self) -> int:
        """Units of the old text that are scored."""
        return self.old.units("valid") if self.old else 0

    def bits(self, network: Network, task: Task, new: float | None = None) -> dict[str, float | None]:
        """Return the bits per character of both, None for what is not to be had.

        Those of the ``new`` may be known already.
        """
        if not self.comparable:
            return {}
        if new is None and self.new:
            new = bits_of(network, task, self.new, "valid")
        return {"new": new, "old": bits_of(network, task, self.old, "valid") if self.old else None}


def describe(job: TrainingJob, before: dict[str, float | None], after: dict[str, float | None]) -> dict[str, Any]:
    """Return what a record says of going on: from what, with which new letters, and what both held-out texts cost."""
    assert job.base, "only called where there is one"
    old = job.base.bundle.vocabularies
    added = [
        unit
        for name, each in job.split.vocabularies.items()
        if name in old
        for unit in each.units[len(old[name].units) :]
    ]
    return {"from": job.base.path, "added": list(dict.fromkeys(added)), "before": before, "after": after}
