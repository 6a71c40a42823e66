import pytest

from unrolled.analysis.span_index import Follower, Index
from unrolled.config import GenerateOptions
from unrolled.generation.constraints.base import Guard
from unrolled.generation.constraints.max_copied import MostCopied


def test_a_guard_must_say_both():
    with pytest.raises(TypeError, match="after"):
        Guard()


@pytest.mark.parametrize("guard", [MostCopied(Follower(Index.of(["abc"])), 2)], ids=lambda guard: type(guard).__name__)
def test_a_guard_is_a_value(guard):
    before, options = repr(guard), GenerateOptions(seed=1)
    assert guard.after(2, "a") == guard.after(2, "a")
    assert guard.options(options) == guard.options(options)
    assert repr(guard) == before
