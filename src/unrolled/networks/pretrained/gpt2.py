"""GPT-2 (Radford et al. 2019), and the one door to its library.

A network that generates forgets what lies before its window: once that is full, the later half of it is read anew.
"""

from __future__ import annotations

import math
from inspect import signature
from typing import Any

import torch
from torch import nn

from ...errors import MissingExtraError
from ..modules.base import Encoded, Network, Source
from ..modules.dropout import Rng
from ..modules.stack import NetworkState
from ..modules.tensors import TensorBT, TensorBTH, TensorV, TensorVH, TensorXH, TensorXV
from ..spec import NetworkSpec

try:
    from transformers import GPT2Config, GPT2LMHeadModel, GPT2Model
    from transformers.cache_utils import DynamicCache
    from transformers.utils import logging
except ImportError:
    raise MissingExtraError("GPT-2 needs transformers; run: pip install 'unrolled[gpt2]'") from None

__all__ = ["GPT2Config", "GPT2LMHeadModel", "Gpt2"]

logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # a second's work needs none
CACHE = "cache" if "cache" in signature(GPT2Model.forward).parameters else "past_key_values"
"""The name that the library gives its memory of what was read."""
START = 0.02
"""Standard deviation of fresh weights (nanoGPT's and GPT-2's)."""


class Head(nn.Module):
    """Logits from the last layer: the embedding again, and a constant for ids that stand for nothing."""

    bias: TensorV

    def __init__(self, embedding: nn.Embedding) -> None:
        super().__init__()
        self.embedding = [embedding]  # hidden from the module tree: the weight is not the head's own
        self.register_buffer("bias", torch.zeros(embedding.num_embeddings))

    @property
    def weight(self) -> TensorVH:
        """The embedding's weight."""
        return self.embedding[0].weight

    def forward(self, y: TensorXH) -> TensorXV:
        """Return logits of outputs."""
        return nn.functional.linear(y, self.weight, self.bias)


class Gpt2(Network):
    """GPT-2 as a ``Network``. Its tensors have their names in ``transformers``."""

    kind = "off"
    sampled = False

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.spec, self.window = spec, spec.context
        self.config = GPT2Config(
            vocab_size=spec.outputs,
            n_positions=spec.context,
            n_embd=spec.hidden_size,
            n_layer=spec.layers,
            n_head=spec.heads or 1,
            bos_token_id=0,
            eos_token_id=0,
            resid_pdrop=spec.dropout,
            embd_pdrop=spec.dropout,
            attn_pdrop=spec.dropout,
        )
        self.transformer = GPT2LMHeadModel(self.config).transformer
        self.head = Head(self.transformer.wte)

    def initialise(self, generator: torch.Generator) -> None:
        """Small normal weights, smaller still where they add to the residual stream (section 2.3 of the paper)."""
        for name, parameter in self.named_parameters():
            with torch.no_grad():
                if parameter.ndim > 1:
                    deep = math.sqrt(2 * self.spec.layers) if name.endswith("c_proj.weight") else 1.0
                    parameter.normal_(std=START / deep, generator=generator)
                else:
                    parameter.fill_(1.0 if "ln_" in name and name.endswith("weight") else 0.0)

    def encode(self, source: Source, rng: Rng | None = None) -> Encoded:
        return Encoded()

    def start(self, rows: int, encoded: Encoded | None = None) -> NetworkState:
        """Return the state before the first unit: the ids of a window, and its keys and values.

        Of the window's T units, [rows, T] and [rows, layers, heads, T, D].
        """
        config = self.config
        empty = self.head.bias.new_zeros(rows, config.n_layer, config.n_head, 0, config.n_embd // config.n_head)
        return {"ids": torch.zeros(rows, 0, dtype=torch.long, device=empty.device), "keys": empty, "values": empty}

    def check(self, state: NetworkState) -> None:
        ids, lengths = state["ids"], {state["ids"].shape[1], *(state[name].shape[3] for name in ("keys", "values"))}
        if len(lengths) > 1 or max(lengths) > self.spec.context:
            raise ValueError(f"its window holds {sorted(lengths)} units, and it must be one number up to {self.window}")
        if ((ids < 0) | (ids >= self.spec.inputs)).any():
            raise ValueError("its window has ids that the vocabulary does not have")

    def read(
        self, ids: TensorBT, state: NetworkState, rng: Rng | None = None, encoded: Encoded | None = None
    ) -> tuple[TensorBTH, NetworkState]:
        """While it learns, a batch is one window, and there is no state to carry."""
        if torch.is_grad_enabled():
            return self.learn(ids, rng), state
        self.eval()
        outputs, most = [], self.spec.context
        while ids.shape[1]:
            if state["ids"].shape[1] >= most:
                _, state = self.step(state["ids"][:, most - most // 2 :], self.start(len(ids)))
            room = most - state["ids"].shape[1]
            y, state = self.step(ids[:, :room], state)
            outputs.append(y)
            ids = ids[:, room:]
        return torch.cat(outputs, 1), state

    def learn(self, ids: TensorBT, rng: Rng | None) -> TensorBTH:
        """Return the outputs of one window, with dropout if there is a chance."""
        self.train(rng is not None)
        with torch.random.fork_rng(enabled=rng is not None and self.spec.dropout > 0):
            if rng is not None and self.spec.dropout > 0:
                torch.manual_seed(int(rng.integers(1 << 62)))
            y: TensorBTH = self.transformer(input_ids=ids, use_cache=False).last_hidden_state
        return y

    def step(self, ids: TensorBT, state: NetworkState) -> tuple[TensorBTH, NetworkState]:
        """Read ids that still fit into the window."""
        cache = DynamicCache(config=self.config)
        if state["ids"].shape[1]:
            for layer in range(self.config.n_layer):
                cache.update(state["keys"][:, layer], state["values"][:, layer], layer)
        done = self.transformer(input_ids=ids, use_cache=True, **{CACHE: cache})
        layers: list[Any] = cache.layers
        keys, values = (torch.stack([getattr(layer, name) for layer in layers], 1) for name in ("keys", "values"))
        return done.last_hidden_state, {"ids": torch.cat([state["ids"], ids], 1), "keys": keys, "values": values}


def make(spec: NetworkSpec) -> Network:
    """Make the network of a spec, its weights still unset."""
    return Gpt2(spec)
