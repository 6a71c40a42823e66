import numpy as np
import pytest
import torch

from unrolled.data.given import Given, side_by_side
from unrolled.decoding.engines.encoder import Encoder, Places, pool, slow_scan, turn
from unrolled.layers import answer
from unrolled.layers import encoder as layers
from unrolled.layers.start import start_weights
from unrolled.tasks.base import EncoderSpec

SOURCES = [np.array(each, np.int32) for each in ([3, 4, 5, 6], [7], [], [8, 2, 2])]


def twins(spec: EncoderSpec) -> tuple[torch.nn.Module, Encoder]:
    """The torch module of a spec, and its twin with the same weights."""
    module = layers.make_encoder(spec, "off")
    start_weights(module, spec.hidden_size, spec.cell, torch.Generator().manual_seed(1))
    tensors = {f"encoder.{name}": tensor.numpy() for name, tensor in module.state_dict().items()}
    return module, Encoder(spec, tensors, slow_scan)


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("cell", ["elman", "gru", "lstm"])
def test_it_remembers_what_the_torch_module_remembers(cell, directions):
    module, twin = twins(EncoderSpec("units", 9, 6, 5, cell, 2, directions))
    given = side_by_side(SOURCES)
    with torch.no_grad():
        expected = module(torch.from_numpy(given.values), torch.from_numpy(given.sizes), None)
    found = twin.read(given)
    np.testing.assert_allclose(found.places, expected.places.numpy(), atol=1e-5)
    np.testing.assert_allclose(found.whole, expected.whole.numpy(), atol=1e-5)
    assert found.sizes.tolist() == expected.real.sum(1).tolist() == [4, 1, 1, 3]


def test_it_reads_ready_features_as_the_torch_module_does():
    module, twin = twins(EncoderSpec("features", 4, 6))
    features = np.random.default_rng(1).normal(size=(2, 3, 4)).astype(np.float32)
    with torch.no_grad():
        expected = module(torch.from_numpy(features), None, None)
    found = twin.read(Given(features))
    np.testing.assert_allclose(found.places, expected.places.numpy(), atol=1e-6)
    np.testing.assert_allclose(found.whole, expected.whole.numpy(), atol=1e-6)
    assert found.sizes.tolist() == [3, 3]


@pytest.mark.parametrize("way", sorted(answer.POOLED))
def test_places_are_pooled_as_the_torch_module_does(way):
    places = np.random.default_rng(1).normal(size=(3, 4, 5)).astype(np.float32)
    whole, sizes = places[:, 0] + 1, np.array([4, 1, 2])
    real = torch.from_numpy(np.arange(4) < sizes[:, None])
    expected = answer.pool(layers.Places(torch.from_numpy(places), real, torch.from_numpy(whole)), way)
    np.testing.assert_allclose(pool(Places(places, sizes, whole), way), expected.numpy(), atol=1e-6)


def test_rows_are_turned_as_the_torch_module_turns_them():
    sizes = np.array([4, 1, 3])
    assert np.array_equal(turn(sizes, 4), layers.turn(torch.from_numpy(sizes), 4).numpy())
