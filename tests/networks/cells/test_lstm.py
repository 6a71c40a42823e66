from math import exp, tanh

import numpy as np
import pytest

from unrolled.networks.cells.base import Recurrence
from unrolled.networks.cells.lstm import LSTM

STATE = (np.array([[0.5]]), np.array([[-1.5]]))
WEIGHTS = Recurrence(np.array([[0.3], [-0.8], [1.2], [0.6]]), np.array([0.1, -0.2, 0.4, -0.5]))


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def step(*a: float) -> tuple[float, float]:
    """The next h and c of one unit from what the input gives to i, f, g and o."""
    h, c = LSTM().step(np.array([a]), STATE, WEIGHTS)
    return h.item(), c.item()


def test_a_step_is_the_papers_formula():
    i, f = sigmoid(0.7 + 0.3 * 0.5 + 0.1), sigmoid(-0.3 - 0.8 * 0.5 - 0.2)
    g, o = tanh(0.9 + 1.2 * 0.5 + 0.4), sigmoid(0.2 + 0.6 * 0.5 - 0.5)
    c = f * -1.5 + i * g
    assert step(0.7, -0.3, 0.9, 0.2) == pytest.approx((o * tanh(c), c), abs=1e-15)


def test_an_open_forget_gate_keeps_the_memory():
    assert step(-1000, 1000, 0.9, 0.2)[1] == -1.5


def test_a_closed_forget_gate_drops_the_memory():
    g = tanh(0.9 + 1.2 * 0.5 + 0.4)
    assert step(1000, -1000, 0.9, 0.2)[1] == pytest.approx(g, abs=1e-15)


def test_a_closed_output_gate_gives_out_nothing():
    h, c = step(0.7, -0.3, 0.9, -1000)
    assert h == 0 and c != 0


def test_an_open_output_gate_gives_out_the_memory():
    h, c = step(0.7, -0.3, 0.9, 1000)
    assert h == pytest.approx(tanh(c), abs=1e-15)


def test_a_hundred_steps_with_an_open_forget_gate_lose_nothing():
    state = STATE
    for _ in range(100):
        state = LSTM().step(np.array([[-1000.0, 1000.0, 0.9, 0.2]]), state, WEIGHTS)
    assert state[1].item() == -1.5
