import numpy as np
import torch

from unrolled.training.tbptt import detach_and_reset


def state():
    return {"h": torch.arange(1.0, 13).view(3, 2, 2), "c": -torch.arange(1.0, 13).view(3, 2, 2)}


def test_fresh_rows_start_from_zeros_and_the_others_go_on():
    after = detach_and_reset(state(), np.array([False, True, False]))
    for name, part in state().items():
        assert torch.equal(after[name][[0, 2]], part[[0, 2]])
        assert not after[name][1].any()


def test_without_fresh_rows_all_go_on():
    after = detach_and_reset(state(), np.zeros(3, bool))
    assert all(torch.equal(after[name], part) for name, part in state().items())


def test_no_gradient_flows_further_back():
    weight = torch.ones(3, 2, 2, requires_grad=True)
    for fresh in (np.zeros(3, bool), np.ones(3, bool)):
        assert not detach_and_reset({"h": 2 * weight}, fresh)["h"].requires_grad


def test_the_old_state_is_left_as_it_was():
    before = state()
    detach_and_reset(before, np.ones(3, bool))
    assert all(torch.equal(part, state()[name]) for name, part in before.items())
