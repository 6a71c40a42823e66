"""The matrix: every cell, engine, way of running and batch against one float64 network of stock torch modules."""

from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from unrolled.config import ModelOptions
from unrolled.datasets.encoder_input import side_by_side
from unrolled.engines import ENGINES, open_engine, open_reader
from unrolled.engines.base import step
from unrolled.model_file.bundle import Bundle
from unrolled.networks.cells import CELLS
from unrolled.networks.modules import build
from unrolled.networks.modules.base import on_device
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
    """Logits by ``torch.nn`` alone, in float64; of a cell that it lacks, by the cell's own ``forward``."""
    if not CELLS[cell].torch_name:
        return by_its_own_lines(network(cell, layers, embedding_size))
    size = len(VOCABULARY)
    weights = {k: torch.from_numpy(v).double() for k, v in network(cell, layers, embedding_size).tensors.items()}
    stock = getattr(nn, CELLS[cell].torch_name)(embedding_size or size, HIDDEN, layers, batch_first=True).double()
    stock.load_state_dict({k.removeprefix("rnn."): v for k, v in weights.items() if k.startswith("rnn.")})
    table = weights["embedding.weight"] if embedding_size else torch.eye(size, dtype=torch.float64)
    with torch.no_grad():
        outputs, _ = stock(table[torch.from_numpy(IDS).long()])
        return (outputs @ weights["head.weight"].t() + weights["head.bias"]).numpy()


def by_its_own_lines(bundle: Bundle) -> np.ndarray:
    """Logits by the torch module in float64, without kernels."""
    module = build(TASKS["language"].network(bundle.config, bundle.vocabularies), precision="off")
    module.load_state_dict({name: torch.from_numpy(each) for name, each in bundle.tensors.items()})
    with torch.no_grad():
        return module.double()(torch.from_numpy(IDS).long(), module.start(len(IDS)))[0].numpy()


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


# What reads a source before it writes or answers: against the torch module in float64, without kernels.

SOURCES = [IDS[0, :9], IDS[1, :1], IDS[2, :5], IDS[3, :0]]
TARGETS = IDS[:, :6]
OTHER = Vocabulary("char", tuple("qrstuvwxyz"))
ANSWERS = Vocabulary("label", ("one", "other", "third"))
KNOWN = {
    "translate": {"source": VOCABULARY, "target": OTHER},
    "classify": {"text": VOCABULARY, "labels": ANSWERS},
}
reads = pytest.mark.parametrize("cell", [name for name in sorted(CELLS) if CELLS[name].encodes])
engines = pytest.mark.parametrize("engine", sorted(ENGINES))
depths = pytest.mark.parametrize("layers", [1, 2])
directions = pytest.mark.parametrize("directions", [1, 2])


def targets_of(bundle: Bundle) -> np.ndarray:
    return TARGETS % len(bundle.vocabularies["target"])


@cache
def reading(task: str, cell: str, layers: int, directions: int, way: str, shared: bool = False) -> Bundle:
    """A model that reads; ``way`` is its attention or its pooling."""
    known = {"source": VOCABULARY, "target": VOCABULARY} if shared else KNOWN[task]
    ways = {"pooling" if task == "classify" else "attention": way}
    sizes = {"hidden_size": HIDDEN, "layers": layers, "directions": directions, "embedding_size": 7, "dropout": 0.3}
    options = ModelOptions(task=task, cell=cell, **sizes, **ways)
    module = build(TASKS[task].network(options, known), seed=layers + directions)
    scales = {name: 15 if "embedding" in name else 1.5 for name in module.state_dict()}  # embeddings start small
    return Bundle({name: scales[name] * each.numpy() for name, each in module.state_dict().items()}, options, known)


@cache
def in_float64(*key: str | int) -> np.ndarray:
    """The module's logits of all targets under all sources, of a ``reading`` model."""
    bundle = reading(*key)
    module = build(TASKS[bundle.config.task].network(bundle.config, bundle.vocabularies), precision="off")
    module.load_state_dict({name: torch.from_numpy(each) for name, each in bundle.tensors.items()})
    given = side_by_side(SOURCES)
    ids = (
        torch.zeros(4, 1, dtype=torch.long)
        if bundle.config.task == "classify"
        else torch.from_numpy(targets_of(bundle))
    )
    with torch.no_grad():
        encoded = module.double().encode(on_device(given, torch.device("cpu")))
        return module(ids.long(), module.start(4, encoded), encoded=encoded)[0].numpy()


@pytest.mark.parametrize("attention", ["none", "dot", "additive"])
@directions
@depths
@engines
@reads
def test_what_is_written_from_a_source_is_the_same_in_every_engine(cell, engine, layers, directions, attention):
    key = ("translate", cell, layers, directions, attention)
    bundle, expected = reading(*key), in_float64(*key)
    opened, ids = open_reader(engine, bundle).encode(side_by_side(SOURCES)), targets_of(bundle)
    logits, last = opened.scan(ids, opened.start(4))
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    assert np.abs(expected).max() > 0.3
    state, columns = opened.start(4), []
    for column in ids.T:
        one, state = step(opened, column, state)
        columns.append(one)
    np.testing.assert_allclose(np.stack(columns, 1), logits, atol=1e-4)
    for name in CELLS[cell].parts:
        np.testing.assert_allclose(state[name], last[name], atol=1e-4)


@engines
def test_both_sides_may_share_their_units(engine):
    key = ("translate", "gru", 2, 2, "dot", True)
    bundle = reading(*key)
    opened = open_reader(engine, bundle).encode(side_by_side(SOURCES))
    np.testing.assert_allclose(opened.scan(targets_of(bundle), opened.start(4))[0], in_float64(*key), atol=1e-4)
    assert "encoder.embedding.weight" not in bundle.tensors


@pytest.mark.parametrize("pooling", ["last", "mean", "max", "all"])
@directions
@engines
@reads
def test_an_answer_is_the_same_in_every_engine(cell, engine, directions, pooling):
    key = ("classify", cell, 2, directions, pooling)
    opened = open_reader(engine, reading(*key)).encode(side_by_side(SOURCES))
    logits, _ = opened.scan(np.zeros((4, 1), np.int32), opened.start(4))
    np.testing.assert_allclose(logits, in_float64(*key), atol=1e-4)
    assert np.abs(logits).max() > 0.1
