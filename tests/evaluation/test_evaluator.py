from collections.abc import Sequence
from typing import get_type_hints

import pytest

import unrolled
from unrolled.config import PredictOptions, ReadOptions
from unrolled.evaluation.evaluator import JUDGES, sort_options
from unrolled.keywords import EvaluateKeywords
from unrolled.tasks import TASKS


def test_the_keywords_are_the_fields_of_reading_and_predicting():
    fields = {k: v for each in (ReadOptions, PredictOptions) for k, v in get_type_hints(each).items()}
    assert get_type_hints(EvaluateKeywords) == {**fields, "label": str | Sequence[str]}


def test_every_task_but_writing_on_has_a_judge_and_a_reader():
    assert {task.judged for task in TASKS.values() if not task.continues} == set(JUDGES)


def test_a_file_is_opened_and_a_model_taken_as_it_is(classifier, classifier_file, tables):
    one, other = (unrolled.evaluate(each, tables["pets-test"]) for each in (classifier, classifier_file))
    assert one.examples == other.examples
    assert unrolled.evaluate is unrolled.evaluate  # a module of its name would take its place


def test_columns_can_be_named(classifier, tables, tmp_path):
    (tmp_path / "t.tsv").write_text(tables["pets-test"].read_text().replace("text\tlabel", "words\tkind"))
    found = unrolled.evaluate(classifier, tmp_path / "t.tsv", text_column="words", label="kind")
    assert len(found.examples) == 40
    with pytest.raises(unrolled.UnrolledError, match="has no column 'word'"):
        unrolled.evaluate(classifier, tmp_path / "t.tsv", text_column="word")


def test_columns_that_the_model_knows_by_other_names_are_found_and_told(classifier, tables, tmp_path):
    (tmp_path / "t.tsv").write_text(tables["pets-test"].read_text().replace("text\tlabel", "words\tkind"))
    found = unrolled.evaluate(classifier, tmp_path / "t.tsv")
    assert len(found.examples) == 40
    assert found.notes[0].endswith("text from 'words', label from 'kind'; --text-column and --label name others")


def test_notes_of_reading_come_first(translator, tables, tmp_path):
    (tmp_path / "t.tsv").write_text("source\ttarget\nab\tBA\ncd\t\n")
    assert (
        unrolled.evaluate(translator, tmp_path / "t.tsv")
        .notes[0]
        .endswith("t.tsv: 1 of 2 rows lacks a target, left out (line 3)")
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"beam": 3}, "there is no option 'beam'; did you mean beams"),
        ({"count": 3}, "I got count, and one whole text of each source is evaluated; leave it out"),
        ({"beams": 0}, "beams is 0; it must be at least 1"),
        ({"encoding": 3}, "encoding is 3"),
    ],
)
def test_a_wrong_option_is_one_sentence(options, words):
    with pytest.raises(unrolled.UnrolledError, match=words):
        sort_options(options)


def test_a_model_that_writes_on_is_sent_to_score(model, text_file):
    with pytest.raises(unrolled.UnrolledError, match="use score"):
        unrolled.evaluate(model, text_file)
