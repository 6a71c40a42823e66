import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.networks.modules.cnn import Cnn, shifted
from unrolled.networks.shapes import channels_of, grid_side

BYTES = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3), np.uint8)


def made(size: int, width: int, seed: int = 1) -> Cnn:
    network = Cnn(size, width)
    network.initialise(torch.Generator().manual_seed(seed))
    return network


def pictures(size: int, rows: int = 3) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).integers(0, 256, (rows, size, size, 3), np.uint8))


@given(st.integers(1, 130), st.integers(1, 64))
@settings(max_examples=40, deadline=None)
def test_every_size_becomes_a_grid_of_at_most_seven_by_seven(size, width):
    grid = made(size, width)(pictures(size, 2))
    side = int(grid.shape[1] ** 0.5)
    assert grid.shape == (2, side * side, width) and side <= 7 and torch.isfinite(grid).all()
    assert side >= min(4, (size + 1) // 2)


@pytest.mark.parametrize(("size", "stages", "side"), [(32, 3, 4), (48, 3, 6), (64, 4, 4), (96, 4, 6), (112, 4, 7)])
def test_usual_sizes_take_about_four_stages(size, stages, side):
    network = made(size, 128)
    assert channels_of(size, 128) == [128 >> (stages - 1 - stage) for stage in range(stages)]
    assert network(pictures(size)).shape == (3, side * side, 128)


def test_its_parameters_have_the_names_of_a_list_of_convolutions():
    names = dict(made(64, 128).named_parameters())
    assert set(names) == {f"conv.{stage}.{kind}" for stage in range(4) for kind in ("weight", "bias")}
    assert names["conv.0.weight"].shape == (16, 3, 3, 3) and names["conv.3.bias"].shape == (128,)


def test_places_of_the_grid_go_row_by_row():
    """A place looks at the pixel of 8 times its row and column, and around it."""
    network, black = made(32, 16), torch.zeros(1, 32, 32, 3, dtype=torch.uint8)
    for place in range(16):
        spotted, (row, column) = black.clone(), divmod(place, 4)
        spotted[:, max(0, 8 * row - 3) : 8 * row + 4, max(0, 8 * column - 3) : 8 * column + 4] = 255
        change = (network(spotted) - network(black)).abs().sum(-1)[0]
        assert change.argmax() == place


def test_fresh_weights_are_a_function_of_the_generator():
    one, same, other = (made(32, 32, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["conv.1.weight"], other["conv.1.weight"])
    assert not one["conv.1.bias"].any()


def test_brightness_and_contrast_of_the_weights_do_not_blow_up_the_grid():
    network = made(64, 64)
    for scale in (0.1, 10.0):
        with torch.no_grad():
            network.conv[1].weight.mul_(scale)
        assert 0.3 < network(pictures(64)).square().mean() < 0.7


def test_without_a_chance_a_picture_is_taken_as_it_is():
    network = made(32, 16)
    assert torch.equal(network(pictures(32)), network(pictures(32)))


def test_with_a_chance_it_is_a_function_of_the_chance():
    network = made(32, 16)
    one, same, other = (network(pictures(32), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)


@given(st.integers(0, 99), st.integers(1, 40), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_shift_moves_a_picture_by_an_eighth_at_most_and_continues_its_border(seed, size, flip):
    images = pictures(size, 4)
    most, found = size // 8, shifted(images, np.random.default_rng(seed), flip)
    for image, moved in zip(images, found, strict=True):
        padded = np.pad(image.numpy(), ((most, most), (most, most), (0, 0)), "edge")
        kept = [padded, padded[:, ::-1]] if flip else [padded]
        starts = range(2 * most + 1)
        crops = (each[y : y + size, x : x + size] for each in kept for y in starts for x in starts)
        assert any(np.array_equal(crop, moved.numpy()) for crop in crops)


def test_a_shift_reaches_all_directions_and_both_mirrors():
    image = torch.from_numpy(np.arange(16 * 16 * 3, dtype=np.uint8).reshape(1, 16, 16, 3)).expand(4000, -1, -1, -1)
    for flip, kinds in ((False, 25), (True, 50)):
        found = shifted(image, np.random.default_rng(1), flip)
        assert len({each.numpy().tobytes() for each in found}) == kinds


def test_it_learns_where_something_is():
    """Four kinds of noise with a bright square in one quarter: a linear layer on the grid tells which."""
    rng, network = np.random.default_rng(1), made(16, 16)
    head = torch.nn.Linear(16 * 16, 4)
    optimizer = torch.optim.Adam([*network.parameters(), *head.parameters()], 3e-3)
    for _ in range(60):
        labels = rng.integers(0, 4, 32)
        images = rng.integers(0, 128, (32, 16, 16, 3), np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[label // 2 * 8 :, label % 2 * 8 :][:8, :8] += 100
        logits = head(network(torch.from_numpy(images), rng).flatten(1))
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.2


@given(st.integers(1, 512))
@settings(max_examples=40, deadline=None)
def test_the_side_of_the_grid_is_known_without_a_picture(size):
    side = size
    for _ in channels_of(size, 1):
        side = (side + 1) // 2
    assert grid_side(size) == side
    if size <= 64:
        assert made(size, 1)(pictures(size, 1)).shape[1] == side**2
