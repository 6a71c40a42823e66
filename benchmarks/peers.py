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
BLOCK = 64  # nanoGPT's context on a CPU
EXAMPLE = 40  # characters of the Keras example's windows
MOST = 4096  # windows that the Keras example scores at a time


class Carrying(nn.Module):
    """A network whose state goes on from one part of a text to the next."""

    def read(self, ids: Tensor) -> Tensor:
        """Logits [B, T, V] from a fresh state that is carried to the end."""
        state, found = None, []
        for part in ids.split(CHUNK, 1):
            logits, state = self(part, state)
            found.append(logits)
        return torch.cat(found, 1)


class Recurrent(Carrying):
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


class KerasExample(nn.Module):
    """The Keras example's network: one-hot windows of 40, one LSTM of 128, and the character after the window alone."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size, self.rnn, self.head = size, nn.LSTM(size, 128, batch_first=True), nn.Linear(128, size)
        for name, parameter in self.named_parameters():  # as Keras begins
            if parameter.ndim < 2:
                nn.init.zeros_(parameter)
            elif "weight_hh" in name:
                nn.init.orthogonal_(parameter)
            else:
                nn.init.xavier_uniform_(parameter)
        nn.init.ones_(self.rnn.bias_ih_l0.data[128:256])

    def forward(self, ids: Tensor, state: Any = None) -> tuple[Tensor, None]:
        """Logits [B, 1, V] of what follows the windows."""
        y, _ = self.rnn(functional.one_hot(ids, self.size).float())
        return self.head(y[:, -1:]), None

    def read(self, ids: Tensor) -> Tensor:
        """Logits [B, T, V], each from the window of up to 40 characters before it."""
        first = [self(ids[:, :end])[0] for end in range(1, min(EXAMPLE, ids.shape[1] + 1))]
        windows = ids.unfold(1, EXAMPLE, 1).flatten(0, 1) if ids.shape[1] >= EXAMPLE else ids[:0, :0]
        rest = [self(part)[0] for part in windows.split(MOST)] if len(windows) else []
        return torch.cat([*first, *([torch.cat(rest).view(len(ids), -1, self.size)] if rest else [])], 1)


class MinGRU(nn.Module):
    """The minimal GRU (Feng et al. 2024, section 3.1), all of time at once in logarithms (their appendix B)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gates = nn.Linear(width, 2 * width)

    def forward(self, x: Tensor, state: Tensor) -> Tensor:
        """All states [B, T, H] from what is read [B, T, H] and the state before [B, H]."""
        gate, candidate = self.gates(x).chunk(2, -1)
        keeps, takes = -functional.softplus(gate), -functional.softplus(-gate)
        positive = torch.where(candidate >= 0, (candidate.relu() + 0.5).log(), -functional.softplus(-candidate))
        kept = torch.cat([torch.zeros_like(keeps[:, :1]), keeps.cumsum(1)], 1)
        values = torch.cat([state.clamp_min(1e-9).log()[:, None], takes + positive], 1)
        return (kept + torch.logcumsumexp(values - kept, 1)).exp()[:, 1:]


