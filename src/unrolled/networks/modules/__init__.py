"""Torch modules: ``build`` turns a task's plain description of a network into one."""

from importlib import import_module

import torch

from ..spec import NetworkSpec
from .base import Network
from .encoder_only import EncoderOnlyNetwork
from .recurrent import RecurrentNetwork

__all__ = ["AnswerNetwork", "Network", "RecurrentNetwork", "build"]


def build(spec: NetworkSpec, seed: int = 0, precision: str = "fp32") -> Network:
    """Return the network of a spec, with fresh weights.

    The scan's kernels are of a ``precision``: fp32, bf16 or off.
    """
    network = make(spec, precision)
    network.initialise(torch.Generator().manual_seed(seed))
    return network


def make(spec: NetworkSpec, precision: str) -> Network:
    """Return the network of a spec, its weights still unset."""
    own = spec.kind.network
    if own:  # imported here and not before: it may need more than torch
        made: Network = import_module(f"..pretrained.{own}", __name__).make(spec)
        return made
    return RecurrentNetwork(spec, precision) if spec.pooling == "none" else EncoderOnlyNetwork(spec, precision)
