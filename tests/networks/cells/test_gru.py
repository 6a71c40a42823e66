from math import exp, tanh

import numpy as np
import pytest

from unrolled.networks.cells.base import Recurrence
from unrolled.networks.cells.gru import GRU

STATE = (np.array([[0.5]]),)
WEIGHTS = Recurrence(np.array([[0.3], [-0.8], [1.2]]), np.array([0.1, -0.2, 0.4]))


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def step(*a: float) -> float:
    """The next state of one unit from what the input gives to r, z and n."""
    (h,) = GRU().step(np.array([a]), STATE, WEIGHTS)
    return h.item()


def test_a_step_is_the_papers_formula_with_the_reset_after_the_product():
    r, z = sigmoid(0.7 + 0.3 * 0.5 + 0.1), sigmoid(-0.3 - 0.8 * 0.5 - 0.2)
    n = tanh(0.9 + r * (1.2 * 0.5 + 0.4))
    assert step(0.7, -0.3, 0.9) == pytest.approx((1 - z) * n + z * 0.5, abs=1e-15)


def test_an_open_update_gate_keeps_the_state():
    assert step(0.7, 100, 0.9) == 0.5


def test_a_closed_update_gate_takes_the_candidate():
    r = sigmoid(0.7 + 0.3 * 0.5 + 0.1)
    assert step(0.7, -100, 0.9) == pytest.approx(tanh(0.9 + r * (1.2 * 0.5 + 0.4)), abs=1e-15)


def test_a_closed_reset_gate_makes_the_candidate_from_the_input_alone():
    assert step(-1000, -1000, 0.9) == pytest.approx(tanh(0.9), abs=1e-15)


def test_gates_stand_in_the_order_of_pytorch():
    assert (GRU.gates, GRU.parts, GRU.torch_name) == (3, ("h",), "GRU")
    assert step(0.0, 100, 0.0) == 0.5 != step(100, 0.0, 0.0)
