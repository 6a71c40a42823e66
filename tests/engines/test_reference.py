import numpy as np
import pytest

from unrolled.engines import open_engine
from unrolled.engines.reference import Reference
from unrolled.errors import OptionError


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_it_is_opened_by_its_name_on_the_cpu(model, device):
    assert isinstance(open_engine("reference", model.bundle, device), Reference)


def test_another_device_is_refused(model):
    with pytest.raises(OptionError, match="I got device=cuda for the engine reference, which runs on the CPU alone"):
        open_engine("reference", model.bundle, "cuda")


def test_it_computes_in_single_precision(model):
    engine = open_engine("reference", model.bundle)
    logits, state = engine.scan(np.array([[3, 4]], np.int32), engine.start(1))
    assert {logits.dtype, *(part.dtype for part in state.values())} == {np.dtype(np.float32)}


def test_its_table_is_the_product_of_the_first_layer(model):
    tensors = model.bundle.tensors
    product = tensors["embedding.weight"] @ tensors["rnn.weight_ih_l0"].T + tensors["rnn.bias_ih_l0"]
    np.testing.assert_allclose(open_engine("reference", model.bundle).table, product, atol=1e-6)


def test_it_leaves_the_bundle_as_it_is(model):
    before = {name: tensor.copy() for name, tensor in model.bundle.tensors.items()}
    open_engine("reference", model.bundle).scan(np.array([[3, 4]], np.int32), model.engine.start(1))
    assert all(np.array_equal(tensor, before[name]) for name, tensor in model.bundle.tensors.items())
