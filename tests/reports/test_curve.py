import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.reports.curve import plot, svg

CURVE = [{"step": 10.0 * n, "seconds": 1.0 * n, "train": 4 - n / 4, "valid": 4.2 - n / 5} for n in range(1, 9)]
NUMBERS = st.floats(0.1, 20)


def polylines(picture: str) -> list[str]:
    return [each.get("points") for each in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}polyline")]


def test_the_plot_has_the_bounds_and_the_steps():
    lines = plot(CURVE, width=20, height=5)
    assert len(lines) == 7
    assert lines[0].startswith("  4.000 ┤")
    assert lines[4].startswith("  2.600 ┤")
    assert "step 10 … 80" in lines[-1]


def test_a_falling_curve_goes_from_the_upper_left_to_the_lower_right():
    lines = plot(CURVE, width=20, height=5)
    blank = chr(0x2800)
    assert lines[0][9] != blank
    assert lines[4].rstrip()[-1] != blank
    assert lines[4][9] == blank


@pytest.mark.parametrize("curve", [[], [{"step": 1.0, "train": math.nan, "valid": math.nan}]])
def test_without_points_it_says_so(curve):
    assert plot(curve) == ["no curve: nothing was held out"]


def test_a_single_point_can_be_drawn():
    assert len(plot(CURVE[:1])) == 14
    assert polylines(svg(CURVE[:1], "one"))


def test_the_picture_has_both_lines_with_all_points():
    training, held_out = polylines(svg(CURVE, "alice"))
    assert len(training.split()) == len(held_out.split()) == len(CURVE)


def test_the_title_is_escaped():
    assert "a &lt;b&gt; &amp; c" in svg(CURVE, "a <b> & c")


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=30))
def test_any_curve_can_be_drawn_within_the_picture(pairs):
    curve = [{"step": float(n), "train": a, "valid": b} for n, (a, b) in enumerate(pairs)]
    assert len(plot(curve)) == 14
    for line in polylines(svg(curve, "any")):
        for point in line.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= 720
            assert 0 <= y <= 400
