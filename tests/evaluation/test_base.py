import json

import pytest


@pytest.fixture(params=["labelled", "translated"])
def evaluation(request):
    return request.getfixturevalue(request.param)


def test_the_summary_is_plain_json_with_figures_and_the_worst(evaluation):
    told = json.loads(json.dumps(evaluation.summary(3)))
    assert {name: told[name] for name in evaluation.figures} == evaluation.figures
    assert told["worst"] == [each.facts() for each in evaluation.shown(3)]
    assert told["sources"] == len(evaluation.examples) and told["notes"] == list(evaluation.notes)


def test_every_example_has_its_place_among_the_worst_and_the_first_is_the_worst(evaluation):
    assert sorted(evaluation.worst) == list(range(len(evaluation.examples)))
    values = [each.figures[evaluation.by] for each in evaluation.shown(len(evaluation.examples))]
    assert values == sorted(values)


def test_references_are_counted_apart_from_sources(labelled, translated):
    assert labelled.references == len(labelled.examples) == 41
    assert translated.references == 31 > len(translated.examples)


def test_a_classifier_always_tells_of_its_baseline_and_a_translator_of_none(labelled, translated):
    assert labelled.summary()["baseline"]["rows"] == 180
    assert "baseline" not in translated.summary() and "classes" not in translated.summary()


def test_notes_are_added_before_those_that_are_there(labelled):
    assert labelled.noting("one", "two").notes == ("one", "two", *labelled.notes)
