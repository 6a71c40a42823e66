import pytest

from unrolled.reports.evaluated import FIGURES, MAX_SHOWN_LABELS, WIDTH, lines, pair_lines
from unrolled.reports.labels import columns

LABELLED = {
    "task": "classify",
    "model": "a model",
    "sources": 1200,
    "references": 1200,
    "accuracy": 0.5,
    "macro_f1": 0.45,
    "bits_per_label": 1.5,
    "calibration_error": 0.1,
    "classes": {
        "labels": ["cat", "dog"],
        "precision": [0.5, 1.0],
        "recall": [0.25, 0.75],
        "f1": [1 / 3, 0.8571],
        "counts": [700, 500],
        "confusion": [[175, 525], [125, 375]],
        "confused": [["cat", "dog", 525], ["dog", "cat", 125]],
    },
    "baseline": {"accuracy": 0.6, "macro_f1": 0.55, "seconds": 1.25, "told": "TF-IDF of words"},
    "worst": [
        {"source": "the tom\n" + "x" * 200, "wanted": ["cat"], "got": "dog", "probability": 0.9}
        | {"probability_of_wanted": 0.1}
    ],
    "notes": ["something"],
}
WRITTEN = {
    "task": "translate",
    "model": "a model",
    "sources": 2,
    "references": 3,
    "bleu": 12.345,
    "exact_match": 0.5,
    "signatures": {"bleu": "nrefs:var"},
    "by": "chrf",
    "worst": [{"source": "ab", "wanted": ["BA", "AB"], "got": "BB", "chrf": 10.0, "log_probability": -1.0}],
    "notes": [],
}


def test_figures_stand_aligned_with_the_baseline_beside_them():
    shown = lines(LABELLED)
    accuracy, f1 = (next(line for line in shown if line.startswith(name)) for name in ("accuracy", "macro-F1"))
    assert accuracy.split() == ["accuracy", "50.0%", "60.0%"] and f1.split()[1:] == ["0.4500", "0.5500"]
    assert len(accuracy) == len(f1) == len(shown[1])
    assert "baseline: TF-IDF of words in 1.2 s" in shown


def test_without_a_baseline_there_is_no_column_and_the_note_says_why():
    shown = lines({**LABELLED, "baseline": None, "notes": ["there is no baseline: x"]})
    assert "note: there is no baseline: x" in shown
    assert not any("TF-IDF" in line for line in shown)


def test_labels_errors_and_surprises_are_told():
    shown = lines(LABELLED)
    assert [line.split() for line in shown if line.startswith("cat ")] == [
        ["cat", "0.5000", "0.2500", "0.3333", "700"],
        ["cat", "175", "525"],
    ]
    assert "   525  cat → dog" in shown
    assert any(line.startswith(" 0.100  cat → dog 0.900  the tom⏎xxx") for line in shown)
    assert max(map(columns, shown)) <= WIDTH


def test_of_many_labels_those_of_the_lowest_f1_are_told():
    many = range(50)
    classes = {
        "labels": [f"l{n}" for n in many],
        **{name: [n / 50 for n in many] for name in ("precision", "recall", "f1")},
        "counts": [1] * 50,
        "confusion": [[int(a == b) for a in many] for b in many],
        "confused": [],
    }
    shown = lines({**LABELLED, "classes": classes})
    assert f"{MAX_SHOWN_LABELS} of 50 labels, those of the lowest F1" in shown
    assert not any(line.startswith("most confused") for line in shown)


def test_translations_have_signatures_and_all_their_references():
    shown = lines(WRITTEN)
    assert shown[0] == "2 sources, 3 references; a model"
    assert any(line.startswith("BLEU ") and line.endswith("12.35   nrefs:var") for line in shown)
    assert shown[-4:] == [" 10.00  ab", "   got  BB", "   want BA", "   want AB"]


def test_captions_are_ranked_by_cider():
    worst = [{"source": "a.png", "wanted": ["x"], "got": "y", "cider_d": 0.25}]
    shown = lines({**WRITTEN, "by": "cider_d", "cider_d": 0.5, "worst": worst})
    assert "worst (CIDEr-D, source; what was written; what was wanted)" in shown and "  0.25  a.png" in shown


@pytest.mark.parametrize("summary", [LABELLED, WRITTEN])
def test_no_examples_have_no_heading(summary):
    assert not any(line.startswith(("most surprising", "worst")) for line in lines({**summary, "worst": []}))


def test_every_figure_has_a_name_for_people():
    assert all(name != shown and form.format(0.5) for name, (shown, form) in FIGURES.items() if name != "accuracy")


def test_pairs_are_told_with_the_worst():
    summary = {"pairs": 2, "characters": 7, "bits": 14.0, "log_probability": -9.7, "bits_per_char": 2.0, "notes": []}
    worst = [{"pair": 2, "source": "ab", "text": "BA", "bits_per_char": 3.5, "log_probability": -4.9}]
    shown = pair_lines({**summary, "unknown_characters": 1, "worst": worst})
    assert shown[:2] == ["2 pairs, 7 characters", "bits per character  2.0000"]
    assert "unknown characters  1 (each also costs the naming of a code point)" in shown
    assert shown[-1] == "  3.50      2     -4.90  ab → BA"


def test_where_the_baseline_has_an_f1_of_each_label_it_stands_beside_the_models():
    shown = lines({**LABELLED, "baseline": {"told": "counting", "f1": {"cat": 0.125}}})
    assert [line.split() for line in shown if line.startswith(("cat ", "dog "))][:2] == [
        ["cat", "0.5000", "0.2500", "0.3333", "0.1250", "700"],
        ["dog", "1.0000", "0.7500", "0.8571", "0.0000", "500"],
    ]
    assert "baseline: counting" in shown
