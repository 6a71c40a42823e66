from itertools import product

import numpy as np
import pytest
import torch

from unrolled.datasets.encoder_input import EncoderInput, side_by_side
from unrolled.engines.encoder import Encoder, Places, pool, slow_scan, turn
from unrolled.engines.reader import Answers, LightReader
from unrolled.engines.reference import Reference
from unrolled.engines.torch import TorchReader
from unrolled.networks.modules import build
from unrolled.networks.modules import encoder as layers
from unrolled.networks.modules import encoder_only as answer
from unrolled.networks.modules.init import start_weights
from unrolled.networks.spec import EncoderSpec, NetworkSpec

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
    found = twin.read(EncoderInput(features))
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


CHANCE = np.random.default_rng(2)
UNITS, PIXELS, FEATURES = (
    EncoderSpec("units", 11, 6, embedding_size=5, cell="gru", layers=2, directions=2),
    EncoderSpec("pixels", 32, 16),
    EncoderSpec("features", 9, 12),
)
GIVEN = {
    "units": side_by_side(CHANCE.integers(0, 11, size).astype(np.int32) for size in (7, 0, 3, 1)),
    "pixels": EncoderInput(CHANCE.integers(0, 256, (4, 32, 32, 3), np.uint8)),
    "features": EncoderInput(CHANCE.normal(size=(4, 5, 9)).astype(np.float32)),
}
IDS = CHANCE.integers(0, 13, (4, 8)).astype(np.int32)


def readers(spec: NetworkSpec) -> tuple[LightReader, TorchReader]:
    network = build(spec, seed=3)
    tensors = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    light = LightReader(spec, tensors, slow_scan, lambda first, memory: Reference(spec, tensors, first, memory))
    return light, TorchReader(network)


@pytest.mark.parametrize(
    ("encoder", "attention", "feedback"),
    list(product((UNITS, PIXELS, FEATURES), ("none", "dot", "additive"), (True, False))),
    ids=lambda value: getattr(value, "kind", str(value)),
)
def test_without_torch_the_same_is_written_and_looked_at(encoder, attention, feedback):
    spec = NetworkSpec(13, 13, 7, "lstm", 10, 2, 0.3, encoder=encoder, attention=attention, feedback=feedback)
    logits, looked = [], []
    for reader in readers(spec):
        engine = reader.encode(GIVEN[encoder.kind])
        first, state = engine.scan(IDS[:, :5], engine.start(4))
        then, state = engine.scan(IDS[:, 5:], state)
        logits.append(np.concatenate([first, then], 1))
        looked.append(state.get("attention"))
    assert np.ptp(logits[0], axis=0).max() > 1e-2, "the sources make a difference"
    np.testing.assert_allclose(logits[0], logits[1], atol=1e-4)
    assert (attention == "none") == (looked[0] is None)
    if attention != "none" and looked[1] is not None:
        np.testing.assert_allclose(looked[0], looked[1], atol=1e-5)
        np.testing.assert_allclose(looked[0].sum(-1), 1, atol=1e-5)


@pytest.mark.parametrize("way", ["last", "mean", "max", "all", "each"])
@pytest.mark.parametrize("encoder", [UNITS, PIXELS, FEATURES], ids=lambda encoder: encoder.kind)
def test_without_torch_the_same_is_answered(encoder, way):
    spec = NetworkSpec(11, 4, 5, "gru", 6, 2, 0.3, encoder=encoder, pooling=way)
    light, whole = (reader.encode(GIVEN[encoder.kind]) for reader in readers(spec))
    assert isinstance(light, Answers) and isinstance(whole, Answers)
    np.testing.assert_allclose(light.logits, whole.logits, atol=1e-4)


def test_a_network_without_feedback_writes_the_same_whatever_it_wrote():
    spec = NetworkSpec(13, 13, 7, "lstm", 10, 1, 0.0, encoder=PIXELS, feedback=False)
    for reader in readers(spec):
        engine = reader.encode(GIVEN["pixels"])
        one, other = (engine.scan(ids, engine.start(4))[0] for ids in (IDS, np.roll(IDS, 1, 1)))
        np.testing.assert_array_equal(one, other)
        assert np.abs(one[:, 0] - one[:, -1]).max() > 1e-3, "it goes on all the same"


def test_padding_changes_nothing_that_is_remembered_of_a_source():
    light, _ = readers(NetworkSpec(11, 4, 5, "gru", 6, 2, 0.0, encoder=UNITS, pooling="all"))
    together = light.encode(GIVEN["units"]).logits
    rows = [side_by_side([GIVEN["units"].values[row, :size]]) for row, size in enumerate(GIVEN["units"].sizes)]
    np.testing.assert_allclose(np.concatenate([light.encode(row).logits for row in rows]), together, atol=1e-5)
    assert pool(light.encoder.read(rows[0]), "max").shape == (1, 1, 12)


def test_what_sees_pixels_starts_with_weights_that_keep_the_size_of_what_passes():
    network = build(NetworkSpec(13, 13, 7, "lstm", 10, 1, 0.0, encoder=PIXELS), seed=1)
    weight = network.get_parameter("encoder.pixels.conv.0.weight")
    assert 0.8 < weight.std().item() / (2 / 27) ** 0.5 < 1.2
    assert torch.equal(network.get_parameter("encoder.pixels.conv.0.bias"), torch.zeros(len(weight)))
