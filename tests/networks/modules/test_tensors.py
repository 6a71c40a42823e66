import typing

from torch import Tensor

from unrolled.networks.modules import tensors


def test_every_type_is_a_tensor_with_axes():
    found = {name: typing.get_args(hint) for name, hint in vars(tensors).items() if name[:6] in ("Tensor", "Scalar")}
    del found["Tensor"]
    assert len(found) > 40 and {base for base, _ in found.values()} == {Tensor}
    assert typing.get_args(tensors.Scalar)[1] == ""
