import numpy as np
import torch

from unrolled.training.feed import mean_of


def test_padding_is_left_out_of_the_mean():
    losses = torch.tensor([[1.0, 3.0], [5.0, 100.0]])
    assert mean_of(losses, np.array([[True, True], [True, False]])).item() == 3
    assert mean_of(losses, None).item() == losses.mean().item()
