import pytest

from unrolled.analysis.span_index import Follower, SpanIndex
from unrolled.config import GenerateOptions
from unrolled.generation.constraints.banned import Banned
from unrolled.generation.constraints.base import Constraint
from unrolled.generation.constraints.max_copied import MaxCopied
from unrolled.generation.constraints.verse import Rules, Verse

CONSTRAINTS = [
    MaxCopied(Follower(SpanIndex.of(["abc"])), 2),
    Banned.of(("b",), ""),
    Verse.of(Rules(endings=("a",)), ""),
]


def test_a_guard_must_say_both():
    with pytest.raises(TypeError, match="after"):
        Constraint()


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda constraint: type(constraint).__name__)
def test_a_guard_is_a_value(constraint):
    before, options = repr(constraint), GenerateOptions(seed=1)
    assert constraint.after(2, "a") == constraint.after(2, "a")
    assert constraint.options(options) == constraint.options(options)
    assert repr(constraint) == before
