import json
from pathlib import Path

import pytest

from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.datasets.dataset import LoadedData, ReadRequest
from unrolled.errors import InputError, OptionError
from unrolled.tasks.classify.rows import read_labelled, read_rows, unit_for
from unrolled.text.vocabulary import BOUNDARY, UNKNOWN, Vocabulary

ROWS = [("a good film", "pos"), ('the "worst", by far', "neg"), ("well done", "pos")]


def rows(source, **options):
    return read_rows(source, ReadOptions(**options))[0]


def learnt(source, known=None, **train) -> LoadedData:
    return read_labelled(
        source, ReadRequest(ReadOptions(), ModelOptions(task="classify"), TrainOptions(**train), known)
    )


@pytest.fixture
def file(tmp_path):
    """Writes a file and gives its path."""

    def write(name: str, content: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(content)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("named.tsv", "text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in ROWS)),
        ("bare.tsv", "".join(f"{label}\t{text}\n" for text, label in ROWS)),
        ("quoted.csv", 'label,text\npos,a good film\nneg,"the ""worst"", by far"\npos, well done\n'),
        ("lines.jsonl", "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in ROWS)),
        ("fasttext.txt", "".join(f"__label__{label} {text}\n" for text, label in ROWS)),
        ("tabs.txt", "".join(f"{text}\t{label}\n" for text, label in ROWS)),
        ("tabs", "".join(f"{label}\t{text}\n\n" for text, label in ROWS)),
    ],
    ids=lambda each: each if len(each) < 15 else "",
)
def test_every_form_of_labelled_texts_has_the_same_rows(file, name, content):
    assert [(text.strip(), label) for text, label in rows(file(name, content))] == ROWS


def test_a_folder_has_a_file_for_each_label(file, tmp_path):
    file("films/neg.txt", "so bad\n")
    file("films/pos.txt", "so good\nwell done\n")
    assert rows(tmp_path / "films") == [("so bad", "neg"), ("so good", "pos"), ("well done", "pos")]


def test_lines_that_a_program_made_are_read_like_those_of_a_file():
    assert rows(["__label__a one", "__label__b two"]) == [("one", "a"), ("two", "b")]


def test_columns_can_be_named(file):
    path = file("a.csv", "id,text,body,who\n1,no,yes,a\n2,no,indeed,b\n")
    assert rows(path, text_column="body", label=("who",)) == [("yes", "a"), ("indeed", "b")]
    assert rows(path, text_column="body") == [("yes", "a"), ("indeed", "b")]
    assert rows(path, text_column="3", label=("4",)) == [("yes", "a"), ("indeed", "b")]


def test_rows_without_a_label_or_a_text_are_left_out(file):
    assert rows(file("a.csv", "text,label\nx,a\ny,\n,b\nz, b \nw, \n")) == [("x", "a"), ("z", "b")]
    assert rows(file("a.txt", "x\ta\n\tb\ny\t\nz\tb\nu\tb\n")) == [("x", "a"), ("z", "b"), ("u", "b")]


def test_a_label_may_have_an_equals_sign(file):
    path = file("a.csv", "text,x=y\none,p=q\ntwo,r\n")
    assert rows(path, text_column="text", label=("x=y",)) == [("one", "p=q"), ("two", "r")]


def test_texts_and_labels_become_ids_that_lead_back_to_them(file):
    content = "".join(f"{text}\t{label}\n" for text, label in ROWS * 5)
    reading = learnt(file("a.tsv", content), valid=0.2)
    split = reading.split
    texts, labels = (split.vocabularies[name] for name in ("text", "labels"))
    part = split.train
    found = part.sources.take([0, 1, 2])
    decoded = [texts.decode(row[:size]) for row, size in zip(found.values, found.sizes, strict=True)]
    assert decoded == [text for text, _ in ROWS]
    assert [labels.units[number - 2] for number in part.targets.flat[:3]] == [label for _, label in ROWS]
    assert len(split.valid) == 3 and reading.shown == ((ROWS[0], ROWS[1], ROWS[2]))


def test_the_vocabulary_is_that_of_what_is_learnt(file):
    content = "abc\tone\ncba\ttwo\n" * 5
    reading = learnt(file("a.tsv", content), valid=str(file("v.tsv", "axz\tone\n")))
    assert reading.split.vocabularies["text"].units == ("a", "b", "c")
    assert reading.split.valid.sources.flat.tolist() == [BOUNDARY, 2, UNKNOWN, UNKNOWN]


def test_known_vocabularies_keep_their_ids(file):
    known = {"text": Vocabulary("char", tuple("zab")), "labels": Vocabulary("label", ("old", "b"))}
    split = learnt(file("a.tsv", "ab\ta\nba\tb\n" * 4), known).split
    assert split.vocabularies["text"] == known["text"]
    assert split.vocabularies["labels"].units == ("old", "b", "a")


def test_words_are_units_where_texts_have_several():
    assert unit_for(["one two three four"] * 3)[0] == "word"
    assert unit_for(["Smith", "Garcia"])[0] == "char"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("one.tsv", "text\tlabel\nx\ta\ny\ta\n", "the rows to learn from have the one label 'a'"),
        ("plain.txt", "no label\nanywhere\n", "plain.txt has no labels that I can find; give a .csv"),
        ("half.txt", "__label__a one\ntwo\n", "half.txt has no labels that I can find"),
        ("bad.jsonl", '{"text": "a", "label": "x"}\n{oops\n', "bad.jsonl, line 2 is not JSON"),
        ("bad.jsonl", '{"text": "a", "label": "x"}\n3\n', "bad.jsonl, line 2 is a number and no row"),
        ("bare.csv", "text,label\nx,\ny,\n", "no row of"),
        ("narrow.csv", "text\nx\n", "has one column, and two are needed"),
        (
            "many.tsv",
            "text\tlabel\n" + "".join(f"x\t{n}\n" for n in range(1200)),
            "have 1080 labels, and a classifier needs 2",
        ),
    ],
)
def test_what_cannot_be_learnt_is_told_in_one_sentence(file, name, content, words):
    with pytest.raises(InputError) as caught:
        learnt(file(name, content))
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_column_that_is_not_there_is_named(file):
    with pytest.raises(InputError, match=r"has no column 'lable' \(it has text, label\)"):
        rows(file("a.csv", "text,label\nx,a\n"), label=("lable",))


def test_a_label_that_is_only_held_out_is_refused(file):
    train, valid = file("a.tsv", "x\ta\ny\tb\n" * 4), file("v.tsv", "x\tc\n")
    with pytest.raises(InputError, match="the label 'c' stands in the valid rows and in none to learn from"):
        learnt(train, valid=str(valid))


def test_a_classifier_learns_one_label(file):
    with pytest.raises(OptionError, match="2 times label=, and a classifier learns one"):
        rows(file("a.csv", "text,a,b\nx,y,z\n"), label=("a", "b"))


def test_a_name_too_long_for_a_file_is_told():
    with pytest.raises(InputError, match="cannot be read"):
        rows("x" * 5000)
