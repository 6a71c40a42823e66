import pytest
import torch

from unrolled.errors import OptionError
from unrolled.layers.device import find_device


def test_the_cpu_is_always_to_be_had():
    assert find_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["nonsense", "", "cuda:99"])
def test_a_device_that_is_not_there_is_one_sentence(name):
    with pytest.raises(OptionError, match="is not to be had here; use --device cpu, or auto"):
        find_device(name)
