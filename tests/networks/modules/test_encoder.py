import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from unrolled.networks.cells import CELLS
from unrolled.networks.modules.encoder import BothWays, FeaturesEncoder, PixelsEncoder, UnitsEncoder, make_encoder, turn
from unrolled.networks.modules.init import start_weights
from unrolled.networks.spec import EncoderSpec

recurrent = pytest.mark.parametrize("cell", ["elman", "gru", "lstm"])
depths = pytest.mark.parametrize("layers", [1, 2])
ways = pytest.mark.parametrize("directions", [1, 2])


def encoder_of(cell: str, layers: int, directions: int, dropout: float = 0.0) -> UnitsEncoder:
    made = make_encoder(EncoderSpec("units", 11, 6, 5, cell, layers, directions, dropout), "fp32")
    start_weights(made, 6, cell, torch.Generator().manual_seed(layers))
    return made


def ids_of(rows: int, steps: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(rows).integers(0, 11, (rows, steps)))


@recurrent
@depths
@ways
def test_without_padding_it_is_pytorchs_module(cell, layers, directions):
    encoder, ids = encoder_of(cell, layers, directions), ids_of(3, 7)
    both = directions > 1
    stock = getattr(nn, CELLS[cell].torch_name)(5, 6, layers, bidirectional=both, batch_first=True)
    stock.load_state_dict(encoder.rnn.state_dict())
    found = encoder(ids, torch.tensor([7, 7, 7]), None)
    outputs, last = stock(encoder.embedding(ids))
    ends = (last[0] if cell == "lstm" else last)[-directions:]
    assert torch.allclose(found.places, outputs, atol=1e-5)
    assert torch.allclose(found.whole, torch.cat(list(ends), 1), atol=1e-5)


@pytest.mark.parametrize(("cell", "layers", "directions"), [("lstm", 1, 2), ("gru", 2, 2), ("elman", 2, 1)])
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
@settings(deadline=None, max_examples=20)
def test_a_padded_row_is_read_like_the_row_alone(cell, layers, directions, sizes):
    encoder, ids = encoder_of(cell, layers, directions), ids_of(len(sizes), max(sizes))
    with torch.no_grad():
        found = encoder(ids, torch.tensor(sizes), None)
        for row, size in enumerate(sizes):
            alone = encoder(ids[row : row + 1, :size], torch.tensor([size]), None)
            assert torch.allclose(found.places[row, :size], alone.places[0], atol=1e-5)
            assert torch.allclose(found.whole[row], alone.whole[0], atol=1e-5)
    assert found.real.sum(1).tolist() == sizes


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_to_turn_twice_is_to_stay(sizes):
    turned = turn(torch.tensor(sizes), max(sizes))
    assert torch.equal(turned.gather(0, turned), turn(torch.zeros(len(sizes), dtype=torch.long), max(sizes)))
    assert turned[0].tolist() == [size - 1 for size in sizes]


def test_an_empty_source_is_read_as_a_boundary():
    encoder = encoder_of("gru", 1, 2)
    empty, boundary = (encoder(torch.zeros(1, 1, dtype=torch.long), torch.tensor([size]), None) for size in (0, 1))
    assert torch.equal(empty.whole, boundary.whole) and empty.real.tolist() == [[True]]


def test_the_gradient_is_that_of_pytorchs_module():
    encoder, ids = encoder_of("lstm", 2, 2), ids_of(2, 5)
    stock = nn.LSTM(5, 6, 2, bidirectional=True, batch_first=True)
    stock.load_state_dict(encoder.rnn.state_dict())
    weights = torch.randn(2, 5, 12, generator=torch.Generator().manual_seed(1))
    (encoder(ids, torch.tensor([5, 5]), None).places * weights).sum().backward()
    (stock(encoder.embedding(ids).detach())[0] * weights).sum().backward()
    ours = dict(encoder.rnn.named_parameters())
    for name, parameter in stock.named_parameters():
        assert torch.allclose(ours[name].grad, parameter.grad, atol=1e-4), name


