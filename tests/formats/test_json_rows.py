import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.formats.json_rows import cell, conversation_in, json_rows

values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def read(value: object, name: str = "a.json") -> list[dict]:
    text = value if isinstance(value, str) else json.dumps(value)
    return [cells for _, cells in json_rows(text, name)[0]]


@given(values, st.sampled_from(["a.json", "a.jsonl"]))
def test_any_document_is_rows_or_one_sentence(value, name):
    with contextlib.suppress(InputError):
        for cells in read(json.dumps(value), name):
            assert all(isinstance(each, str | tuple) for each in cells.values())


@given(st.text(max_size=40), st.sampled_from(["a.json", "a.jsonl"]))
def test_any_text_is_rows_or_one_sentence(text, name):
    with contextlib.suppress(InputError):
        read(text, name)


@pytest.mark.parametrize(
    "value",
    [
        [{"t": "a", "l": "1"}, {"t": "b", "l": "2"}],
        {"data": [{"t": "a", "l": "1"}, {"t": "b", "l": "2"}], "version": 3},
        {"t": ["a", "b"], "l": ["1", "2"]},
        {"t": {"0": "a", "1": "b"}, "l": {"0": "1", "1": "2"}},
        {"rows": [{"row": {"t": "a", "l": "1"}}, {"row": {"t": "b", "l": "2"}}], "features": []},
        '{"t": "a", "l": "1"}\n\n{"t": "b", "l": "2"}\n',
        '[\n{"t": "a", "l": "1"},\n{"t": "b", "l": "2"}\n]',
    ],
    ids=str,
)
def test_the_shapes_in_which_libraries_write_tables_are_rows(value):
    assert read(value) == [{"t": "a", "l": "1"}, {"t": "b", "l": "2"}]


def test_texts_and_lists_are_rows_without_names():
    assert read(["a", "b"]) == [{"text": "a"}, {"text": "b"}]
    assert read([["a", "b"]]) == [{"1": "a", "2": "b"}]


def test_objects_within_a_row_are_columns_with_dots():
    assert read([{"translation": {"en": "a", "fr": "b"}, "id": 3}]) == [
        {"translation.en": "a", "translation.fr": "b", "id": "3"}
    ]


def test_lists_are_several_texts_and_null_is_none():
    assert cell(["a", None, 3]) == ("a", "3") and cell(None) == "" and cell(True) == "true"
    assert cell([{"raw": "a", "id": 1}, {"tokens": []}]) == ("a", '{"tokens": []}')


def test_rows_are_counted_by_lines_or_by_their_order():
    assert [number for number, _ in json_rows('{"a": 1}\n\n{"a": 2}\n', "a.jsonl")[0]] == [1, 3]
    assert json_rows("[1]", "a.json")[1] == "row" and json_rows("{}\n{}\n", "a.json")[1] == "line"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1}', "a.json holds an object without rows; give one object a line, or an array of objects"),
        ("3", "a.json holds a number without rows"),
        ("[3]", "a.json, row 1 is a number and no row"),
        ('[{"a": 1},]', "a.json is not JSON"),
        ('[{"a": 1} {"a": 2}]', "expecting ',' or ']'"),
        ('[{"a": 1}] x', "more stands behind its end"),
    ],
)
def test_what_has_no_rows_is_one_sentence(text, words):
    with pytest.raises(InputError) as caught:
        read(text)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_only_what_may_be_a_conversation_is_parsed_as_one():
    assert conversation_in('[{"a": 1}]', "a.json") is None and conversation_in('{"a": 1}\n{"a": 2}', "a.json") is None
    assert conversation_in('[{"ts": "1"}]', "a.json") == [{"ts": "1"}]
    assert conversation_in('{"a": 1}', "a.json") == {"a": 1} and conversation_in('{"a": 1}', "a.jsonl") is None
    assert conversation_in('{"a": ', "a.json") is None
