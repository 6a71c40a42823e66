from dataclasses import replace

import pytest

import unrolled
from unrolled.analysis.model_sources import reading_options, sources_for, text_for
from unrolled.config import ReadOptions


def recorded(model, **read):
    """The bundle of a model whose text was read with some options."""
    corpus = {**model.record["corpus"], "read": read}
    return replace(model.bundle, record=model.record | {"corpus": corpus})


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("id\treview\tstars\n1\tone cat\t5\n2\t\t4\n3\ttwo cats\t3\n")
    return path


def test_columns_hold_for_tables_that_have_them(classifier, table, tmp_path):
    bundle = recorded(classifier, text_column="review", label=("stars",), encoding="latin-1")
    assert reading_options(bundle, table, {}) == ReadOptions(text_column="review", label=("stars",), encoding="latin-1")
    assert reading_options(bundle, table, {"label": ("id",)}).label == ("id",)
    (tmp_path / "t.txt").write_text("some text\n")
    assert reading_options(bundle, tmp_path / "t.txt", {}) == ReadOptions(encoding="latin-1")
    assert reading_options(recorded(classifier, text_column="body"), table, {}) == ReadOptions()


def test_a_label_by_file_holds_for_no_table(classifier, table):
    assert reading_options(recorded(classifier, label=("file",)), table, {}) == ReadOptions()


def test_what_a_program_gives_has_no_encoding(classifier):
    bundle = recorded(classifier, encoding="latin-1", text_column="review")
    assert reading_options(bundle, [{"review": "a"}], {}) == ReadOptions(text_column="review")


def test_the_rows_of_a_table_are_sources_in_order_and_blank_ones_stay(classifier, table):
    sources, notes = sources_for(recorded(classifier, text_column="review"), table, {})
    assert sources == ["one cat", "", "two cats"] and notes == ()


def test_a_table_with_other_columns_is_read_and_told(classifier, table):
    sources, notes = sources_for(classifier.bundle, table, {})
    assert sources == ["one cat", "", "two cats"]
    assert notes == (f"{table}: text from 'review'; --text-column names others",)


def test_the_lines_of_a_text_are_sources_and_blank_ones_stay(classifier, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\r\n\r\ntwo\r\n")
    assert sources_for(classifier.bundle, tmp_path / "a.txt", {})[0] == ["one", "", "two"]


def test_the_sources_of_pairs_need_no_targets(translator, tmp_path):
    (tmp_path / "a.csv").write_text("id,source\n1,ab\n2,cd\n")
    assert sources_for(translator.bundle, tmp_path / "a.csv", {})[0] == ["ab", "cd"]


def test_a_text_to_score_is_read_as_the_models_own(model, table):
    text, notes = text_for(recorded(model, text_column="review"), table, {})
    assert text == "one cat\ntwo cats" and notes == (f"{table}: 1 of 3 rows lacks a text, left out (line 3)",)


def test_an_option_that_is_given_counts_more_than_what_is_recorded(model, table):
    assert text_for(recorded(model, text_column="review"), table, {"text_column": "stars"})[0] == "5\n4\n3"
    with pytest.raises(unrolled.UnrolledError, match="has no column 'nothing'"):
        text_for(model.bundle, table, {"text_column": "nothing"})
