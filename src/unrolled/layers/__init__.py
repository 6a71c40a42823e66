"""Torch modules: ``build`` turns a task's plain description of a network into one."""

import torch

from ..tasks.base import NetworkSpec
from .base import Network
from .network import RecurrentNetwork

__all__ = ["Network", "RecurrentNetwork", "build"]


def build(spec: NetworkSpec, seed: int = 0, kind: str = "fp32") -> Network:
    """The network of a spec, with fresh weights; the scan's kernels are of a ``kind``: fp32, bf16 or off."""
    network = RecurrentNetwork(spec, kind) if spec.cell != "gpt2" else open_gpt2(spec)
    network.initialise(torch.Generator().manual_seed(seed))
    return network


def open_gpt2(spec: NetworkSpec) -> Network:
    """The network that needs ``transformers``, which is imported here and not before."""
    from .pretrained.gpt2 import Gpt2

    return Gpt2(spec)
