"""A head of its own: logits are ``W y + b``."""

from __future__ import annotations

from torch import nn

from .fused_loss import FusedLoss
from .sampled_softmax import LARGE
from .tensors import Scalar, TensorN, TensorNH


class LinearHead(nn.Linear):
    """A linear layer with a loss; over many units its products are of a ``precision``, over few in fp32."""

    def __init__(self, inputs: int, outputs: int, precision: str) -> None:
        super().__init__(inputs, outputs)
        self.precision = precision if outputs >= LARGE or precision == "off" else "fp32"

    def loss(self, y: TensorNH, targets: TensorN, smoothing: float) -> tuple[Scalar, Scalar]:
        """Return the mean loss, smoothed and plain, of targets after outputs, without all logits at once."""
        found: tuple[Scalar, Scalar] = FusedLoss.apply(  # type: ignore[no-untyped-call]  # torch has no types for it
            y, self.weight, self.bias, targets, smoothing, self.precision
        )
        return found
