from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.reports.grid import MAX_LABEL_COLUMNS, grid
from unrolled.reports.labels import columns, shown

SPACE = "{http://www.w3.org/2000/svg}"
names = st.lists(st.text(st.characters(), max_size=30), min_size=1, max_size=5)


def tell(row: int, column: int) -> str:
    return f"{row}/{column}"


def parts(picture: str, kind: str) -> list[ET.Element]:
    return ET.fromstring(picture).findall(f"{SPACE}{kind}")


@given(names, names, st.text(st.characters()))
def test_any_names_and_any_title_are_a_picture_that_says_what_it_shows(left, top, title):
    picture = grid(np.ones((len(left), len(top))), left, top, title, tell)
    root = ET.fromstring(picture)
    assert root.get("role") == "img" and (root[0].tag, root[0].text or "") == (f"{SPACE}title", shown(title))
    labels = [each.text or "" for each in parts(picture, "text")]
    assert len(labels) == len(left) + len(top) and all(columns(each) <= MAX_LABEL_COLUMNS for each in labels)


def test_cells_stand_where_their_row_and_column_are_and_have_their_ink():
    picture = grid([[0, 0.5], [1, 0]], ["a", "b"], ["c", "d"], "t", tell, cell=10)
    cells = [(each.get("x"), each.get("y"), each.get("fill-opacity"), each[0].text) for each in parts(picture, "rect")]
    left, down = 20, 20
    assert cells == [(f"{left + 10}", f"{down}", "0.5", "0/1"), (f"{left}", f"{down + 10}", "1", "1/0")]


def test_rows_are_named_at_the_left_and_columns_upwards_on_top():
    named = parts(grid([[1, 1]], ["<row>"], ["x", "မြို့"], "t", tell), "text")
    assert [each.text for each in named] == ["<row>", "x", "မြို့"]
    assert [bool(each.get("transform")) for each in named] == [False, True, True]


def test_a_name_that_is_cut_stands_whole_under_the_pointer():
    name = "a very long name of a label indeed"
    named = parts(grid([[1]], [name], ["x"], "t", tell), "text")
    assert named[0].text.endswith("…") and named[0][0].text == name and len(named[1]) == 0


def test_words_stand_in_every_cell_and_are_white_where_it_is_dark():
    words = parts(grid([[0, 0.9]], ["a"], ["b", "c"], "t", tell, words=True), "text")[3:]
    assert [(each.text, each.get("fill")) for each in words] == [("0/0", "currentColor"), ("0/1", "#fff")]


@pytest.mark.parametrize("ink", [[[1]], [1, 1], [[1, np.nan]], [[1, 1], [1, 1]]])
def test_a_matrix_without_a_name_for_each_row_and_column_is_refused(ink):
    with pytest.raises(InputError, match="of 1 rows and 2 columns; give finite numbers"):
        grid(ink, ["a"], ["b", "c"], "t", tell)
