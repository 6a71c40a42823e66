import pytest

from unrolled.config import ModelOptions, TrainOptions
from unrolled.datasets.line_starts import first_words, held_out_beginnings
from unrolled.datasets.text import split_corpus
from unrolled.formats.corpus import Corpus


def split_of(text: str, unit: str = "char", documents: str = "whole", valid: float = 0.5):
    corpus = Corpus((text,), ("a.txt",), ("utf-8",), ("lf",)).arranged(documents)
    return split_corpus(corpus, ModelOptions(unit=unit, documents=documents), TrainOptions(valid=valid))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Once upon a time there was", "Once upon a time there "),
        ("ကခဂ", "ကခဂ"),
        ("\n\nAnna\nBob", "Anna"),
        ("?\n\nGREMIO:\nGood morrow, neighbour", "Good morrow, "),
    ],
)
def test_a_prompt_is_made_of_whole_words(text, words):
    assert first_words(text) == words


@pytest.mark.parametrize("unit", ["char", "word", "byte"])
@pytest.mark.parametrize("documents", ["whole", "lines"])
def test_beginnings_are_words_of_held_out_lines_without_their_indentation(unit, documents):
    lines = [f"        The class number {number} has a name of its own" for number in range(40)]
    found = held_out_beginnings(split_of("\n\n   \n".join(lines), unit, documents), 3)
    assert len(found) == 3
    assert all(begin + rest in [line.strip() for line in lines[19:]] for begin, rest in found)
    assert all(begin.startswith("The class number ") and len(begin) <= 24 for begin, _ in found)


def test_rules_and_numbers_are_no_beginnings():
    text = "\n".join(["=" * 40, "1 2 3 4 5 6 7 8 9 10 11", "It was a dark and stormy night", "x"] * 20)
    assert {begin for begin, _ in held_out_beginnings(split_of(text), 3)} == {"It was a dark and "}


def test_burmese_has_beginnings_of_whole_letters():
    line = "မြန်မာစာသည်မြန်မာနိုင်ငံ၏ရုံးသုံးဘာသာစကားဖြစ်သည်"
    ((begin, rest), *_) = held_out_beginnings(split_of("\n".join([line] * 30), "grapheme"), 3)
    assert begin + rest == line and len(begin) > 10


def test_a_single_line_begins_somewhere_and_nothing_held_out_nowhere():
    split = split_of("word " * 200)
    assert held_out_beginnings(split, 3)[0][0].startswith(("word ", "ord ", "rd ", "d "))
    assert held_out_beginnings(split_of("word " * 200, valid=0.0), 3) == ()
