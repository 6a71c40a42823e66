import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.analysis.novelty import novelty, novelty_of_each
from unrolled.config import ReadOptions
from unrolled.errors import InputError
from unrolled.formats.corpus import Corpus, read_corpus

words = st.text("ab \n", min_size=1, max_size=60).filter(str.strip)


def of(*documents: str, names: tuple[str, ...] = ("a.txt",)) -> Corpus:
    return Corpus(documents, names, ("utf-8",), ("lf",))


def covered(sample: str, text: str, least: int) -> float:
    """By the book: the share of characters that stand in any copied span of the least length."""
    places = {
        place
        for start in range(len(sample) - least + 1)
        if sample[start : start + least] in text
        for place in range(start, start + least)
    }
    return len(places) / len(sample)


@given(words, words, st.integers(1, 8))
def test_the_share_is_that_of_a_search_by_the_book(sample, text, least):
    assert novelty(sample, of(text), least).copied == pytest.approx(covered(sample, text, least))


@given(words, words)
def test_the_longest_span_is_that_of_a_search_by_the_book(sample, text):
    found = novelty(sample, of(text), 3).longest
    every = (sample[n:m] for n in range(len(sample)) for m in range(n + 1, len(sample) + 1))
    assert (found.length if found else 0) == max((len(span) for span in every if span in text), default=0)


def test_a_sample_that_was_copied_out_is_copied_and_has_no_new_words(text):
    sample = "".join(text.splitlines(keepends=True)[10:20])
    found = novelty(sample, of(text), 20)
    assert (found.copied, found.new_words) == (1.0, 0.0)
    assert found.longest.text == sample


def test_a_sample_of_other_letters_is_new_altogether():
    found = novelty("xyz zyx", of("abc cba".replace(" ", "-")), 1)
    assert (found.copied, found.new_words, found.longest, found.spans) == (0.0, 1.0, None, ())


def test_the_longest_span_is_told_even_if_it_is_too_short_to_count():
    found = novelty("the moon", of("a moon"), 20)
    assert (found.longest.text, found.copied, found.spans) == (" moon", 0.0, ())


def test_the_spans_begin_with_the_longest_and_no_part_of_one_is_shown_again():
    found = novelty("moonlight, sun, moonlight, sun", of("sun, moon; a moonlight!"), 4)
    assert [span.length for span in found.spans] == sorted((span.length for span in found.spans), reverse=True)
    assert [span.text for span in found.shown(2)] == [" moonlight", "sun, moon"]
    assert len(found.spans) > 2


@pytest.mark.parametrize(
    ("sample", "share"),
    [
        ("The CAT sat", 1 / 3),  # whatever the case
        ("don't 12 34, --", 0.0),  # numbers are no words
        ("don’t", 1.0),  # another apostrophe is another word
        ("हिन्दी किताब", 0.5),  # marks stand within words
        ("မြန်မာစာသည်လှပသည်", None),  # no spaces between words
        ("12 34", None),
    ],
)
def test_new_words_are_those_that_the_text_lacks(sample, share):
    assert novelty(sample, of("the cat; don't! हिन्दी"), 20).new_words == share


def test_real_text_is_the_last_tenth_against_what_stands_before_it():
    text = "abcdefghi" * 10 + "abcdeXXXXX"
    real = novelty("something quite else", of(text), 3).real
    assert real.samples == ("abcdeXXXXX",)
    assert (real.copied, real.longest.text) == (0.5, "abcde")


def test_there_is_no_more_real_text_than_the_sample_has():
    assert novelty("four", of("0123456789" * 10), 3).real.samples == ("0123",)


def test_real_text_can_lie_in_several_documents():
    documents = ["x" * 40, "y" * 56, "12", "34"]
    assert novelty("some text", of(*documents), 3).real.samples == ("yyyyyy", "12", "3")


def test_a_text_too_short_for_a_tenth_has_no_real_text_beside_it():
    found = novelty("sample", of("short"), 3)
    assert found.real is None
    assert "real" not in found.summary()


def test_samples_stand_alone():
    both = novelty(["one ", "two"], of("one two"), 3)
    assert [span.text for span in both.spans] == ["one ", "two"]
    assert (both.copied, both.characters) == (1.0, 7)


def test_of_each_sample_the_figures_are_those_of_it_alone(text):
    samples = ["The cat sat on the hill.", "A bird ran home!\n", ""]
    each = novelty_of_each(samples, of(text), 5)
    alone = [novelty(sample, of(text), 5) for sample in samples[:2]]
    assert [(n.copied, n.new_words, n.longest.text) for n in each[:2]] == [
        (n.copied, n.new_words, n.longest.text) for n in alone
    ]
    assert (each[2].copied, each[2].new_words, each[2].longest) == (0.0, None, None)
    assert each[0].real is each[1].real
    assert each[0].real.characters == 24


def test_the_place_names_the_file_where_there_are_several(tmp_path):
    for name, content in {"a.txt": "one\n", "b.txt": "two\nthree\n"}.items():
        (tmp_path / name).write_text(content)
    found = novelty("three", read_corpus(tmp_path), 3)
    assert found.where(found.longest) == f"{Path(tmp_path, 'b.txt')}, line 2"
    assert novelty("three", read_corpus(["two", "three"]), 3).where(found.longest) == "line 2"


def test_the_place_names_the_row_of_a_table(tmp_path):
    (tmp_path / "t.csv").write_text("name\none\ntwo\n")
    found = novelty("two", read_corpus(tmp_path / "t.csv", ReadOptions(text_column="name")), 3)
    assert found.where(found.longest) == "document 2, line 1"


def test_the_summary_is_json(text):
    summary = json.loads(json.dumps(novelty("The cat sat on Ω", of(text, text, names=("a", "b")), 5).summary()))
    assert summary["longest"] == summary["spans"][0] | {"text": "The cat sat on "}
    assert {"characters", "least", "longest", "copied", "new_words", "spans", "real"} == set(summary)
    assert summary["longest"]["document"] in ("a", "b")
    assert summary["real"]["characters"] == 16


@pytest.mark.parametrize("sample", ["", " \n", [], ["", " "]])
def test_an_empty_sample_is_refused(sample, text):
    with pytest.raises(InputError, match=r"^the sample is empty; give some text"):
        novelty(sample, of(text), 20)
