"""The optimizer: AdamW (Loshchilov and Hutter 2019), weight decay on matrices alone."""

from __future__ import annotations

import torch

from ..layers import Network

BETAS = (0.9, 0.99)


def make_optimizer(network: Network, weight_decay: float) -> torch.optim.AdamW:
    """AdamW over a network; the learning rate is set before each step."""
    decayed = [p for name, p in network.named_parameters() if p.ndim > 1 and not name.startswith("embedding")]
    others = [p for name, p in network.named_parameters() if p.ndim < 2 or name.startswith("embedding")]
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, betas=BETAS, fused=True)


def update(network: Network, optimizer: torch.optim.AdamW, learning_rate: float, clip: float) -> None:
    """One step along the gradients, which are clipped first and gone afterwards."""
    torch.nn.utils.clip_grad_norm_(network.parameters(), clip)
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    optimizer.step()
    optimizer.zero_grad()
