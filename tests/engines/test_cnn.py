import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.engines.cnn import grid_of
from unrolled.networks.modules.cnn import Cnn


def made(size: int, width: int, seed: int) -> tuple[Cnn, dict[str, np.ndarray]]:
    """A network whose biases are not zero, and its tensors."""
    network, generator = Cnn(size, width), torch.Generator().manual_seed(seed)
    network.initialise(generator)
    for parameter in network.parameters():
        with torch.no_grad():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.1)
    return network, {f"see.{name}": tensor.numpy() for name, tensor in network.state_dict().items()}


def pictures(size: int, rows: int) -> np.ndarray:
    return np.random.default_rng(size).integers(0, 256, (rows, size, size, 3), np.uint8)


@given(st.integers(1, 120), st.integers(1, 48), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_the_grid_is_that_of_the_torch_module(size, width, seed):
    network, tensors = made(size, width, seed)
    images = pictures(size, 3)
    with torch.no_grad():
        expected = network(torch.from_numpy(images)).numpy()
    found = grid_of(images, tensors, "see.")
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("colour", [0, 127, 255])
def test_a_picture_of_one_colour_is_none_of_division_by_zero(colour):
    network, tensors = made(32, 16, 1)
    images = np.full((2, 32, 32, 3), colour, np.uint8)
    with torch.no_grad():
        np.testing.assert_allclose(grid_of(images, tensors, "see."), network(torch.from_numpy(images)), atol=1e-4)


def test_narrow_weights_are_read_as_float32():
    _, tensors = made(32, 16, 1)
    narrow = {name: tensor.astype(np.float16) for name, tensor in tensors.items()}
    wide = {name: tensor.astype(np.float32) for name, tensor in narrow.items()}
    assert np.array_equal(grid_of(pictures(32, 2), narrow, "see."), grid_of(pictures(32, 2), wide, "see."))


def test_a_picture_is_seen_alike_in_any_company():
    _, tensors = made(64, 32, 1)
    images = pictures(64, 5)
    alone = np.concatenate([grid_of(images[n : n + 1], tensors, "see.") for n in range(5)])
    assert np.array_equal(grid_of(images, tensors, "see."), alone)


def test_other_tensors_of_the_model_do_not_matter():
    _, tensors = made(32, 16, 1)
    others = {"rnn.weight_ih_l0": np.zeros((2, 2)), "conv.7.weight": np.zeros((1, 1, 3, 3)), **tensors}
    assert np.array_equal(grid_of(pictures(32, 1), others, "see."), grid_of(pictures(32, 1), tensors, "see."))
