import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.formats.delimited import NONE, checked, find_delimiter, rows_of
from unrolled.formats.issues import Issues

cells = st.text(st.characters(exclude_characters="\r\x00", codec="utf-8"), max_size=8)
tables = st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=6)


def read(text: str, delimiter: str = ",") -> tuple[list[tuple[int, list[str]]], Issues]:
    issues = Issues()
    return list(rows_of(text, "t", delimiter, issues)), issues


@given(tables, st.sampled_from(",;\t|"))
def test_what_the_csv_module_writes_is_read_back(rows, delimiter):
    rows = [row for row in rows if any(row)]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    found, issues = read(file.getvalue(), delimiter)
    if not issues.unclosed.count:  # of lines within a cell that all look like rows it is told
        assert [cells for _, cells in found] == rows


@given(st.text(st.sampled_from('a",;\n\t|'), max_size=60), st.sampled_from(",;\t|"))
def test_any_text_is_rows_and_no_character_is_lost_but_marks(text, delimiter):
    found, _ = read(text, delimiter)
    assert sum(row.count("a") for _, cells in found for row in cells) == text.count("a")
    numbers = [number for number, _ in found]
    assert numbers == sorted(set(numbers)) and all(1 <= number <= text.count("\n") + 1 for number in numbers)


def test_a_quoted_cell_may_have_delimiters_marks_and_line_ends():
    found, issues = read('a,"b, ""c""\nd"\ne,f\n')
    assert found == [(1, ["a", 'b, "c"\nd']), (3, ["e", "f"])] and issues.unclosed.count == 0


def test_a_mark_that_does_not_close_is_a_character_and_its_line_is_named():
    found, issues = read('"a,b\nc,d\n"e,f\n')
    assert found == [(1, ['"a', "b"]), (2, ["c", "d"]), (3, ['"e', "f"])]
    assert (issues.unclosed.count, issues.unclosed.first) == (2, [1, 3])


def test_a_sentence_that_begins_with_quoted_words_is_no_quoted_cell():
    assert read('"Hello," he said.\tX\nbye\tY\n', "\t")[0] == [(1, ['"Hello," he said.', "X"]), (2, ["bye", "Y"])]


def test_a_mark_that_closes_around_other_rows_is_no_quotation():
    text = '"To be\tx\n' + "a b\ty\n" * 5 + 'not to be"\tz\n'
    found, issues = read(text, "\t")
    assert len(found) == 7 and issues.unclosed.first == [1]


def test_blank_lines_are_no_rows():
    assert read("a,b\n\n\nc,d\n")[0] == [(1, ["a", "b"]), (4, ["c", "d"])]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_whatever_the_file_is_called(delimiter):
    text = f"kind{delimiter}text\n" + "".join(f"cat{delimiter}the cat, number {n}; sleeps\n" for n in range(30))
    if delimiter in ",;":
        text = text.replace("the cat, number", "the cat number").replace("; sleeps", " sleeps")
    assert find_delimiter(text, "t.csv", ",") == delimiter


def test_excels_own_line_tells_the_delimiter_and_is_no_row():
    text = "sep=;\na;b\nc;d\n"
    assert find_delimiter(text, "t.csv", ",") == ";" and read(text, ";")[0] == [(2, ["a", "b"]), (3, ["c", "d"])]


def test_sentences_with_commas_under_one_name_are_one_column():
    assert find_delimiter("text\n" + "hello, you\n" * 20, "t.csv", ",") == NONE
    assert find_delimiter("Ann\nBob\n", "t.csv", ",") == NONE


def test_too_many_columns_are_refused():
    with pytest.raises(InputError, match="t has 10,001 columns, and 10,000 are the most"):
        checked(10_001, "t")
