import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.errors import ModelFileError
from unrolled.model_file.gpt2_units import BYTES, TheirUnits, as_bytes, as_letters, merges, read_units
from unrolled.text import UNITS


def test_every_byte_has_a_letter_of_its_own():
    assert len(BYTES) == 256 and set(BYTES.values()) == {chr(byte) for byte in range(256)}
    assert as_bytes("Ġthe", Path()) == " the"


@given(st.text(st.characters(max_codepoint=255)))
def test_tokens_are_written_with_letters_and_read_back(token):
    assert as_bytes(as_letters(token), Path()) == token


def test_merges_are_the_two_tokens_that_came_before():
    assert merges(["a", "b", "c", "ab", "abc", "cc"]) == [("a", "b"), ("ab", "c"), ("c", "c")]


def test_all_learnt_tokens_are_made_of_two(text):
    tokens = UNITS["gpt2"].learn([text], [text], 400, 2)
    assert all(len(pair) == 2 and "".join(pair) in tokens for pair in merges(tokens))


def test_our_own_units_come_back(tmp_path):
    TheirUnits("char", ("a", "။"), 0, False).write(tmp_path)
    vocabulary, order = read_units(tmp_path, 4, 0)
    assert (vocabulary.unit, vocabulary.units, order.tolist()) == ("char", ("a", "။"), [0, 1, 2, 3])


@pytest.mark.parametrize(
    ("files", "end", "words"),
    [
        ({}, 5, "has no tokens of a GPT-2"),
        ({"tokenizer.json": {"model": {"type": "Unigram", "vocab": []}}}, 5, "has no tokens of a GPT-2"),
        ({"vocab.json": {"a": 0}, "merges.txt": ""}, None, "has no end of a text"),
        ({"vocab.json": {"a": 0}, "merges.txt": ""}, 5, "cannot spell every byte"),
        ({"unrolled.json": {"unit": "char", "units": ["a"]}}, 0, "names 1 units, and the model has 10 ids"),
    ],
)
def test_a_folder_without_usable_tokens_is_refused(tmp_path, files, end, words):
    for name, content in files.items():
        (tmp_path / name).write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(ModelFileError, match=words):
        read_units(tmp_path, 10, end)


def test_a_file_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "merges.txt").write_text("")
    (tmp_path / "vocab.json").write_text("{")
    with pytest.raises(ModelFileError, match=r"vocab.json cannot be read"):
        read_units(tmp_path, 10, 1)


def test_signs_that_are_made_of_no_tokens_are_no_units(tmp_path):
    letters = [*BYTES, "ab", "<pad>", "abc", "<s>"]
    (tmp_path / "vocab.json").write_text(json.dumps({token: n for n, token in enumerate(letters)}))
    (tmp_path / "merges.txt").write_text("#version: 0.2\na b\nab c\n")
    vocabulary, order = read_units(tmp_path, 260, 259)
    assert vocabulary.units[256:] == ("ab", "abc")
    assert order.tolist()[:2] == [259, -1] and order.tolist()[-2:] == [256, 258]


def test_writing_other_units_takes_the_old_ones_away(tmp_path):
    TheirUnits("char", ("a",), 0, False).write(tmp_path)
    TheirUnits("gpt2", tuple(BYTES.values()), 256, True).write(tmp_path)
    assert read_units(tmp_path, 257, 256)[0].unit == "gpt2"
