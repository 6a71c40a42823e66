"""The same translator in PyTorch's own modules as an engine: the peer that ``patterns.py`` times."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from unrolled.datasets.encoder_input import EncoderInput
from unrolled.engines import Reader
from unrolled.engines.base import Engine, EngineState, Scanned
from unrolled.engines.reference import float_tensors
from unrolled.model_file.bundle import Bundle
from unrolled.tasks import TASKS


def stock(weights: dict[str, Any], prefix: str, **sizes: Any) -> nn.LSTM:
    """An ``nn.LSTM`` with a model's weights."""
    module = nn.LSTM(**sizes, batch_first=True)
    own = {
        name.removeprefix(prefix): torch.from_numpy(each) for name, each in weights.items() if name.startswith(prefix)
    }
    module.load_state_dict(own)
    return module.eval()


class StockReader(Reader):
    """Encoder and decoder as ``nn.LSTM``, with dot attention between matrices of torch."""

    def __init__(self, bundle: Bundle, threads: int) -> None:
        torch.set_num_threads(threads)
        spec, weights = TASKS["translate"].network(bundle.config, bundle.vocabularies), float_tensors(bundle)
        encoder = spec.encoder
        assert encoder and spec.attention == "dot" and spec.layers == 1 and spec.cell == "lstm", "what is timed"
        self.encoder = stock(
            weights,
            "encoder.rnn.",
            input_size=encoder.embedding_size,
            hidden_size=encoder.hidden_size,
            bidirectional=True,
        )
        self.decoder = stock(weights, "rnn.", input_size=spec.embedding_size, hidden_size=spec.hidden_size)
        self.weights = {name: torch.from_numpy(each) for name, each in weights.items()}

    @torch.no_grad()
    def under(self, given: EncoderInput) -> Engine:
        assert given.sizes is not None, "ids are padded"
        x = self.weights["encoder.embedding.weight"][torch.from_numpy(given.values).long()]
        sizes = torch.from_numpy(given.sizes)
        packed = nn.utils.rnn.pack_padded_sequence(x, sizes, batch_first=True, enforce_sorted=False)
        places, (h, _) = self.encoder(packed)
        places, _ = nn.utils.rnn.pad_packed_sequence(places, batch_first=True)
        first = torch.tanh(
            nn.functional.linear(torch.cat([h[0], h[1]], 1), self.weights["bridge.weight"], self.weights["bridge.bias"])
        )
        real = torch.arange(places.shape[1]) < sizes[:, None]
        return StockEngine(self, first.view(len(first), 2, 1, -1), places, real)


class StockEngine(Engine):
    """The decoder under some sources."""

    def __init__(self, reader: StockReader, first: torch.Tensor, places: torch.Tensor, real: torch.Tensor) -> None:
        self.reader, self.first, self.real = reader, first, real
        self.keys, self.values = (places @ reader.weights[f"attention.{name}.weight"].t() for name in ("key", "value"))

    def start(self, rows: int) -> EngineState:
        return {"h": self.first[:, 0].numpy(), "c": self.first[:, 1].numpy(), "source": np.arange(rows)}

    @torch.no_grad()
    def scan(self, ids: Any, state: EngineState) -> Scanned:
        weights, rows = self.reader.weights, torch.from_numpy(state["source"])
        x = weights["embedding.weight"][torch.from_numpy(np.ascontiguousarray(ids)).long()]
        before = tuple(
            torch.from_numpy(np.ascontiguousarray(state[name])).transpose(0, 1).contiguous() for name in "hc"
        )
        y, (h, c) = self.reader.decoder(x, before)
        scores = (y @ self.keys[rows].transpose(1, 2)).masked_fill(~self.real[rows][:, None], -torch.inf)
        hidden = nn.functional.linear(y, weights["attention.hidden.weight"], weights["attention.hidden.bias"])
        z = torch.tanh(hidden + scores.softmax(-1) @ self.values[rows])
        logits = nn.functional.linear(z, weights["head.weight"], weights["head.bias"])
        return logits.numpy(), {**state, "h": h.transpose(0, 1).numpy(), "c": c.transpose(0, 1).numpy()}