def test_padding_has_no_gradient():
    encoder = encoder_of("lstm", 1, 2)
    ids = torch.tensor([[2, 3, 4], [5, 9, 9]])
    found = encoder(ids, torch.tensor([3, 1]), None)
    (found.places[found.real].sum() + found.whole.sum()).backward()
    assert not encoder.embedding.weight.grad[9].any() and encoder.embedding.weight.grad[5].any()


def test_dropout_comes_from_the_given_chance_alone():
    encoder, ids, sizes = encoder_of("gru", 2, 2, 0.5), ids_of(2, 4), torch.tensor([4, 4])
    one, same, other = (encoder(ids, sizes, np.random.Generator(np.random.SFC64(seed))).places for seed in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert torch.equal(encoder(ids, sizes, None).places, encoder(ids, sizes, None).places)


def test_two_directions_are_twice_as_wide():
    widths = [
        tuple(encoder_of("gru", 2, directions)(ids_of(1, 3), torch.tensor([3]), None).whole.shape)
        for directions in (1, 2)
    ]
    assert widths == [(1, 6), (1, 12)]
    assert isinstance(encoder_of("gru", 1, 1).rnn, BothWays)


def test_features_are_remembered_each_and_in_the_mean():
    encoder = make_encoder(EncoderSpec("features", 4, 6), "fp32")
    assert isinstance(encoder, FeaturesEncoder)
    features = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(1))
    found = encoder(features, None, None)
    assert torch.allclose(found.places, torch.tanh(features @ encoder.project.weight.t() + encoder.project.bias))
    assert torch.allclose(found.whole, found.places.mean(1)) and found.real is None


def seeing() -> PixelsEncoder:
    made = make_encoder(EncoderSpec("pixels", 16, 8, dropout=0.5), "off")
    start_weights(made, 8, "lstm", torch.Generator().manual_seed(1))
    return made


def pictures_of(rows: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(rows).integers(0, 256, (rows, 16, 16, 3), np.uint8))


def test_pictures_as_a_whole_are_told_apart_by_what_is_usual_of_a_batch():
    encoder, rng = seeing(), np.random.default_rng(1)
    whole = encoder(pictures_of(64), None, rng).whole
    assert torch.allclose(whole.mean(0), torch.zeros(8), atol=1e-5)
    assert torch.allclose(whole.var(0, unbiased=False), torch.ones(8), atol=1e-2)
    assert encoder.mean.abs().max() > 0, "it is kept for what comes alone"


def test_without_chance_a_picture_is_seen_by_itself_and_nothing_is_kept():
    encoder, pictures = seeing(), pictures_of(5)
    before = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
    together, alone = encoder(pictures, None, None), encoder(pictures[2:3], None, None)
    assert torch.allclose(together.whole[2:3], alone.whole, atol=1e-5)
    assert torch.allclose(together.places[2:3], alone.places, atol=1e-5)
    assert all(torch.equal(before[name], tensor) for name, tensor in encoder.state_dict().items())


def test_a_batch_of_one_picture_is_no_measure():
    encoder = seeing()
    assert torch.isfinite(encoder(pictures_of(1), None, np.random.default_rng(1)).whole).all()
    assert torch.equal(encoder.mean, torch.zeros(8))


@ways
def test_on_a_gpu_a_cell_that_pytorch_lacks_is_scanned_by_its_own_lines(directions, monkeypatch):
    class Own(type(CELLS["gru"])):
        torch_name, native = "", None

    monkeypatch.setitem(CELLS, "own", Own())
    encoder = BothWays(EncoderSpec("units", 11, 6, 5, "own", 1, directions), "fp32").to("meta")
    outputs, last = encoder(torch.empty(7, 3, 5, device="meta"), torch.empty(3, dtype=torch.long, device="meta"), None)
    assert (outputs.shape, last.shape) == ((7, 3, 6 * directions), (3, 6 * directions))
