"""Torch modules: ``build`` turns a task's plain description of a network into one."""

import torch

from ..spec import NetworkSpec
from .base import Network
from .encoder_only import EncoderOnlyNetwork
from .recurrent import RecurrentNetwork

__all__ = ["AnswerNetwork", "Network", "RecurrentNetwork", "build"]


def build(spec: NetworkSpec, seed: int = 0, kind: str = "fp32") -> Network:
    """The network of a spec, with fresh weights; the scan's kernels are of a ``kind``: fp32, bf16 or off."""
    network = make(spec, kind)
    network.initialise(torch.Generator().manual_seed(seed))
    return network


def make(spec: NetworkSpec, kind: str) -> Network:
    """The network of a spec, its weights still unset."""
    if spec.cell == "gpt2":
        return open_gpt2(spec)
    return RecurrentNetwork(spec, kind) if spec.pooling == "none" else EncoderOnlyNetwork(spec, kind)


def open_gpt2(spec: NetworkSpec) -> Network:
    """The network that needs ``transformers``, which is imported here and not before."""
    from ..pretrained.gpt2 import Gpt2

    return Gpt2(spec)
