import pytest

from unrolled.config import GenerateOptions
from unrolled.decoding.guards.base import Guard
from unrolled.decoding.guards.copied import MostCopied
from unrolled.decoding.index import Follower, Index


def test_a_guard_must_say_both():
    with pytest.raises(TypeError, match="after"):
        Guard()


@pytest.mark.parametrize("guard", [MostCopied(Follower(Index.of(["abc"])), 2)], ids=lambda guard: type(guard).__name__)
def test_a_guard_is_a_value(guard):
    before, options = repr(guard), GenerateOptions(seed=1)
    assert guard.after(2, "a") == guard.after(2, "a")
    assert guard.options(options) == guard.options(options)
    assert repr(guard) == before
