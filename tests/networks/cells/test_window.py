import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

import unrolled
from unrolled.config import ModelOptions
from unrolled.engines import open_engine
from unrolled.errors import OptionError
from unrolled.model_file.bundle import Bundle
from unrolled.networks.cells import find_cell
from unrolled.networks.cells.base import Recurrence, scan_by_steps
from unrolled.networks.modules import build
from unrolled.networks.modules.scan import scan
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import Vocabulary

NONE = Recurrence(torch.zeros(0, 4, dtype=torch.float64), torch.zeros(0, dtype=torch.float64))
sizes = pytest.mark.parametrize("size", [1, 2, 5, 9])


def noise(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


def convolved(a: Tensor, size: int, hidden: int = 4) -> Tensor:
    """The same from zeros, as one convolution over time: an independent way of saying it."""
    kernel = torch.zeros(hidden, size * hidden, size, dtype=a.dtype)
    for place in range(size):
        kernel[:, place * hidden : (place + 1) * hidden, size - 1 - place] = torch.eye(hidden, dtype=a.dtype)
    padded = functional.pad(a.permute(1, 2, 0), (size - 1, 0))
    return functional.conv1d(padded, kernel).permute(2, 0, 1).tanh()


@sizes
def test_a_scan_from_zeros_is_a_convolution(size):
    a, cell = noise(7, 3, 4 * size), find_cell("window", size)
    outputs, _ = scan(cell, a, tuple(torch.zeros(3, 4, dtype=a.dtype) for _ in cell.parts), NONE)
    assert torch.allclose(outputs, convolved(a, size))


@sizes
@pytest.mark.parametrize("steps", [1, 3, 8])
def test_a_scan_is_its_steps_with_any_first_state(size, steps):
    a, cell = noise(steps, 3, 4 * size), find_cell("window", size)
    state = tuple(noise(3, 4) * place for place in range(1, len(cell.parts) + 1))
    outputs, last = scan(cell, a, state, NONE)
    slow, slow_last = scan_by_steps(cell, a, state, NONE)
    assert torch.allclose(outputs, torch.stack(slow))
    assert all(torch.allclose(one, two) for one, two in zip(last, slow_last, strict=True))


@sizes
@pytest.mark.parametrize("steps", [1, 3, 8])
def test_gradients_are_those_of_autograd_through_the_steps(size, steps):
    cell = find_cell("window", size)
    a, state = noise(steps, 2, 4 * size), tuple(noise(2, 4) * place for place in range(1, size + 1))
    weights = [noise(2, 4) * place for place in range(3, steps + size + 3)]
    found = []
    for way in (scan, scan_by_steps):
        leaves = [each.clone().requires_grad_() for each in (a, *state)]
        outputs, last = way(cell, leaves[0], tuple(leaves[1:]), NONE)
        total = sum((each * w).sum() for each, w in zip([*outputs, *last], weights, strict=True))
        grads = torch.autograd.grad(total, leaves, allow_unused=True)
        found.append([torch.zeros_like(x) if g is None else g for g, x in zip(grads, leaves, strict=True)])
    assert all(torch.allclose(fast, slow) for fast, slow in zip(*found, strict=True))


def model_of(layers: int = 1) -> Bundle:
    vocabulary = Vocabulary("char", tuple("abcdefgh"))
    options = ModelOptions(cell="window", context=3, hidden_size=16, layers=layers, embedding_size=5, dropout=0.0)
    module = build(TASKS["language"].network(options, {"text": vocabulary}), seed=1)
    return Bundle({k: v.numpy() for k, v in module.state_dict().items()}, options, {"text": vocabulary})


@pytest.mark.parametrize("layers", [1, 2])
def test_the_engines_agree(layers):
    bundle, ids = model_of(layers), np.random.default_rng(0).integers(0, 10, (2, 20)).astype(np.int32)
    logits = [
        engine.scan(ids, engine.start(2))[0]
        for engine in (open_engine(name, bundle) for name in ("reference", "torch"))
    ]
    np.testing.assert_allclose(logits[0], logits[1], atol=1e-5)


def test_what_lies_beyond_the_window_changes_nothing():
    engine = open_engine("auto", model_of())
    one, two = np.array([[2, 3, 4, 5, 6]], np.int32), np.array([[9, 8, 4, 5, 6]], np.int32)
    logits = [engine.scan(ids, engine.start(1))[0][0] for ids in (one, two)]
    np.testing.assert_allclose(logits[0][-1], logits[1][-1], atol=1e-6)
    assert np.abs(logits[0][-2] - logits[1][-2]).max() > 1e-3


def test_it_learns_and_writes(text_file):
    model = unrolled.train(text_file, cell="window", steps=60, hidden_size=32, batch_size=8, sequence_length=32)
    assert model.bundle.config.context == 6
    assert model.record["best"]["bits_per_char"] < 3.5
    assert model.generate("The ", length=20, seed=1)


def test_a_context_is_for_windows(text_file):
    with pytest.raises(OptionError, match="I got context= with cell=lstm, which looks back without end"):
        unrolled.train(text_file, context=5, steps=1)


def test_kernels_that_are_not_there_are_refused():
    with pytest.raises(OptionError, match="there are no kernels for cell=window"):
        open_engine("native", model_of())
