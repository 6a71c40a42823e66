"""The weights that a network starts to learn from."""

from __future__ import annotations

import math

import torch
from torch import nn

from ..cells import facts_of
from ..cells.base import blocks
from .cnn import Cnn

SMALL = 0.1
"""Of the embeddings of examples, of which most units are seen seldom: large ones would be noise to the rest."""


def start_weights(
    network: nn.Module, hidden_size: int, cell: str, generator: torch.Generator, spread: float = 1.0
) -> None:
    """PyTorch's uniform start, orthogonal recurrences, and a cell that remembers at first.

    Embeddings have a ``spread``, their standard deviation. A vision encoder of pixels starts in its own way.

    Orthogonal: Saxe et al. 2014. Forget gate's bias of 1: Jozefowicz et al. 2015, section 3.1.
    """
    bound, own = 1 / math.sqrt(hidden_size), facts_of(cell)
    for name, parameter in network.named_parameters():
        with torch.no_grad():
            if "embedding.weight" in name:
                parameter.normal_(std=spread, generator=generator)
            elif "weight_hh" in name:
                for block in torch.split(parameter, max(1, parameter.shape[1])):
                    nn.init.orthogonal_(block, generator=generator)
            else:
                fitting = 1 / math.sqrt(parameter.shape[1]) if "whole.weight" in name else bound
                parameter.uniform_(-fitting, fitting, generator=generator)
            if own.forget_gate is not None and "bias_ih" in name:
                blocks(parameter, own.gates)[own.forget_gate].add_(1)
    for module in network.modules():
        if isinstance(module, Cnn):
            module.initialise(generator)
