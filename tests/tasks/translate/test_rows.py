import json
from pathlib import Path

import pytest

from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.datasets.dataset import LoadedData, ReadRequest
from unrolled.errors import InputError
from unrolled.tasks.translate.rows import read_pairs, read_rows, unit_for
from unrolled.text.vocabulary import BOUNDARY, Vocabulary

ROWS = [("ein Haus", "a house"), ('der "Hund", nein', "the dog"), ("ja", "yes")]


def rows(source, **options):
    return read_rows(source, ReadOptions(**options))[0]


def learnt(source, known=None, unit="auto", **train) -> LoadedData:
    model = ModelOptions(task="translate", unit=unit)
    return read_pairs(source, ReadRequest(ReadOptions(), model, TrainOptions(**train), known))


@pytest.fixture
def file(tmp_path):
    """Writes a file and gives its path."""

    def write(name: str, content: str) -> Path:
        (tmp_path / name).write_text(content)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("named.tsv", "id\ttarget\tsource\n" + "".join(f"1\t{b}\t{a}\n" for a, b in ROWS)),
        ("bare.tsv", "".join(f"{a}\t{b}\n" for a, b in ROWS)),
        ("quoted.csv", 'source,target\nein Haus,a house\n"der ""Hund"", nein", the dog\nja,yes\n'),
        ("lines.jsonl", "".join(json.dumps({"from": a, "to": b}) + "\n" for a, b in ROWS)),
        ("tabs", "".join(f"{a}\t{b}\tsomebody's\n\n" for a, b in ROWS)),
    ],
    ids=lambda each: each if len(each) < 15 else "",
)
def test_every_form_of_pairs_has_the_same_rows(file, name, content):
    assert rows(file(name, content)) == ROWS


def test_two_files_belong_together_line_by_line(file):
    one, other = file("a.de", "".join(a + "\n" for a, _ in ROWS)), file("a.en", "\n".join(b for _, b in ROWS))
    assert rows([one, other]) == ROWS
    assert rows(iter([one, other])) == ROWS


def test_blank_lines_at_the_end_of_one_file_do_not_count(file):
    assert rows([file("a.de", "eins\nzwei\n\n\n"), file("a.en", "one\ntwo\n")]) == [("eins", "one"), ("zwei", "two")]


def test_lines_that_a_program_made_are_read_like_those_of_a_file():
    assert rows(["eins\tone", "zwei\ttwo"]) == [("eins", "one"), ("zwei", "two")]
    assert rows(["eins\tone.csv"]) == [("eins", "one.csv")]


def test_columns_can_be_named_or_counted(file):
    path = file("a.csv", "de,fr,en\neins,un,one\n")
    assert rows(path, source_column="fr", target_column="de") == [("un", "eins")]
    assert rows(path, source_column="en") == [("one", "eins")]
    assert rows(path, source_column="2", target_column="3") == [("un", "one")]
    assert rows(path, source_column="de", target_column="en", text_column="fr") == [("eins", "one")]


def test_pairs_that_lack_a_side_are_left_out_with_a_note(file):
    found, corpus = read_rows(
        [file("a.de", "eins\n\ndrei\nvier\n"), file("a.en", "one\ntwo\n \nfour\n\n")], ReadOptions()
    )
    assert found == [("eins", "one"), ("vier", "four")]
    assert len(corpus.notes) == 1
    assert corpus.notes[0].endswith("a.en: 2 of 4 rows lack a side, left out (lines 2, 3)")


def test_both_sides_end_with_the_boundary(file):
    split = learnt(file("a.tsv", "".join(f"{a}\t{b}\n" for a, b in ROWS)), unit="char", valid=0).split
    for rows_of, name, side in ((split.train.sources, "source", 0), (split.train.targets, "target", 1)):
        found = rows_of.take([0, 1, 2])
        for row, size, pair in zip(found.values, found.sizes, ROWS, strict=True):
            assert row[size - 1] == BOUNDARY
            assert split.vocabularies[name].decode(row[: size - 1]) == pair[side]


