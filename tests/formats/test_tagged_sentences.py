from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unrolled.config import ReadOptions
from unrolled.errors import InputError, UnrolledError
from unrolled.formats.corpus import read_corpus
from unrolled.formats.tagged_sentences import DOCUMENT, parted, read_sentences, tagged
from unrolled.tasks.tag.rows import read_rows

WORDS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("/#-_.1ကာ"), min_size=1, max_size=6).filter(
    lambda word: word.split() == [word] and not word.startswith(DOCUMENT)
)
SENTENCES = st.lists(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5), min_size=1, max_size=4)


def read(text: str, **columns: object):
    return read_sentences(text, "it", **columns)[0]


def in_columns(sentences, between: str) -> str:
    return "".join("".join(f"{between.join(pair)}\n" for pair in sentence) + "\n" for sentence in sentences)


def apart(sentences):
    return [([token for token, _ in each], [tag for _, tag in each]) for each in sentences]


@given(SENTENCES)
@example([[("#", "#")], [("/", "/")]])
def test_what_is_written_in_columns_is_read_again(sentences):
    assert read(in_columns(sentences, "\t")) == apart(sentences)


@given(SENTENCES)
def test_columns_can_stand_apart_by_blanks_where_not_every_word_looks_tagged(sentences):
    sentences = [[("a", "b"), *each] for each in sentences]
    assert read(in_columns(sentences, "  ")) == apart(sentences)


@given(SENTENCES)
@example([[("/", "PUNC"), ("and/or", "CC")]])
def test_what_is_written_as_words_with_tags_is_read_again(sentences):
    sentences = [[(token, tag.replace("/", "|")) for token, tag in each] for each in sentences]
    lines = [tagged(*each) for each in apart(sentences)]
    assert read("\n".join(lines)) == [parted(line) for line in lines] == apart(sentences)


@given(st.binary(max_size=60) | st.text("a/#\t \n-1_", max_size=40).map(str.encode))
def test_any_bytes_are_rows_or_one_sentence(tmp_path_factory, raw):
    path: Path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(raw)
    said, rows = "a sentence", [("a", "X")]
    try:
        rows = read_rows(path, ReadOptions())[0]
    except UnrolledError as error:
        said = str(error)
    assert said and "\n" not in said
    assert rows and all(len(text.split()) == len(tags.split()) > 0 for text, tags in rows)


CONLL_U = """# newdoc id = 1
# text = don't go 10 000
1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tdo\tdo\tAUX\tVB\t_\t3\taux\t_\t_
2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_
3\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\t_
3.1\tgone\t_\t_\t_\t_\t_\t_\t_\t_
4\t10 000\t10000\tNUM\tCD\t_\t3\tobj\t_\t_

# text = #
1\t#\t#\tSYM\tNFP\t_\t0\troot\t_\t_

"""


def test_of_conll_u_the_tokens_have_their_universal_tags():
    sentences, notes = read_sentences(CONLL_U, "ud")
    assert sentences == [(["do", "n't", "go", "10_000"], ["AUX", "PART", "VERB", "NUM"]), (["#"], ["SYM"])]
    assert notes == (
        "ud: tokens are column 2 of 10 and tags column 4; --text-column and --label name others",
        "ud: blanks in 1 tokens or tags are read as _",
    )


def test_where_conll_u_has_no_universal_tags_its_others_are_taken():
    text = CONLL_U
    for tag in ("AUX", "PART", "VERB", "NUM", "SYM"):
        text = text.replace(f"\t{tag}\t", "\t_\t")
    assert read(text)[0][1] == ["VB", "RB", "VB", "CD"]


CONLL_2003 = "-DOCSTART- -X- -X- O\n\nU.N. NNP B-NP B-ORG\nofficial NN I-NP O\n\n\nGo VB B-VP O\n"


def test_of_other_columns_the_last_has_the_tags_or_the_one_that_is_named():
    assert read(CONLL_2003) == [(["U.N.", "official"], ["B-ORG", "O"]), (["Go"], ["O"])]
    assert read(CONLL_2003, tag_columns=("2",), token_column="3")[0] == (["B-NP", "I-NP"], ["NNP", "NN"])


def test_windows_line_ends_and_a_mark_of_byte_order_are_no_part_of_a_tag(tmp_path):
    (tmp_path / "a.conll").write_bytes(b"\xef\xbb\xbfa\tX\r\nb\tY\r\n\r\nc\tX\r\n")
    assert read(read_corpus(tmp_path / "a.conll").documents[0]) == [(["a", "b"], ["X", "Y"]), (["c"], ["X"])]


@pytest.mark.parametrize(
    ("text", "columns", "words"),
    [
        ("the cat sees\na dog\n", {}, r"line 1 \(the cat sees\) has no tags that I can find.*task=segment"),
        ("the cat sees\nthe dog sees\n", {}, r"line 1 \(the cat sees\) has no tags that I can find.*task=segment"),
        ("a/X b/Y\nc/X d\n", {}, r"line 2 \(c/X d\) has no tags"),
        ("a/X b/\n", {}, r"line 1 \(a/X b/\) has no tags"),
        ("a\tX\nb\tY\n", {}, r"line 1 \(a X\) has no tags that I can find; .* a blank line after each sentence"),
        ("a X\nb\n\nc Y\nd X\n", {}, r"line 2 \(b\) has no tags"),
        ("a\t\tX\n\t\tX\n\n", {}, "line 2 has no token in column 1; fill it, or take the line out"),
        ("1-2\ta\tX\n\n", {}, "it has no sentence with tags"),
        ("a X\n\n", {"tag_columns": ("3",)}, "I got label=3, and it has 2 columns; give a number from 1 to 2"),
        ("a X\n\n", {"token_column": "word"}, "I got text_column=word, and it has 2 columns; give a number"),
        ("a X\n\n", {"tag_columns": ("1", "2")}, "I got 2 times label=, and a token has one tag; give one"),
    ],
)
def test_what_is_neither_is_refused_with_the_line(text, columns, words):
    with pytest.raises(InputError, match=words) as caught:
        read(text, **columns)
    assert "\n" not in str(caught.value)


def test_a_column_that_is_named_of_words_with_tags_is_told_to_choose_nothing():
    assert read_sentences("a/X", "it", tag_columns=("4",)) == (
        [(["a"], ["X"])],
        ("it has lines of word/TAG and no columns; the choice of column 4 is left out",),
    )


@pytest.mark.parametrize("number", ["0", "5", "-1", "x", "", "1" * 9, "000000001" + "9" * 5000, "²"])
def test_a_column_that_is_not_there_is_refused_in_one_sentence(number):
    with pytest.raises(InputError, match=r"^I got label=.*, and it has 4 columns; give a number from 1 to 4$"):
        read(CONLL_2003, tag_columns=(number,))
