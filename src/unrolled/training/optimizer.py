"""The optimizers: Muon for the matrices of the stack, AdamW (Loshchilov and Hutter 2019) for everything else.

Weight decay acts on matrices, and on tables of many rows; not on a small embedding or on biases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from ..networks.cells import find_cell
from ..networks.modules import Network
from ..networks.modules.product import multiplies_bf16
from ..networks.modules.sampled_softmax import LARGE
from .muon import Muon
from .sparse_adamw import SparseAdamW

BETAS = (0.9, 0.99)
"""Measured: ``docs/lab-notes.md``, "what holds a network back …"; a second moment at 0.95 was no better."""

TABLES = ("embedding.weight", "head.weight")
BETWEEN = ("attention.key", "attention.value", "attention.hidden", "attention.query", "bridge", "head.project")
"""Matrices beside the stack that learn as its own do."""
APART = 0.2
"""AdamW's learning rate relative to Muon's, where examples are learnt (``docs/lab-notes.md``)."""

Optimizers = Sequence[torch.optim.Optimizer]


def make_optimizers(network: Network, name: str, weight_decay: float) -> Optimizers:
    """Return the optimizers of a network: "muon" and AdamW, or "adamw" alone. Each step sets their learning rate."""
    named = dict(network.named_parameters())
    matrices = {key: p for key, p in named.items() if name == "muon" and is_matrix(key, p)}
    rows = {} if network.spec.encoder else named  # where all units are learnt at every step
    tables = {key: p for key, p in rows.items() if key in TABLES and len(p) >= LARGE}
    rest = {key: p for key, p in named.items() if key not in matrices and key not in tables}
    decayed = [p for key, p in rest.items() if p.ndim > 1 and "embedding" not in key]
    others = [p for key, p in rest.items() if p.ndim < 2 or "embedding" in key]
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    optimizers: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, betas=BETAS, fused=True)]
    if matrices:
        gates = find_cell(network.spec.cell, network.spec.context).gates
        stacked = [p for key, p in matrices.items() if "rnn.weight" in key]
        between = [p for key, p in matrices.items() if "rnn.weight" not in key]
        wanted = [{"params": each, "gates": count} for each, count in ((stacked, gates), (between, 1)) if each]
        optimizers.append(
            Muon([{**each, "narrow": multiplies_bf16(network.precision)} for each in wanted], weight_decay)
        )
        for group in optimizers[0].param_groups:
            group["share"] = APART if network.spec.encoder else 1.0
    if tables:
        optimizers.append(SparseAdamW(tables.values(), BETAS, weight_decay))
    return optimizers


def is_matrix(key: str, parameter: torch.nn.Parameter) -> bool:
    """Tell whether a parameter is a matrix of a stack, or between an encoder and one."""
    return parameter.ndim > 1 and len(parameter) > 0 and ("rnn.weight" in key or key.startswith(BETWEEN))


def remembered(optimizer: torch.optim.Optimizer, parameter: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return what an optimizer remembers of a parameter, at first; PyTorch's AdamW does not tell by itself."""
    if isinstance(optimizer, Muon | SparseAdamW):
        return optimizer.remembered(parameter.detach())
    averages = {name: torch.zeros_like(parameter.detach()) for name in ("exp_avg", "exp_avg_sq")}
    return {**averages, "step": torch.zeros(())}


def optimizer_state(optimizers: Optimizers) -> dict[str, torch.Tensor]:
    """Return what optimizers remember of their parameters now, by the places of both: "0.3.exp_avg"; no copies."""
    return {
        f"{number}.{index}.{name}": tensor
        for number, optimizer in enumerate(optimizers)
        for index, parameter in enumerate(parameters_of(optimizer))
        for name, tensor in optimizer.state.get(parameter, {}).items()
    }


def load_optimizer_state(optimizers: Optimizers, tensors: Mapping[str, torch.Tensor]) -> None:
    """Let optimizers remember what ``optimizer_state`` told."""
    for name, tensor in tensors.items():
        number, index, own = name.split(".", 2)
        optimizer = optimizers[int(number)]
        optimizer.state[parameters_of(optimizer)[int(index)]][own] = tensor


def parameters_of(optimizer: torch.optim.Optimizer) -> list[torch.nn.Parameter]:
    """Return an optimizer's parameters, in the order of its groups."""
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def update(network: Network, optimizers: Optimizers, learning_rate: float, clip: float) -> None:
    """One step along the gradients, which are clipped first and gone afterwards."""
    clip_gradients(network, clip)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * group.get("share", 1.0)
        optimizer.step()
        optimizer.zero_grad()


def clip_gradients(network: Network, most: float) -> None:
    """Scale all gradients to a common norm of ``most``, if it is larger; sparse ones are coalesced first."""
    gradients = []
    for parameter in network.parameters():
        if parameter.grad is not None and parameter.grad.is_sparse:
            parameter.grad = parameter.grad.coalesce()
            gradients.append(parameter.grad.values())
        elif parameter.grad is not None:
            gradients.append(parameter.grad)
    scale = float(most / (torch.nn.utils.get_total_norm(gradients) + 1e-6))
    for gradient in gradients if scale < 1 else ():
        gradient.mul_(scale)
