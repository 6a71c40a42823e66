import os
import re

import pytest

from unrolled.errors import InputError, OptionError
from unrolled.generation.constraints.rules_file import ConstraintFile
from unrolled.text.grapheme import compiled


@pytest.fixture
def write(tmp_path):
    """A function that writes a file of constraints and gives its name."""

    def of(text):
        (tmp_path / "c.toml").write_text(text, encoding="utf-8")
        return str(tmp_path / "c.toml")

    return of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("banned = [", "is no TOML"),
        ("banned = 'nice'", "give a list of strings"),
        ("banned = [1]", "give a list of strings"),
        ("banned = ['']", "give a list of strings"),
        ("banned = ['so', '?!']", "marks alone cannot be banned"),
        ("baned = ['nice']", "did you mean banned"),
        ("rhymes = 'A1'", "give a letter a line"),
        ("rhymes = ''", "give a letter a line"),
        ("endings = ['ll.']", "give letters alone"),
        ("rhyme_letters = 2", "without rhymes, which it needs"),
        ("rhymes = 'AA'\nrhyme_letters = 99", "give a whole number from 0 to 20"),
        ("longest = true", "give a whole number from 1 to 10000"),
        ("[banned]\nx = 1", "give a list of strings"),
    ],
)
def test_a_file_that_says_something_else_is_refused(write, text, words):
    with pytest.raises(InputError, match=words):
        ConstraintFile.read(write(text))


def test_what_is_no_regular_expression_is_refused_before_anything_is_written(model, write):
    with pytest.raises(OptionError, match="as a regular expression"):
        model.generate("The ", constraints=write("lines = ['(a']"))


def test_a_missing_file_and_one_that_is_no_text_are_refused(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        ConstraintFile.read(str(tmp_path / "none.toml"))
    (tmp_path / "raw.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is no TOML"):
        ConstraintFile.read(str(tmp_path / "raw.toml"))


def test_what_can_be_read_but_once_is_refused(tmp_path):
    with pytest.raises(InputError, match="standard input for constraints="):
        ConstraintFile.read("-")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="give a file of TOML"):
        ConstraintFile.read(str(tmp_path / "pipe"))


def test_an_ending_in_burmese_may_end_with_a_vowel_sign(write):
    assert ConstraintFile.read(write('endings = ["မာ"]')).endings == ("မာ",)


def test_a_length_that_is_given_holds_though_it_is_the_usual_one(model, write):
    text = model.generate("The ", length=300, seed=1, constraints=write("longest = 60"))
    assert max(map(len, f"The {text}".split("\n"))) <= 60


def test_an_empty_file_asks_for_nothing(model, write):
    free = model.generate("The ", length=40, seed=1)
    assert model.generate("The ", length=40, seed=1, constraints=write("")) == free


@pytest.mark.parametrize("seed", range(4))
def test_a_banned_word_does_not_come(model, write, seed):
    free, without = (
        model.generate("The ", length=300, seed=seed, **how)
        for how in ({}, {"constraints": write('banned = ["the", "cat", "on the mat"]')})
    )
    assert re.search(r"\bthe\b", free, re.I)
    assert not re.search(r"\b(the|cat|on the mat)\b(?!\Z)", without, re.I)


@pytest.mark.parametrize("seed", range(4))
def test_lines_are_as_the_file_says(model, write, seed):
    rules = write('lines = ["[A-Z].{4,}", ".*[.!?]"]\nendings = ["", "ll"]\nlongest = 32\n')
    text = model.generate("", length=400, lines=4, seed=seed, constraints=rules)
    lines = [line for line in text.split("\n") if line]
    assert len(lines) == 4
    assert all(len(line) <= 32 for line in lines)
    assert all(compiled("[A-Z].{4,}").fullmatch(line) for line in lines[::2])
    assert all(re.fullmatch(r".*ll[.!?]+", line) for line in lines[1::2])


@pytest.mark.parametrize("seed", range(4))
def test_lines_rhyme_as_the_scheme_says(model, write, seed):
    rules = write('rhymes = "AABB"\nlongest = 30\n')
    text = model.generate("The moon\n", length=400, lines=3, seed=seed, constraints=rules)
    words = ["moon", *(re.findall(r"[^\W\d_]+", line)[-1].lower() for line in text.split("\n") if line)]
    assert len(words) == 4
    assert words[0][-2:] == words[1][-2:] and words[2][-2:] == words[3][-2:]
    assert words[0] != words[1] and words[2] != words[3]


def test_the_same_seed_writes_the_same_text_under_constraints(model, write):
    how = {"length": 60, "seed": 2, "constraints": write('banned = ["the"]')}
    assert model.generate("The ", **how) == model.generate_many("The ", 2, **how)[0]


def test_beams_are_refused(model, write):
    with pytest.raises(OptionError, match="beams"):
        model.generate("The ", beams=2, constraints=write(""))
