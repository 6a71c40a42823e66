"""The matrix: every cell, engine, way of running and batch against one float64 network of stock torch modules."""

from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from unrolled.bundle import Bundle
from unrolled.cells import CELLS
from unrolled.config import ModelOptions
from unrolled.decoding.engines import ENGINES, open_engine
from unrolled.decoding.engines.base import step
from unrolled.layers import build
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import Vocabulary

HIDDEN, TIME = 20, 50
VOCABULARY = Vocabulary("char", tuple("abcdefghijklmnop"))
IDS = np.random.default_rng(3).integers(0, len(VOCABULARY), (4, TIME)).astype(np.int32)


@cache
def network(cell: str, layers: int, embedding_size: int) -> Bundle:
    options = ModelOptions(cell=cell, hidden_size=HIDDEN, layers=layers, embedding_size=embedding_size, dropout=0.3)
    module = build(TASKS["language"].network(options, {"text": VOCABULARY}), seed=layers)
    tensors = {name: 1.5 * tensor.numpy() for name, tensor in module.state_dict().items()}
    return Bundle(tensors, options, {"text": VOCABULARY})


@cache
def expected(cell: str, layers: int, embedding_size: int) -> np.ndarray:
    """Logits by ``torch.nn`` alone, in float64."""
    size = len(VOCABULARY)
    weights = {k: torch.from_numpy(v).double() for k, v in network(cell, layers, embedding_size).tensors.items()}
    stock = getattr(nn, CELLS[cell].torch_name)(embedding_size or size, HIDDEN, layers, batch_first=True).double()
    stock.load_state_dict({k.removeprefix("rnn."): v for k, v in weights.items() if k.startswith("rnn.")})
    table = weights["embedding.weight"] if embedding_size else torch.eye(size, dtype=torch.float64)
    with torch.no_grad():
        outputs, _ = stock(table[torch.from_numpy(IDS).long()])
        return (outputs @ weights["head.weight"].t() + weights["head.bias"]).numpy()


@pytest.mark.parametrize("rows", [1, 4], ids=["one row", "batch"])
@pytest.mark.parametrize("way", ["scan", "steps"])
@pytest.mark.parametrize("embedding_size", [7, 0], ids=["embedding", "one-hot"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("engine", sorted(ENGINES))
@pytest.mark.parametrize("cell", sorted(CELLS))
def test_logits_are_those_of_stock_torch_in_float64(cell, engine, layers, embedding_size, way, rows):
    opened = open_engine(engine, network(cell, layers, embedding_size))
    state, ids = opened.start(rows), IDS[:rows]
    if way == "scan":
        first, state = opened.scan(ids[:, :20], state)
        logits = np.concatenate([first, opened.scan(ids[:, 20:], state)[0]], axis=1)
    else:
        columns = []
        for t in range(TIME):
            column, state = step(opened, ids[:, t], state)
            columns.append(column)
        logits = np.stack(columns, axis=1)
    assert np.abs(expected(cell, layers, embedding_size)).max() > 0.5
    np.testing.assert_allclose(logits, expected(cell, layers, embedding_size)[:rows], atol=1e-5)
