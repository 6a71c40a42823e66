import math

import numpy as np
import torch

from unrolled.training.prepare import gather
from unrolled.training.recipes.choose import choose_sizes
from unrolled.training.step import make_learner


def learner(path, **options):
    work = gather(path, None, {"steps": 3, "hidden_size": 16, "batch_size": 4, "sequence_length": 16, **options})
    recipe = choose_sizes(work, torch.device("cpu"), "off")
    return make_learner(work, recipe, torch.device("cpu"), "off")


def weights(of):
    return torch.cat([parameter.detach().flatten() for parameter in of.network.parameters()]).clone()


def test_a_step_is_a_function_of_its_number(text_file):
    one, other = learner(text_file, dropout=0.3), learner(text_file, dropout=0.3)
    for step in (0, 1, 2):
        assert one.step(step, 0.01) == other.step(step, 0.01)
    assert torch.equal(weights(one), weights(other))


def test_a_loss_without_end_teaches_nothing(text_file):
    broken = learner(text_file)
    with torch.no_grad():
        broken.network.head.bias.fill_(math.inf)
    before = weights(broken)
    assert not math.isfinite(broken.step(0, 0.01))
    assert np.array_equal(before.numpy(), weights(broken).numpy(), equal_nan=True)


def test_many_steps_learn(text_file):
    of = learner(text_file)
    losses = [of.step(step, 0.02) for step in range(60)]
    assert np.mean(losses[-5:]) < losses[0] - 0.5
