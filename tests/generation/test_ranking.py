import numpy as np
import pytest

from unrolled import kernels
from unrolled.generation import ranking
from unrolled.generation.ranking import likeliest
from unrolled.text.vocabulary import NEVER

LOGITS = np.log(np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.2, 0.2, 0.2]], np.float32))


@pytest.fixture(params=["kernels", "numpy"], autouse=True)
def arithmetic(request, monkeypatch):
    if request.param == "numpy":
        monkeypatch.setattr(ranking.kernels, "load", lambda: None)
    elif kernels.load() is None:
        pytest.skip("the kernels are not built")


def test_the_likeliest_comes_first_with_its_log_probability():
    units, nats = likeliest(LOGITS, 2, ends=True)
    assert units.tolist() == [[3, 2], [0, 2]]
    assert np.exp(nats) == pytest.approx(np.array([[0.4, 0.3], [0.4, 0.2]]))


def test_what_is_never_written_is_left_out_and_its_share_is_not():
    units, nats = likeliest(LOGITS, 4, ends=False)
    assert units.tolist() == [[3, 2, 0, 0], [2, 3, 0, 0]]
    assert np.exp(nats) == pytest.approx(np.array([[0.4, 0.3, 0, 0], [0.2, 0.2, 0, 0]]))


def test_there_are_no_more_than_the_vocabulary_has():
    assert likeliest(LOGITS, 99, ends=True)[0].shape == (2, 4)


@pytest.mark.parametrize("ends", [True, False])
def test_what_never_occurred_is_left_out_however_many_are_asked_for(ends):
    logits = LOGITS.copy()
    logits[:, [0, 3]] = NEVER
    units, nats = likeliest(logits, 4, ends)
    assert units.tolist() == [[2, 0, 0, 0], [2, 0, 0, 0]]
    assert np.isneginf(nats[units == 0]).all() and np.isfinite(nats[units > 0]).all()
