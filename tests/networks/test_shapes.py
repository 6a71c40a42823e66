import dataclasses

import pytest

from unrolled.networks.modules import build
from unrolled.networks.shapes import channels_of, grid_side
from unrolled.networks.spec import EncoderSpec, NetworkSpec

PLAIN = NetworkSpec(inputs=11, outputs=11, embedding_size=5, cell="lstm", hidden_size=12, layers=2, dropout=0.0)
UNITS = EncoderSpec("units", 7, 6, embedding_size=5, cell="gru", layers=2, directions=2)
PIXELS, FEATURES = EncoderSpec("pixels", 40, 12), EncoderSpec("features", 9, 12)


def variants() -> dict[str, NetworkSpec]:
    """Networks of every cell, with everything that a network can have."""
    found = {cell: dataclasses.replace(PLAIN, cell=cell) for cell in ("elman", "gru", "lstm")}
    found["window"] = dataclasses.replace(PLAIN, cell="window", context=3)
    found["one-hot"] = dataclasses.replace(PLAIN, embedding_size=0)
    found["labels"] = dataclasses.replace(PLAIN, labels=4)
    found["gpt2"] = dataclasses.replace(PLAIN, model="gpt2", embedding_size=12, heads=3, context=8)
    for way in ("none", "dot", "additive"):
        found[f"attention {way}"] = dataclasses.replace(PLAIN, encoder=UNITS, attention=way, tied=True)
    found["shared"] = dataclasses.replace(
        PLAIN, inputs=7, outputs=7, encoder=dataclasses.replace(UNITS, shared=True), tied=True
    )
    for name, encoder in (("pixels", PIXELS), ("features", FEATURES)):
        found[name] = dataclasses.replace(PLAIN, encoder=encoder, attention="dot", tied=True)
    for pooling in ("last", "mean", "max", "all", "each"):
        found[f"pooled by {pooling}"] = dataclasses.replace(PLAIN, encoder=UNITS, pooling=pooling)
    return found


@pytest.mark.parametrize("spec", variants().values(), ids=variants())
def test_the_expected_shapes_are_those_of_the_torch_module(spec):
    module = {name: tuple(tensor.shape) for name, tensor in build(spec).state_dict().items()}
    assert spec.expected_shapes == module


@pytest.mark.parametrize("size", [8, 14, 15, 64, 100, 512])
def test_stages_halve_a_picture_until_its_grid_is_small(size):
    assert grid_side(size) <= 7
    assert channels_of(size, 64)[-1] == 64
