from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.reports.confusion import lines, most_confused, svg
from unrolled.reports.labels import columns

names = st.text(st.characters(), max_size=40)


@st.composite
def matrices(draw, most=40):
    labels = draw(st.lists(names, min_size=1, max_size=most))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return rng.integers(0, 10 ** draw(st.integers(1, 6)), (len(labels), len(labels))), labels


def test_a_small_matrix_has_a_row_for_each_gold_label_and_a_column_for_each_predicted_one():
    assert lines([[10, 2], [0, 7]], ["cat", "doggy"]) == [
        "        cat doggy",
        "cat      10     2",
        "doggy     ·     7",
        "rows: gold, columns: predicted",
    ]


def test_names_of_other_scripts_stand_under_each_other_by_the_columns_they_fill():
    drawn = lines(np.eye(3, dtype=int), ["မြန်မာ", "日本語", "a"])
    assert len({columns(line) for line in drawn[:-1]}) == 1


@given(matrices())
def test_any_matrix_fits_a_terminal_and_its_columns_are_aligned(told):
    drawn = lines(*told)
    assert len({columns(line) for line in drawn[:-1]}) == 1
    assert max(map(columns, drawn)) <= 80


def test_of_many_labels_those_that_are_confused_most_are_shown_and_it_says_so():
    counts = np.diag(np.full(50, 9))
    counts[30, 4] = 5
    drawn = lines(counts, [f"label number {n}" for n in range(50)])
    rows = {line[:16].strip() for line in drawn[1:-1]}
    assert {"label number 30", "label number 4"} < rows and len(rows) < 50
    assert drawn[-1].endswith(f"; {len(rows)} of 50 labels, those most often confused")


@given(matrices(12), st.integers(1, 12))
def test_no_label_that_is_left_out_has_more_errors_than_one_that_is_shown(told, most):
    counts, labels = told
    errors = counts.sum(0) + counts.sum(1) - 2 * np.diag(counts)
    kept = most_confused(counts, most)
    left_out = sorted(set(range(len(labels))) - set(kept))
    assert kept == sorted(kept) and len(kept) == min(most, len(labels))
    assert not left_out or errors[left_out].max() <= errors[kept].min()


def test_the_ink_of_a_row_is_its_shares_and_its_counts_are_written():
    root = ET.fromstring(svg([[3, 1], [0, 0]], ["a<b", "c"], "cats & dogs"))
    ink = [float(each.get("fill-opacity")) for each in root.iter("{http://www.w3.org/2000/svg}rect")]
    words = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert ink == [0.75, 0.25, 0, 0] and words == ["a<b", "c", "a<b", "c", "3", "1", "0", "0"]
    assert root[0].text == "cats & dogs"


def test_counts_of_many_labels_are_under_the_pointer():
    labels = [f"l{n}" for n in range(20)]
    root = ET.fromstring(svg(2 * np.eye(20, dtype=int), labels, "t"))
    cells = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    assert len(cells) == 20 and cells[3][0].text == "l3 → l3: 2"


@pytest.mark.parametrize("report", [lines, lambda counts, labels: svg(counts, labels, "t")])
def test_a_matrix_of_other_labels_is_refused(report):
    with pytest.raises(InputError, match=r"got a matrix \(2, 2\) for 1 labels"):
        report([[1, 0], [0, 1]], ["a"])
