import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from unrolled.config import ModelOptions
from unrolled.model_file.bundle import Bundle, load, save
from unrolled.networks.cells import CELLS
from unrolled.networks.modules import RecurrentNetwork, build
from unrolled.networks.modules.scan import whole
from unrolled.networks.spec import NetworkSpec
from unrolled.text.vocabulary import SPECIAL, Vocabulary

SPEC = NetworkSpec(inputs=9, outputs=9, embedding_size=5, cell="lstm", hidden_size=16, layers=2, dropout=0.0)
cells = pytest.mark.parametrize("cell", sorted(CELLS))
embeddings = pytest.mark.parametrize("embedding_size", [0, 5])
specs = st.builds(
    dataclasses.replace,
    st.just(SPEC),
    cell=st.sampled_from(sorted(CELLS)),
    layers=st.integers(1, 3),
    embedding_size=st.sampled_from([0, 5]),
    hidden_size=st.sampled_from([3, 16]),
)


def logits_of(network: RecurrentNetwork, ids: torch.Tensor) -> torch.Tensor:
    return network(ids, network.start(len(ids)))[0]


def some_ids(rows: int = 3, length: int = 12) -> torch.Tensor:
    return torch.randint(SPEC.inputs, (rows, length), generator=torch.Generator().manual_seed(rows))


@settings(deadline=None, max_examples=50)
@given(specs, st.integers(0, 11), st.integers(1, 8))
def test_what_comes_later_changes_nothing_before(spec, place, change):
    network, ids = build(spec), some_ids()
    other = ids.clone()
    other[:, place] = (other[:, place] + change) % spec.inputs
    one, two = logits_of(network, ids), logits_of(network, other)
    assert torch.equal(one[:, :place], two[:, :place])
    assert not torch.equal(one[:, place], two[:, place])


@settings(deadline=None, max_examples=30)
@given(specs, st.integers(0, 12))
def test_a_text_in_two_pieces_is_read_as_the_whole(spec, place):
    network, ids = build(spec), some_ids()
    whole, end = network(ids, network.start(3))
    pieces, state = [], network.start(3)
    for piece in (each for each in (ids[:, :place], ids[:, place:]) if each.numel()):
        logits, state = network(piece, state)
        pieces.append(logits)
    assert torch.allclose(torch.cat(pieces, 1), whole, rtol=0, atol=1e-5)
    assert all(torch.allclose(state[name], end[name], rtol=0, atol=1e-5) for name in end)


@cells
@embeddings
def test_a_network_is_pytorchs_embedding_module_and_linear_layer(cell, embedding_size):
    network, ids = build(dataclasses.replace(SPEC, cell=cell, embedding_size=embedding_size)), some_ids()
    stock = getattr(nn, CELLS[cell].torch_name)(embedding_size or SPEC.inputs, 16, 2, batch_first=True)
    stock.load_state_dict(network.rnn.state_dict())
    x = network.embedding(ids) if network.embedding else nn.functional.one_hot(ids, SPEC.inputs).float()
    assert torch.allclose(logits_of(network, ids), network.head(stock(x)[0]), rtol=0, atol=1e-5)


@cells
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_weights_in_a_file_are_those_of_pytorchs_module(cell, layers, tmp_path):
    network = build(dataclasses.replace(SPEC, cell=cell, layers=layers))
    arrays = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    config = ModelOptions(cell=cell, hidden_size=16, layers=layers, embedding_size=5, dropout=0.0)
    vocabulary = Vocabulary("char", tuple(map(chr, range(97, 97 + SPEC.inputs - SPECIAL))))
    tensors = load(save(Bundle(arrays, config, {"text": vocabulary}), tmp_path / "model")).tensors
    rnn = {name.removeprefix("rnn."): torch.from_numpy(each) for name, each in tensors.items() if "rnn." in name}
    stock = getattr(nn, CELLS[cell].torch_name)(5, 16, layers)
    stock.load_state_dict(rnn)
    assert all(torch.equal(each, network.rnn.get_parameter(name)) for name, each in stock.state_dict().items())


def test_a_trained_file_opens_in_pytorchs_module(model_file):
    bundle = load(model_file)
    rnn = {name[4:]: torch.from_numpy(each) for name, each in bundle.tensors.items() if name.startswith("rnn.")}
    stock = getattr(nn, CELLS[bundle.config.cell].torch_name)(*rnn["weight_ih_l0"].shape[1:], 48, bundle.config.layers)
    assert str(stock.load_state_dict(rnn)) == "<All keys matched successfully>"


@embeddings
@pytest.mark.parametrize("length", [1, 2, 40])
def test_the_first_layers_table_gives_what_the_product_gives(embedding_size, length):
    network, ids = build(dataclasses.replace(SPEC, embedding_size=embedding_size)), some_ids(1, length)
    expected = network.rnn.project(network.inputs(ids), 0)
    assert torch.allclose(whole(network.first_layer(ids)), expected, rtol=0, atol=1e-6)


@embeddings
def test_every_weight_has_a_gradient(embedding_size):
    network = build(dataclasses.replace(SPEC, embedding_size=embedding_size))
    logits_of(network, some_ids()).square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())


@settings(deadline=None, max_examples=20)
@given(specs, st.integers(0, 3))
def test_the_same_seed_gives_the_same_weights(spec, seed):
    one, two = build(spec, seed).state_dict(), build(spec, seed).state_dict()
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["head.weight"], build(spec, seed + 1).state_dict()["head.weight"])


@cells
def test_recurrences_begin_orthogonal(cell):
    network = build(dataclasses.replace(SPEC, cell=cell))
    for block in network.rnn.weight_hh_l0.detach().split(16):
        assert torch.allclose(block @ block.t(), torch.eye(16), atol=1e-5)


def test_an_lstm_begins_with_open_forget_gates():
    network = build(SPEC)
    means = [block.mean().item() for block in network.rnn.bias_ih_l0.detach().split(16)]
    assert [round(mean) for mean in means] == [0, 1, 0, 0]


def test_the_first_state_is_zeros_a_row_and_layer():
    state = build(SPEC).start(4)
    assert {name: part.shape for name, part in state.items()} == {"h": (4, 2, 16), "c": (4, 2, 16)}
    assert not any(part.any() for part in state.values())


def test_dropout_needs_a_chance():
    network, ids = build(dataclasses.replace(SPEC, dropout=0.5)), some_ids()
    thinned = [network(ids, network.start(3), np.random.default_rng(seed))[0] for seed in (1, 1, 2)]
    assert torch.equal(logits_of(network, ids), logits_of(network, ids))
    assert torch.equal(thinned[0], thinned[1]) and not torch.equal(thinned[1], thinned[2])
