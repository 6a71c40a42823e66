from hypothesis import given
from hypothesis import strategies as st

from unrolled.reports.bars import bar, bars


def test_a_bar_for_every_pair():
    assert bars([(" ", 0.5), ("e", 0.25)], width=8) == ["' '   50.0%  ████", "'e'   25.0%  ██"]


def test_a_newline_is_shown_as_python_writes_it():
    assert bars([("\n", 1.0)], width=2)[0].startswith(r"'\n'")


def test_nothing_gives_nothing():
    assert bars([]) == []


@given(share=st.floats(0, 1), width=st.integers(1, 80))
def test_a_bar_is_as_long_as_its_share(share, width):
    assert abs(len(bar(share, width)) - share * width) <= 1
