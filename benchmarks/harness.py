"""How the peers of ``quality.py`` are trained and scored: one harness and one exact scorer for all of them.

All ids are torch tensors; B rows side by side, T characters in time.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from typing import Any

import torch
from peers import Peer
from torch import Tensor, nn
from torch.nn import functional

WINDOW = 256  # of cold-256
ROWS = 64  # windows scored side by side
EVERY = 20.0  # seconds between two validations, at least
SHARE = 0.05  # of a run spent on validations, at most: what unrolled allows itself


def streams(ids: Tensor, rows: int, length: int) -> Iterator[tuple[Tensor, Tensor, bool]]:
    """Contiguous rows for ever: inputs, targets, and whether the rows begin anew."""
    steps = (len(ids) - 1) // (rows * length)
    share = steps * length
    inputs, targets = (part[: rows * share].view(rows, share) for part in (ids[:-1], ids[1:]))
    while True:
        for place in range(0, share, length):
            yield inputs[:, place : place + length], targets[:, place : place + length], place == 0


def windows(ids: Tensor, rows: int, length: int) -> Iterator[tuple[Tensor, Tensor, bool]]:
    """Windows from random places for ever."""
    while True:
        places = torch.randint(len(ids) - length, (rows, 1), device=ids.device)
        places = places + torch.arange(length, device=ids.device)
        yield ids[places], ids[places + 1], True


class Training:
    """A peer in training: the clock, the state, and the best weights so far."""

    def __init__(self, peer: Peer, ids: Tensor, held_out: Tensor, seconds: float) -> None:
        self.peer, self.ids, self.held_out, self.seconds = peer, ids, held_out, seconds
        self.learning = compiled(peer, ids) if ids.is_cuda else peer.network
        self.begin = self.validated = time.perf_counter()
        self.steps, self.cost, self.best, self.state = 0, 0.0, math.inf, None
        self.weights: dict[str, Tensor] = {}

    @property
    def seen(self) -> int:
        """Characters learnt from."""
        return self.steps * self.peer.rows * self.peer.length

    def learn(self, inputs: Tensor, targets: Tensor, fresh: bool) -> None:
        """One batch: forward, loss, backward, update."""
        peer = self.peer
        peer.network.train()
        fraction = (time.perf_counter() - self.begin) / self.seconds
        for group in peer.optimizer.param_groups:
            group["lr"] = peer.rate(fraction, self.steps, self.seen / len(self.ids))
        with torch.autocast(self.ids.device.type, torch.bfloat16, enabled=peer.bf16):
            logits, state = self.learning(inputs, None if fresh else self.state)
            targets = targets[:, -logits.shape[1] :]  # the Keras example learns the last one alone
            loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        peer.optimizer.zero_grad()
        loss.backward()
        peer.clip(peer.network.parameters())
        peer.optimizer.step()
        self.state = state and tuple(part.detach().float() for part in state)
        self.steps += 1

    def validate(self) -> None:
        """Score the held-out text quickly; keep the weights if they are the best."""
        now = time.perf_counter()
        nats = cold(self.peer.network, self.held_out, self.peer.window)
        if nats < self.best or not self.weights:
            self.best, self.weights = nats, copy.deepcopy(self.peer.network.state_dict())
        self.validated = time.perf_counter()
        self.cost = self.validated - now
        print(f"  {self.validated - self.begin:6.1f} s  step {self.steps:6}  held out about {nats:.4f}", flush=True)

    def run(self) -> dict[str, Any]:
        """Learn until the time is up, validations included; leave the best weights in; what was done."""
        make = streams if self.peer.recurrent else windows
        for batch in make(self.ids, self.peer.rows, self.peer.length):
            self.learn(*batch)
            over = time.perf_counter() - self.begin + self.cost >= self.seconds
            if over or time.perf_counter() - self.validated >= max(EVERY, self.cost / SHARE):
                self.validate()
            if over:
                break
        self.peer.network.load_state_dict(self.weights)
        seconds = self.validated - self.begin
        epochs = self.seen / len(self.ids)
        return {"seconds": seconds, "steps": self.steps, "characters": self.seen, "epochs": epochs, "best": self.best}


def compiled(peer: Peer, ids: Tensor) -> Any:
    """The network as torch.compile makes it (nanoGPT's way on a GPU), which is done before the clock starts."""
    network = torch.compile(peer.network.train())
    with torch.autocast(ids.device.type, torch.bfloat16, enabled=peer.bf16):
        logits, _ = network(ids[: peer.rows * peer.length].view(peer.rows, -1))
        logits.sum().backward()
    return network


def nats_of(network: nn.Module, inputs: Tensor, targets: Tensor) -> float:
    """The sum of the nats of all targets [B, T], each row from a fresh start."""
    logits = network.eval().read(inputs)
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum").item()


@torch.no_grad()
def streamed(network: nn.Module, ids: Tensor) -> float:
    """Nats per character but the first, everything before it carried (a GPT: what its block holds)."""
    return nats_of(network, ids[None, :-1], ids[None, 1:]) / (len(ids) - 1)


@torch.no_grad()
def cold(network: nn.Module, ids: Tensor, window: int = WINDOW) -> float:
    """Nats per character but the first, with a fresh start at every window."""
    inputs, targets = ids[:-1], ids[1:]
    whole = len(inputs) // window * window
    parts = (part[:whole].view(-1, window).split(ROWS) for part in (inputs, targets))
    total = sum(nats_of(network, *pair) for pair in zip(*parts, strict=True))
    if whole < len(inputs):
        total += nats_of(network, inputs[None, whole:], targets[None, whole:])
    return total / len(inputs)
