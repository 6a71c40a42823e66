from math import tanh

import numpy as np
import pytest

from unrolled.networks.cells.base import Recurrence
from unrolled.networks.cells.elman import Elman

STATE = (np.array([[0.5, -1.0]]),)
WEIGHTS = Recurrence(np.array([[0.3, 0.7], [-0.2, 0.1]]), np.array([0.05, -0.4]))


def test_a_step_is_the_textbooks_formula():
    (h,) = Elman().step(np.array([[0.2, -0.6]]), STATE, WEIGHTS)
    expected = [tanh(0.2 + 0.3 * 0.5 + 0.7 * -1.0 + 0.05), tanh(-0.6 + -0.2 * 0.5 + 0.1 * -1.0 - 0.4)]
    assert h[0] == pytest.approx(expected, abs=1e-15)


def test_without_weights_on_the_state_nothing_is_remembered():
    still = Recurrence(np.zeros((2, 2)), np.zeros(2))
    (h,) = Elman().step(np.array([[0.2, -0.6]]), STATE, still)
    assert h[0] == pytest.approx([tanh(0.2), tanh(-0.6)], abs=1e-15)


def test_each_row_has_its_own_state():
    a, h = np.array([[0.2, -0.6], [1.0, 0.0]]), np.array([[0.5, -1.0], [0.1, 0.9]])
    (both,) = Elman().step(a, (h,), WEIGHTS)
    for row in range(2):
        assert Elman().step(a[[row]], (h[[row]],), WEIGHTS)[0][0] == pytest.approx(both[row], abs=1e-15)
