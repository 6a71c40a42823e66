import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.formats.paragraphs import LONGEST_ROW, Paragraphs, some, tidy


def paragraph(to: Paragraphs, text: str) -> None:
    to.begin()
    to.write(text)
    to.end()


def row(to: Paragraphs, *cells: str) -> None:
    to.begin_row()
    for cell in cells:
        to.begin_cell()
        for each in cell.split("|"):
            paragraph(to, each)
        to.end_cell()
    to.end_row()


def test_paragraphs_are_parted_by_a_blank_line_and_empty_ones_do_not_count():
    found = Paragraphs()
    for each in ("one", "", "  ", "two "):
        paragraph(found, each)
    assert found.text() == "one\n\ntwo\n"


def test_a_paragraph_within_another_comes_first():
    found = Paragraphs()
    found.begin()
    found.write("outer ")
    paragraph(found, "inner")
    found.write("goes on")
    found.end()
    assert found.text() == "inner\n\nouter goes on\n"


def test_items_of_a_list_are_lines_those_of_a_list_in_it_too():
    found = Paragraphs()
    for each in range(2):
        found.begin_list()
        paragraph(found, f"a{each}")
        found.begin_list()
        paragraph(found, f"b{each}")
        found.end_list()
        found.end_list()
    assert found.text() == "a0\nb0\n\na1\nb1\n"


def test_rows_of_a_table_are_lines_with_tabs():
    found = Paragraphs()
    paragraph(found, "before")
    found.begin_table()
    row(found, "a", "b|c")
    row(found, "", "d")
    found.end_table()
    assert found.text() == "before\n\na\tb c\n\td\n"


@pytest.mark.parametrize("cells", [("a|b",), ("a" * LONGEST_ROW, "b"), ("a", "|".join("b" * 20))])
def test_rows_that_arrange_a_page_are_paragraphs(cells):
    found = Paragraphs()
    found.begin_table()
    row(found, *cells)
    found.end_table()
    assert found.text() == "\n\n".join("|".join(cells).split("|")) + "\n"


def test_a_table_in_a_cell_is_written_in_its_place():
    found = Paragraphs()
    found.begin_table()
    found.begin_row()
    found.begin_cell()
    found.begin_table()
    row(found, "a", "b")
    row(found, "c", "d")
    found.end_table()
    found.end_cell()
    found.end_row()
    found.end_table()
    assert found.text() == "a\tb\nc\td\n"


def test_soft_hyphens_spaces_at_ends_and_many_blank_lines_go():
    assert tidy("\nso\xadft  \n\n\n\n  end \n") == "soft\n\n  end"


def test_no_text_is_an_error_that_names_the_document():
    assert some("a\n", "x.docx") == "a\n" and not Paragraphs().text()
    with pytest.raises(InputError, match=r"x\.docx holds no text"):
        some("", "x.docx")


@settings(max_examples=50)
@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_no_line_ends_with_a_space(texts):
    found = Paragraphs()
    for each in texts:
        paragraph(found, each)
    text = found.text()
    assert all(line == line.rstrip() for line in text.split("\n")) and (not text or text.endswith("\n"))
    assert "\n\n\n" not in text
