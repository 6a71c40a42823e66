"""One side of ``training_step.py``: stock PyTorch, as everybody writes it, in fp32 or under bf16 autocast."""

from __future__ import annotations

import argparse

import torch
from steps import CLIP, DECAY, DROPOUT, RATE, Sizes, Step, batch, parser, serve
from torch import nn

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "elman": nn.RNN}


class Stock(nn.Module):
    """The same network out of PyTorch's own parts."""

    def __init__(self, cell: str, layers: int, width: int, vocabulary: int, dropout: float = DROPOUT) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        between = dropout if layers > 1 else 0.0
        self.rnn = CELLS[cell](width, width, layers, dropout=between, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, ids: torch.Tensor, state: object) -> tuple[torch.Tensor, object]:
        """Logits [B, T, V] and the last state."""
        y, state = self.rnn(self.embedding(ids), state)
        return self.head(self.dropout(y)), state


def detach(state: object) -> object:
    """A stock state without its history."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def make(sizes: Sizes, options: argparse.Namespace) -> Step:
    """A training step of the stock network."""
    network = Stock(sizes.cell, sizes.layers, sizes.width, sizes.vocabulary)
    optimizer = torch.optim.AdamW(network.parameters(), RATE, (0.9, 0.99), weight_decay=DECAY, fused=True)
    inputs, targets = batch(sizes)
    state: object = None

    def step() -> None:
        nonlocal state
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            logits, after = network(inputs, state)
            loss = nn.functional.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())
        loss.backward()
        loss.item()
        nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        optimizer.step()
        optimizer.zero_grad()
        state = detach(after)

    return step


if __name__ == "__main__":
    made = parser(__doc__)
    made.add_argument("--bf16", action="store_true", help="autocast to bf16")
    serve(make, made)
