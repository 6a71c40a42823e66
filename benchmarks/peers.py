"""The peers of ``quality.py`` over plain PyTorch: their networks and their recipes.

All ids are torch tensors; B rows side by side, T characters in time, V characters in the alphabet.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

CHUNK = 1024  # characters that a recurrent network scores at a time
BLOCK = 64  # the GPT's context


class Recurrent(nn.Module):
    """Stock ``nn.LSTM`` between an embedding (0: one-hot input, as char-rnn has it) and a linear head."""

    def __init__(self, size: int, width: int, layers: int, embedding: int) -> None:
        super().__init__()
        self.one_hot = not embedding
        self.embedding = nn.Embedding(size, embedding or size)
        if self.one_hot:
            self.embedding.weight = nn.Parameter(torch.eye(size), requires_grad=False)
        self.rnn = nn.LSTM(embedding or size, width, layers, batch_first=True)
        self.head = nn.Linear(width, size)

    def forward(self, ids: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Logits [B, T, V] and the last state."""
        y, state = self.rnn(self.embedding(ids), state)
        return self.head(y), state

    def read(self, ids: Tensor) -> Tensor:
        """Logits [B, T, V] from a fresh state that is carried to the end."""
        state, found = None, []
        for part in ids.split(CHUNK, 1):
            logits, state = self(part, state)
            found.append(logits)
        return torch.cat(found, 1)


class Attention(nn.Module):
    """Causal self-attention of several heads."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """From [B, T, C] to [B, T, C]."""
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.qkv(x).chunk(3, -1))
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(y.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    """One pre-norm transformer layer (Radford et al. 2019)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.before, self.attention = nn.LayerNorm(width, bias=False), Attention(width, heads)
        self.between = nn.LayerNorm(width, bias=False)
        self.wide, self.out = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """From [B, T, C] to [B, T, C]."""
        x = x + self.attention(self.before(x))
        return x + self.out(functional.gelu(self.wide(self.between(x))))


class GPT(nn.Module):
    """GPT-2's network in nanoGPT's shape: no biases, the head tied to the embedding, small normal start."""

    def __init__(self, size: int, width: int = 128, layers: int = 4, heads: int = 4) -> None:
        super().__init__()
        self.embedding, self.places = nn.Embedding(size, width), nn.Embedding(BLOCK, width)
        self.layers = nn.Sequential(*(Layer(width, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(width, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:  # what adds to the residual stream starts smaller: Radford et al. 2019, section 2.3
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * layers) if name.endswith("out.weight") else 0.02)

    def forward(self, ids: Tensor, state: Any = None) -> tuple[Tensor, None]:
        """Logits [B, T, V] for T up to ``BLOCK``; there is no state."""
        x = self.embedding(ids) + self.places.weight[: ids.shape[1]]
        return functional.linear(self.norm(self.layers(x)), self.embedding.weight), None

    def read(self, ids: Tensor) -> Tensor:
        """Logits [B, T, V] by sliding: past the first block, each character sees half a block or more before it."""
        stride, total = BLOCK // 2, ids.shape[1]
        found = [self(ids[:, :BLOCK])[0]]
        for start in range(BLOCK, total, stride):
            end = min(start + stride, total)
            logits, _ = self(ids[:, end - BLOCK : end])
            found.append(logits[:, start - end :])
        return torch.cat(found, 1)


@dataclass(frozen=True)
class Peer:
    """How a network learns: batches of ``rows`` x ``length``, its optimizer, rate and clipping."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    rows: int
    length: int
    rate: Callable[[float, int, float], float]  # of the run's fraction, the step and the epoch
    clip: Callable[[Any], Any]
    bf16: bool = False

    @property
    def recurrent(self) -> bool:
        """Whether there is a state to carry."""
        return isinstance(self.network, Recurrent)

    @property
    def window(self) -> int:
        """The windows of the quick validation: a GPT's block, or rows so long that their cold start hardly counts."""
        return 2048 if self.recurrent else BLOCK


def cosine(fraction: float, highest: float, lowest: float) -> float:
    """Half a cosine from the highest to the lowest over the run."""
    return lowest + (highest - lowest) * (1 + math.cos(math.pi * min(1.0, fraction))) / 2


def clip_norm(parameters: Any) -> Tensor:
    """Gradients no longer than 1."""
    return nn.utils.clip_grad_norm_(parameters, 1.0)


def nanogpt(size: int) -> Peer:
    """The configuration that nanoGPT gives for a CPU; weight decay on matrices alone."""
    network = GPT(size)
    groups = [
        {"params": [p for p in network.parameters() if p.ndim > 1], "weight_decay": 0.1},
        {"params": [p for p in network.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, 1e-3, (0.9, 0.99))

    def rate(fraction: float, step: int, epoch: float) -> float:
        return min(1.0, (step + 1) / 100) * cosine(fraction, 1e-3, 1e-4)

    return Peer(network, optimizer, 12, BLOCK, rate, clip_norm)


def stock_lstm(size: int, bf16: bool = False) -> Peer:
    """One ``nn.LSTM`` of 256."""
    network = Recurrent(size, 256, 1, 256)
    optimizer = torch.optim.AdamW(network.parameters(), 4e-3)
    return Peer(network, optimizer, 32, 64, lambda fraction, step, epoch: cosine(fraction, 4e-3, 0), clip_norm, bf16)


def char_rnn(size: int) -> Peer:
    """char-rnn's defaults: one-hot input, uniform start, forget gates open, the rate falling after ten epochs."""
    network = Recurrent(size, 128, 2, 0)
    learnt = [p for p in network.parameters() if p.requires_grad]
    for parameter in learnt:
        nn.init.uniform_(parameter, -0.08, 0.08)
    for layer in range(2):
        nn.init.ones_(getattr(network.rnn, f"bias_ih_l{layer}").data[128:256])
    optimizer = torch.optim.RMSprop(learnt, 2e-3, alpha=0.95)

    def rate(fraction: float, step: int, epoch: float) -> float:
        return 2e-3 * 0.97 ** max(0, int(epoch) - 9)

    return Peer(network, optimizer, 50, 50, rate, lambda parameters: nn.utils.clip_grad_value_(parameters, 5.0))
