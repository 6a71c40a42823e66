import pytest
import torch

from unrolled.errors import OptionError
from unrolled.layers.device import find_device


def test_a_cpu_is_always_to_be_had():
    assert find_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["toaster", "cuda:99", "xpu", ""])
def test_a_device_that_this_machine_lacks_is_refused(name):
    with pytest.raises(OptionError, match=f"^--device {name} is not to be had here; use --device cpu, or auto$"):
        find_device(name)