def test_translations_of_one_text_are_not_in_two_parts(file):
    content = "".join(f"Nummer {n} {way}\tnumber {n}\n" for n in range(20) for way in "ab")
    split = learnt(file("a.tsv", content), valid=0.2).split
    texts = {
        name: {split.vocabulary.decode(row[:-1]) for row in part.targets.take(range(len(part))).values}
        for name, part in (("train", split.train), ("valid", split.valid))
    }
    assert len(split.valid) == 8 and len(texts["valid"]) == 4 and not texts["train"] & texts["valid"]


def test_tokens_are_shared_by_both_sides(file):
    content = "".join(f"das ist der {n}. Satz hier\tthis is sentence {n} here\n" for n in range(20))
    reading = learnt(file("a.tsv", content))
    assert reading.model.unit == "bpe"
    assert reading.split.vocabularies["source"] is reading.split.vocabularies["target"]


def test_known_vocabularies_stay(file):
    known = {name: Vocabulary("char", tuple(letters)) for name, letters in (("source", "zab"), ("target", "xy"))}
    split = learnt(file("a.tsv", "ab\tyx\nba\txy\n" * 4), known).split
    assert split.vocabularies == known


def test_the_held_out_part_can_be_two_files(file):
    train = file("a.tsv", "eins\tone\nzwei\ttwo\n")
    valid = ",".join(str(file(name, text)) for name, text in (("v.de", "drei\n"), ("v.en", "three\n")))
    reading = learnt(train, valid=valid)
    assert reading.shown == (("drei", "three"),) and len(reading.split.train) == 2


def test_short_targets_are_written_letter_by_letter():
    assert unit_for([("x", "2026-11-26")] * 3)[0] == "char"
    assert unit_for([("x", "a sentence of six or seven words")] * 3)[0] == "bpe"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.de": "eins\nzwei\n", "a.en": "one\n"}, "a.en has 1; line n of one must be the translation"),
        ({"a.txt": "eins one\nzwei\n"}, "a.txt has lines without a tab; put one between"),
        ({"a.csv": "eins\nzwei\n"}, "has one column, and two are needed"),
        ({"a.tsv": "source\ttarget\n\tone\nzwei\t\n"}, "holds no pairs; give a source and a translation"),
        ({"a.jsonl": '{"source": "a", "target": "b"}\nx\n'}, "line 2 is not JSON"),
        ({"a": "a", "b": "b", "c": "c"}, "I got 3 files; give one .csv, .tsv, .jsonl or .json file"),
    ],
    ids=str,
)
def test_what_are_no_pairs_is_told_in_one_sentence(file, files, words):
    paths = [file(name, content) for name, content in files.items()]
    with pytest.raises(InputError) as caught:
        learnt(paths if len(paths) > 1 else paths[0])
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_column_that_is_not_there_is_named(file):
    with pytest.raises(InputError, match=r"has no column 'nl' \(it has de, en\)"):
        rows(file("a.tsv", "de\ten\neins\tone\n"), source_column="nl", target_column="en")


@pytest.mark.parametrize("files", [{"a.txt": "eins\tone\n"}, {"a.de": "eins\n", "a.en": "one\n"}])
def test_columns_are_of_tables_only(file, files):
    paths = [file(name, content) for name, content in files.items()]
    with pytest.raises(InputError, match=r"is no table, so it has no column 'de'|has no column 'de' .it has 1, 2"):
        read_rows(paths if len(paths) > 1 else paths[0], ReadOptions(source_column="de"))


def test_bars_part_pairs_where_most_lines_have_them(file):
    assert rows(file("a.txt", "eins ||| one\nzwei|||two\n")) == [("eins", "one"), ("zwei", "two")]
    with pytest.raises(InputError, match="has lines without a tab"):
        rows(file("b.txt", "a ||| b\nno bars\nnone\nat all\n"))


def test_numbers_and_dates_are_targets_where_there_is_nothing_else(file):
    found = rows(file("a.tsv", "".join(f"sentence number {n}\t2026-01-{n:02}\n" for n in range(10, 30))))
    assert found[0] == ("sentence number 10", "2026-01-10")
    ids = "".join(f"{n}\tsentence number {n}\tSatz Nummer {n}\n" for n in range(20))
    assert rows(file("b.tsv", ids))[0] == ("sentence number 0", "Satz Nummer 0")
