import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss

import unrolled
from unrolled.api.model import model_of
from unrolled.evaluation.labels import tfidf_baseline, unknown
from unrolled.evaluation.rows import learnt, read_test


def test_the_figures_are_those_of_scikit_learn(labelled):
    gold, got = [each.wanted[0] for each in labelled.examples], [each.got for each in labelled.examples]
    names = list(labelled.classes.labels)
    assert labelled.figures["accuracy"] == accuracy_score(gold, got)
    assert labelled.figures["macro_f1"] == pytest.approx(f1_score(gold, got, average="macro", labels=names))
    assert np.array_equal(labelled.classes.confusion, confusion_matrix(gold, got, labels=names))
    assert labelled.classes.counts == tuple(Counter(gold)[name] for name in names)


def test_bits_are_those_of_the_rows_whose_label_was_learnt(labelled):
    certainty = [each.figures["probability_of_wanted"] for each in labelled.examples if each.wanted[0] != "fish"]
    assert labelled.figures["bits_per_label"] == pytest.approx(-np.log2(certainty).mean())
    assert len(certainty) == 40


def test_the_probabilities_are_those_of_predict(labelled, classifier):
    each = labelled.examples[3]
    answer = classifier.predict(each.source)
    assert (each.got, each.wanted[0] in answer.probabilities) == (answer.label, True)
    assert each.figures["probability"] == pytest.approx(answer.probability, rel=1e-4)
    assert each.figures["probability_of_wanted"] == pytest.approx(answer.probabilities[each.wanted[0]], rel=1e-4)


def test_a_label_that_was_never_learnt_is_an_error_and_said(labelled):
    assert labelled.examples[-1].wanted == ("fish",) and labelled.examples[-1].figures["probability_of_wanted"] == 0
    assert labelled.classes.recall[labelled.classes.labels.index("fish")] == 0
    assert any("1 of 41 rows have a label that the model never learnt ('fish')" in note for note in labelled.notes)
    assert any(pair[0] == "fish" for pair in labelled.classes.confused)


def test_a_test_of_learnt_labels_alone_has_no_such_note():
    assert unknown(["cat", "dog"], {"cat", "dog"}) == ()


def test_a_test_of_other_labels_alone_is_refused(classifier, tmp_path):
    (tmp_path / "t.tsv").write_text("text\tlabel\nthe trout swam\tfish\nthe carp sank\tfish\n")
    with pytest.raises(unrolled.UnrolledError, match="labels like 'fish' and none that the model learnt"):
        unrolled.evaluate(classifier, tmp_path / "t.tsv")


def test_held_out_figures_are_those_that_training_told(classifier, tables, tmp_path):
    rows = read_test(classifier.bundle, tables["pets"], {}).rows
    left = list((Counter(rows) - Counter(learnt(classifier.bundle))).elements())
    (tmp_path / "valid.tsv").write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in left))
    found = unrolled.evaluate(classifier, tmp_path / "valid.tsv")
    gold = [each.wanted[0] == "dog" for each in found.examples]
    thought = [
        each.figures["probability"] if each.got == "dog" else 1 - each.figures["probability"] for each in found.examples
    ]
    assert found.figures["bits_per_label"] == pytest.approx(log_loss(gold, thought) / np.log(2))
    assert len(left) == classifier.record["split"]["valid"]
    assert found.figures["bits_per_label"] == pytest.approx(classifier.record["best"]["bits_per_label"], rel=1e-4)
    assert found.figures["accuracy"] == pytest.approx(classifier.record["best"]["accuracy"])


def test_the_baseline_learns_from_the_very_rows_that_the_model_learnt_from(labelled, classifier, tables):
    rows = learnt(classifier.bundle)
    assert labelled.baseline["rows"] == len(rows) == classifier.record["split"]["train"]
    assert labelled.baseline["features"] == "words" and labelled.baseline["converged"]
    assert labelled.baseline["accuracy"] == pytest.approx(40 / 41)  # it misses the fish, too


def test_without_scikit_learn_a_note_says_what_to_install(classifier, tables, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.feature_extraction.text", None)
    beside, notes = tfidf_baseline(classifier, read_test(classifier.bundle, tables["pets-test"], {}))
    assert beside is None
    assert notes == (
        "there is no baseline beside the model: the baseline needs scikit-learn, which is not installed; "
        "run: pip install 'unrolled[metrics]'",
    )


def test_where_the_text_has_changed_a_note_says_so(classifier, tables):
    record = {**classifier.record, "corpus": {**classifier.record["corpus"], "digest": "another"}}
    model = model_of(replace(classifier.bundle, record=record))
    found = unrolled.evaluate(model, tables["pets-test"])
    assert found.baseline is None and found.summary()["baseline"] is None
    assert any("has changed since the model learnt from it" in note for note in found.notes)
