import dataclasses

import numpy as np
import pytest
import torch

import unrolled
from unrolled.api.model import model_of
from unrolled.engines import open_engine
from unrolled.engines.torch import Torch


def test_it_agrees_with_the_reference_in_logits(model, text):
    ids = model.vocabulary.encode(text[:400])[None]
    engine = open_engine("torch", model.bundle)
    ours, theirs = (each.scan(ids, each.start(1))[0] for each in (engine, model.engine))
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_it_agrees_with_the_reference_in_ninety_nine_of_a_hundred_samples(model):
    other = model_of(model.bundle, "torch")
    one, two = (each.generate_many("The ", 100, seed=9, length=60) for each in (model, other))
    assert sum(a == b for a, b in zip(one, two, strict=True)) >= 99


def test_naming_a_device_takes_the_torch_engine(model):
    assert isinstance(open_engine("auto", model.bundle, "meta"), Torch)


@pytest.mark.parametrize("device", ["nonsense", "cuda:99"])
def test_a_device_that_is_not_there_is_a_sentence(model, device):
    with pytest.raises(unrolled.UnrolledError, match=f"device={device} is not to be had here"):
        open_engine("torch", model.bundle, device)


def test_it_keeps_no_gradients(model):
    engine = open_engine("torch", model.bundle)
    engine.scan(np.array([[3, 4]], np.int32), engine.start(1))
    assert all(parameter.grad is None for parameter in engine.network.parameters())
    assert torch.is_grad_enabled()


def test_weights_that_do_not_fit_their_description_are_refused(model):
    wrong = dataclasses.replace(model.bundle, config=dataclasses.replace(model.bundle.config, hidden_size=47))
    with pytest.raises(unrolled.UnrolledError, match="do not fit their description"):
        open_engine("torch", wrong)
