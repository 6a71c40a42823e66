from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

import unrolled
from unrolled.config import ReadOptions
from unrolled.evaluation.rows import in_training, learnt, overlap, read_test
from unrolled.tasks.base import ExampleRows
from unrolled.tasks.caption.rows import captioned


def with_record(model, **corpus):
    return replace(model.bundle, record={**model.record, "corpus": {**model.record["corpus"], **corpus}})


def test_a_source_has_all_that_is_wanted_of_it():
    rows = ExampleRows([("a", "1"), ("b", "2"), ("a", "3")], "")
    assert rows.grouped() == {"a": ["1", "3"], "b": ["2"]}


def test_the_rows_that_were_learnt_are_found_again_without_those_held_out(classifier, translator, tables):
    for model, name in ((classifier, "pets"), (translator, "reversals")):
        rows, whole = learnt(model.bundle), read_test(model.bundle, tables[name], {}).rows
        assert len(rows) == model.record["split"]["train"] < len(whole)
        assert set(rows) < set(whole)


@pytest.mark.filterwarnings("ignore:.*(stand there more than once|differ only in case)")
def test_a_held_out_file_takes_nothing_from_what_was_learnt(tables, tmp_path):
    model = unrolled.train(
        tables["pets"], task="classify", valid=str(tables["pets-test"]), steps=2, hidden_size=8, threads=1
    )
    assert learnt(model.bundle) == read_test(model.bundle, tables["pets"], {}).rows


@pytest.mark.filterwarnings("ignore:.*(stand there more than once|differ only in case)")
def test_a_folder_of_more_files_than_a_record_names_is_found_again(tmp_path):
    for number in range(22):
        (tmp_path / f"kind{number:02d}.txt").write_text("".join(f"word {number} and {n}\n" for n in range(6)))
    model = unrolled.train(tmp_path, task="classify", steps=2, hidden_size=8, threads=1)
    assert len(model.record["corpus"]["names"]) == 20
    assert len(learnt(model.bundle)) == model.record["split"]["train"]


@pytest.mark.parametrize(
    ("corpus", "words"),
    [
        ({"names": ["gone.tsv"]}, "learnt from gone.tsv, which is not there; put it where it was"),
        ({"names": ["lines"]}, "lines that a program made, which cannot be read again"),
        ({"names": ["-"]}, "standard input, which cannot be read again"),
        ({"digest": "another"}, "has changed since the model learnt from it; put back what it was"),
    ],
)
def test_what_cannot_be_found_again_is_one_sentence(classifier, corpus, words):
    with pytest.raises(unrolled.UnrolledError, match=words):
        learnt(with_record(classifier, **corpus))


@pytest.mark.parametrize("record", [{}, {"corpus": {}}, {"corpus": {"documents": 3}}], ids=str)
def test_a_model_without_a_record_of_its_text_says_so(classifier, record):
    with pytest.raises(unrolled.UnrolledError, match="trained elsewhere"):
        learnt(replace(classifier.bundle, record=record))


def test_sources_that_were_learnt_are_counted(translator):
    rows = learnt(translator.bundle)
    test = ExampleRows([rows[0], rows[0], ("qqq", "QQQ")], "")
    assert in_training(translator.bundle, test) == (
        "1 of 2 different sources also stand in the rows that the model learnt from",
    )
    assert overlap({"a"}, ExampleRows([("b", "c")], "")) == ()
    assert "cannot be told: the model learnt from x" in in_training(with_record(translator, names=["x"]), test)[0]


def test_a_table_and_lines_of_fasttext_are_the_same_test(classifier, tables, tmp_path):
    rows = read_test(classifier.bundle, tables["pets-test"], {}).rows
    (tmp_path / "t.txt").write_text("".join(f"__label__{label} {text}\n" for text, label in rows))
    assert read_test(classifier.bundle, tmp_path / "t.txt", {}).rows == rows


def test_two_files_are_the_same_pairs_as_a_table(translator, tables, tmp_path):
    rows = read_test(translator.bundle, tables["reversals-test"], {}).rows
    for side, name in enumerate(("one", "other")):
        (tmp_path / name).write_text("".join(f"{row[side]}\n" for row in rows))
    assert read_test(translator.bundle, [tmp_path / "one", tmp_path / "other"], {}).rows == rows


def test_an_image_has_a_row_for_each_caption(tmp_path):
    (tmp_path / "images").mkdir()
    Image.new("RGB", (8, 8), "red").save(tmp_path / "images" / "a.png")
    table = tmp_path / "captions.tsv"
    table.write_text("image\tcaption\na.png\ta red square\na.png\tall is red\n")
    found = captioned([table, tmp_path / "images"], ReadOptions())
    assert found.grouped() == {str(tmp_path / "images" / "a.png"): ["a red square", "all is red"]}
    with pytest.raises(unrolled.UnrolledError, match="there is no folder b; give the folder of the images"):
        captioned([table, Path("b"), Path("c")], ReadOptions())


def test_a_model_that_writes_on_is_sent_to_score(model, text_file):
    with pytest.raises(unrolled.UnrolledError, match="use score"):
        read_test(model.bundle, text_file, {})
