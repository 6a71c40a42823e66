import pytest

from unrolled.analysis.span_index import Follower, SpanIndex
from unrolled.config import GenerateOptions
from unrolled.generation.constraints.base import Constraint
from unrolled.generation.constraints.max_copied import MaxCopied


def test_a_guard_must_say_both():
    with pytest.raises(TypeError, match="after"):
        Constraint()


@pytest.mark.parametrize(
    "constraint", [MaxCopied(Follower(SpanIndex.of(["abc"])), 2)], ids=lambda constraint: type(constraint).__name__
)
def test_a_guard_is_a_value(constraint):
    before, options = repr(constraint), GenerateOptions(seed=1)
    assert constraint.after(2, "a") == constraint.after(2, "a")
    assert constraint.options(options) == constraint.options(options)
    assert repr(constraint) == before
