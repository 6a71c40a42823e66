import json

import pytest

from unrolled.errors import InputError
from unrolled.formats.columns import source_and_target, text_and_label
from unrolled.formats.tables import open_table, table_of

LONG = "a rather long text of several words"


def classes(content: str, name: str = "a.csv", text: str | None = None, label: str | None = None) -> tuple[str, ...]:
    table = open_table(content, name, [each for each in (text, label) if each])
    return tuple(text_and_label(table, text, label))


def sides(content: str, name: str = "a.tsv", first: str | None = None, second: str | None = None) -> tuple[str, ...]:
    table = open_table(content, name, [each for each in (first, second) if each])
    return tuple(source_and_target(table, first, second))


def test_columns_are_found_by_what_they_are_called():
    assert classes(f"id,Class,{LONG},Review\n1,x,y,z\n") == ("Review", "Class")
    assert sides("id\tto\tfrom\n1\tx\ty\n") == ("from", "to")


def test_one_name_is_enough_to_tell_that_the_first_line_names_the_columns():
    rows = "".join(f"{number},{LONG} {number},{number % 2}\n" for number in range(6))
    assert classes(f"id,text,author\n{rows}") == ("text", "author")
    assert classes(f"id,words,label\n{rows}") == ("words", "label")
    assert sides("id\tsource\tziel\na\tb\tc\n") == ("source", "ziel")


def test_without_names_the_longest_is_the_text_and_the_most_repeated_the_label():
    rows = "".join(f"{number},{number % 2},{LONG} {number}\n" for number in range(6))
    assert classes(rows) == ("3", "2")


def test_without_names_the_first_two_belong_together():
    assert sides("eins\tone\tx\nzwei\ttwo\ty\n") == ("1", "2")


def test_a_column_that_is_given_is_not_chosen_for_the_other():
    assert classes("text,what\nlong text,a\n", text="what") == ("what", "text")
    assert classes("text,what\nlong text,a\n", label="text") == ("what", "text")
    assert sides("de\ten\na\tb\n", first="en") == ("en", "de")
    assert sides("a\tb\nc\td\n", first="2") == ("2", "1")
    assert sides("a\tb\nc\td\n", second="1") == ("2", "1")


def test_what_is_given_as_a_number_counts_all_columns():
    assert classes(f"text,label\n{LONG},a\n", label="1") == ("label", "text")


def test_json_lines_have_names_whatever_they_are():
    lines = "\n".join(json.dumps({"a": LONG + str(n), "b": n % 2, "c": "same"}) for n in range(5))
    assert classes(lines, "a.jsonl") == ("a", "b")
    assert sides(lines, "a.jsonl") == ("a", "c")  # b has numbers


def test_a_column_with_one_value_for_all_rows_is_no_label():
    rows = "".join(f"train,{LONG} {number},{number % 3}\n" for number in range(6))
    assert classes(f"split,text,kind\n{rows}") == ("text", "kind")


def test_a_first_line_that_is_like_no_row_has_the_names():
    rows = "".join(f"{('ham', 'spam')[number % 2]},{LONG} {number}\n" for number in range(12))
    assert classes(f"v1,v2\n{rows}") == ("v2", "v1")
    assert classes(rows) == ("2", "1")


def test_spaces_around_a_name_do_not_matter():
    assert classes("label, text\nx,y\n") == ("text", "label")


def test_two_columns_of_one_name_are_no_crash():
    assert sides("the\tthe\na\tb\n") == ("1", "2")
    assert set(classes("text,text\na,b\nc,d\n")) == {"1", "2"}


def test_one_column_is_too_few():
    with pytest.raises(InputError, match=r"a.csv has one column, and two are needed; put a tab or a comma between"):
        classes("text\nsome\n")


def test_an_id_is_no_side_of_a_pair_though_it_is_the_code_of_a_language():
    rows = [
        {"id": f"fact_{n}", "prompt": [{"role": "user", "content": f"Who is {n}?"}], "completion": [{"content": "It."}]}
        for n in range(20)
    ]
    table = table_of(rows, "rows", "row")
    assert source_and_target(table, None, None) == ["prompt", "completion"]
    assert next(table.rows())[1]["prompt"] == ("Who is 0?",)
    pairs = table_of([{"id": "Selamat pagi", "en": "Good morning"}], "rows", "row")
    assert set(source_and_target(pairs, None, None)) == {"id", "en"}