class MinGRUStack(Carrying):
    """Layers of a minimal GRU and a wide feed-forward network, both pre-norm and residual."""

    def __init__(self, size: int, width: int, layers: int) -> None:
        super().__init__()
        self.embedding, self.head = nn.Embedding(size, width), nn.Linear(width, size)
        self.cells = nn.ModuleList(MinGRU(width) for _ in range(layers))
        self.norms = nn.ModuleList(nn.RMSNorm(width) for _ in range(2 * layers + 1))
        wide = [nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)) for _ in self.cells]
        self.wide = nn.ModuleList(wide)

    def forward(self, ids: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Logits [B, T, V] and the last state."""
        x, last = self.embedding(ids), []
        for layer, cell in enumerate(self.cells):
            before = x.new_full((len(x), x.shape[-1]), 0.5) if state is None else state[layer]
            y = cell(self.norms[2 * layer](x), before)
            last.append(y[:, -1])
            x = x + y
            x = x + self.wide[layer](self.norms[2 * layer + 1](x))
        return self.head(self.norms[-1](x)), tuple(last)


class Attention(nn.Module):
    """Causal self-attention of several heads."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """From [B, T, C] to [B, T, C]."""
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.qkv(x).chunk(3, -1))
        dropped = self.dropout if self.training else 0.0
        y = functional.scaled_dot_product_attention(q, k, v, dropout_p=dropped, is_causal=True)
        return functional.dropout(self.out(y.transpose(1, 2).flatten(2)), dropped)


class Layer(nn.Module):
    """One pre-norm transformer layer (Radford et al. 2019)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.before, self.attention = nn.LayerNorm(width, bias=False), Attention(width, heads, dropout)
        self.dropout = nn.Dropout(dropout)
        self.between = nn.LayerNorm(width, bias=False)
        self.wide, self.out = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """From [B, T, C] to [B, T, C]."""
        x = x + self.attention(self.before(x))
        return x + self.dropout(self.out(functional.gelu(self.wide(self.between(x)))))


class GPT(nn.Module):
    """GPT-2's network in nanoGPT's shape: no biases, the head tied to the embedding, small normal start."""

    def __init__(
        self, size: int, width: int = 128, layers: int = 4, heads: int = 4, block: int = BLOCK, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.block, self.dropout = block, nn.Dropout(dropout)
        self.embedding, self.places = nn.Embedding(size, width), nn.Embedding(block, width)
        self.layers = nn.Sequential(*(Layer(width, heads, dropout) for _ in range(layers)))
        self.norm = nn.LayerNorm(width, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:  # what adds to the residual stream starts smaller: Radford et al. 2019, section 2.3
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * layers) if name.endswith("out.weight") else 0.02)

    def forward(self, ids: Tensor, state: Any = None) -> tuple[Tensor, None]:
        """Logits [B, T, V] for T up to ``block``; there is no state."""
        x = self.dropout(self.embedding(ids) + self.places.weight[: ids.shape[1]])
        return functional.linear(self.norm(self.layers(x)), self.embedding.weight), None

    def read(self, ids: Tensor) -> Tensor:
        """Logits [B, T, V] by sliding: past the first block, each character sees half a block or more before it."""
        stride, total = self.block // 2, ids.shape[1]
        found = [self(ids[:, : self.block])[0]]
        for start in range(self.block, total, stride):
            end = min(start + stride, total)
            logits, _ = self(ids[:, end - self.block : end])
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
        return isinstance(self.network, Carrying)

    @property
    def window(self) -> int:
        """The windows of the quick validation: a GPT's block, or rows so long that their cold start hardly counts."""
        return self.network.block if isinstance(self.network, GPT) else 2048


def cosine(fraction: float, highest: float, lowest: float) -> float:
    """Half a cosine from the highest to the lowest over the run."""
    return lowest + (highest - lowest) * (1 + math.cos(math.pi * min(1.0, fraction))) / 2


def clip_norm(parameters: Any) -> Tensor:
    """Gradients no longer than 1."""
    return nn.utils.clip_grad_norm_(parameters, 1.0)


def nanogpt(size: int) -> Peer:
    """The configuration that nanoGPT gives for a CPU; weight decay on matrices alone."""
    network = GPT(size)
    return Peer(network, adamw(network, 1e-3), 12, network.block, nanogpt_rate, clip_norm)


def nanogpt_gpu(size: int) -> Peer:
    """The configuration that nanoGPT gives for a GPU, its cosine over the minutes that there are."""
    network = GPT(size, 384, 6, 6, 256, 0.2)
    return Peer(network, adamw(network, 1e-3), 64, network.block, nanogpt_rate, clip_norm, bf16=True)


def nanogpt_rate(fraction: float, step: int, epoch: float) -> float:
    """A hundred steps up, then a cosine down to a tenth."""
    return min(1.0, (step + 1) / 100) * cosine(fraction, 1e-3, 1e-4)


def adamw(network: nn.Module, rate: float) -> torch.optim.Optimizer:
    """AdamW as nanoGPT has it, weight decay on matrices alone."""
    groups = [
        {"params": [p for p in network.parameters() if p.ndim > 1], "weight_decay": 0.1},
        {"params": [p for p in network.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, rate, (0.9, 0.99), fused=True)


def warm(highest: float) -> Callable[[float, int, float], float]:
    """A hundred steps up, then a cosine down to nothing."""
    return lambda fraction, step, epoch: min(1.0, (step + 1) / 100) * cosine(fraction, highest, 0)


def gpt(size: int, width: int = 96, layers: int = 3, block: int = BLOCK, rows: int = 12, highest: float = 4e-3) -> Peer:
    """A GPT tuned for a few minutes on two cores."""
    network = GPT(size, width, layers, 4, block)
    return Peer(network, adamw(network, highest), rows, block, warm(highest), clip_norm)


def min_gru(size: int, width: int = 128, layers: int = 2, rows: int = 16, highest: float = 6e-3) -> Peer:
    """A stack of minimal GRUs, likewise tuned."""
    network = MinGRUStack(size, width, layers)
    return Peer(network, adamw(network, highest), rows, 64, warm(highest), clip_norm)


def keras_example(size: int) -> Peer:
    """The Keras example "Character-level text generation with LSTM": RMSprop at 0.01 all the way, batches of 128."""
    network = KerasExample(size)
    optimizer = torch.optim.RMSprop(network.parameters(), 0.01, alpha=0.9, eps=1e-7)
    return Peer(network, optimizer, 128, EXAMPLE, lambda fraction, step, epoch: 0.01, lambda parameters: None)


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


PEERS: dict[str, Callable[[int], Peer]] = {
    "lstm": stock_lstm,
    "lstm-bf16": lambda size: stock_lstm(size, bf16=True),
    "min-gru": min_gru,
    "gpt": gpt,
    "nanogpt-cpu": nanogpt,
    "nanogpt-gpu": nanogpt_gpu,
    "char-rnn": char_rnn,
    "keras-example": keras_example,
}


def refuses_bf16(peer: Peer, ids: Tensor) -> str | None:
    """Why the machine cannot train the network under bf16 autocast, if it cannot."""
    try:
        with torch.autocast("cpu", torch.bfloat16):
            peer.network(ids[None, : peer.length])[0].sum().backward()
    except RuntimeError as error:
        return f"not possible on this machine: {str(error).split('. ')[0]}"
    peer.optimizer.zero_grad()
    return None


@torch.no_grad()
def write(network: nn.Module, ids: Tensor, count: int, diversity: float) -> list[int]:
    """What the Keras example writes after some ids, at a diversity (a temperature)."""
    rng = torch.Generator().manual_seed(1)
    for _ in range(count):
        logits = network(ids[None, -EXAMPLE:])[0][0, -1] / diversity
        ids = torch.cat([ids, torch.multinomial(logits.softmax(-1), 1, generator=rng)])
    return [int(number) for number in ids[-count:]]
