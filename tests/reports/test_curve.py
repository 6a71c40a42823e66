import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.reports.curve import dense, plot, series, svg

NAN = math.nan
bits = st.floats(0, 20) | st.just(NAN)
curves = st.lists(st.tuples(st.integers(0, 10**6), bits, bits), unique_by=lambda point: point[0]).map(
    lambda points: [point(*each) for each in sorted(points)]
)


def point(step: float, train: float, valid: float) -> dict[str, float]:
    return {"step": step, "seconds": step / 10, "train": train, "valid": valid}


FALLING = [point(10, 4.5, 4.0), point(20, 3.5, 3.0), point(30, 3.0, 2.0)]


def dots(lines: list[str]) -> list[tuple[int, int]]:
    """The (row, column) of every character with a dot."""
    rows = [line.partition("┤")[2] for line in lines if "┤" in line]
    return [(n, column) for n, row in enumerate(rows) for column, each in enumerate(row) if each != "\u2800"]


def shapes(picture: str, kind: str) -> list[ET.Element]:
    return ET.fromstring(picture).findall(f"{{http://www.w3.org/2000/svg}}{kind}")


def test_a_falling_curve_falls_from_the_upper_left_to_the_lower_right():
    places = dots(plot(FALLING, width=20, height=5))
    assert places[0] == (0, 0) and places[-1] == (4, 19) and places == sorted(places)


def test_the_axis_names_the_ends_of_the_curve():
    lines = plot(FALLING, width=20, height=5)
    assert (lines[0][:9], lines[4][:9]) == ("  4.000 ┤", "  2.000 ┤")
    assert lines[-1].strip() == "step 10 … 30, held-out bits per character"


@given(curves, st.integers(1, 70), st.integers(1, 20))
def test_any_curve_is_drawn_within_its_frame(curve, width, height):
    lines = plot(curve, width, height)
    if not series(curve, "valid"):
        assert lines == ["no curve: nothing was held out"]
    else:
        assert len(lines) == height + 2 and {len(line) for line in lines[:height]} == {width + 9}
        assert dots(lines)


@given(curves.filter(lambda curve: len(series(curve, "valid")) > 1), st.integers(2, 99))
def test_a_line_has_a_value_in_every_column_between_its_ends(curve, columns):
    points = series(curve, "valid")
    found = dense(points, columns)
    assert [column for column, _ in found] == list(range(columns))
    assert (found[0][1], found[-1][1]) == pytest.approx((points[0][1], points[-1][1]))


def test_between_two_points_the_line_is_straight():
    assert dense([(0, 1.0), (4, 3.0)], 5) == [(0, 1.0), (1, 1.5), (2, 2.0), (3, 2.5), (4, 3.0)]


def test_values_that_were_not_measured_are_left_out():
    assert series([point(1, NAN, 2.0), point(2, 1.0, NAN)], "train") == [(2, 1.0)]


@given(curves, st.text(st.characters(codec="utf-8", categories=["L", "P", "S", "N"])))
def test_any_curve_is_a_picture_with_both_lines(curve, title):
    picture = svg(curve, title)
    lines = [line.get("points").split() for line in shapes(picture, "polyline")]
    assert [len(line) for line in lines] == [len(series(curve, name)) for name in ("train", "valid")]
    assert (shapes(picture, "text")[0].text or "") == title
    for x, y in (map(float, place.split(",")) for line in lines for place in line):
        assert 56 <= x <= 720 - 56 and 56 <= y <= 400 - 56


def test_the_picture_shows_where_the_points_are():
    lines = [line.get("points") for line in shapes(svg(FALLING, "cats"), "polyline")]
    assert lines == ["56.0,56.0 360.0,171.2 664.0,228.8", "56.0,113.6 360.0,228.8 664.0,344.0"]


def test_the_picture_says_what_it_shows():
    words = [each.text for each in shapes(svg(FALLING, "cats & dogs"), "text")]
    assert {"cats & dogs", "training text", "held-out text", "bits per character over training steps"} <= set(words)
    assert [each for each in words if each[0].isdigit()] == ["2.00", "2.62", "3.25", "3.88", "4.50", "10", "30"]


def test_a_title_with_control_characters_is_still_xml():
    picture = svg(FALLING, "m\x1b[2J\x00\x9b\u202e\udcff & <b>.safetensors")
    title = next(each for each in shapes(picture, "text") if "safetensors" in (each.text or ""))
    assert title.text == "m\ufffd[2J\ufffd\ufffd\ufffd\ufffd & <b>.safetensors"
