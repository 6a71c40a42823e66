import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.reports.bars import bar, bars

EIGHTHS = "▏▎▍▌▋▊▉█"


def test_a_distribution_is_drawn_line_by_line():
    assert bars([(" ", 0.75), ("\n", 0.125), ("ab", 0.0)], width=8) == [
        "' '    75.0%  ██████",
        "'\\n'   12.5%  █",
        "'ab'    0.0%",
    ]


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, ""), (1, "████"), (0.5, "██"), (1 / 32, "▏"), (9 / 32, "█▏"), (14 / 32, "█▊")]
)
def test_a_bar_is_drawn_to_an_eighth_of_a_column(share, drawn):
    assert bar(share, 4) == drawn


@given(st.floats(0, 1), st.integers(0, 80))
def test_a_bar_is_as_long_as_its_share(share, width):
    drawn = bar(share, width)
    eighths = sum(EIGHTHS.index(each) + 1 for each in drawn)
    assert eighths == round(share * width * 8) and len(drawn) <= width


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(0, 1))))
def test_every_label_has_one_line(pairs):
    lines = bars(pairs)
    assert len(lines) == len(pairs) and all("\n" not in line for line in lines)
    assert all(line.startswith(repr(label)) for line, (label, _) in zip(lines, pairs, strict=True))


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(0.1, 1)), min_size=1))
def test_bars_begin_in_one_column(pairs):
    widest = max(len(repr(label)) for label, _ in pairs)
    assert {line.rindex("%") for line in bars(pairs)} == {widest + 7}
