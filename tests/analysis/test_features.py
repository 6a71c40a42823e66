import numpy as np
import pytest

from unrolled.analysis.features import FEATURES, correlations, features, rank


def marked(name, text):
    """The characters of a text at which a feature is 1."""
    return "".join(character for character, value in zip(text, FEATURES[name](text), strict=True) if value == 1)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('a "bc" d', '"bc'),
        ("a “bc” d", "“bc"),
        ("a „bc“ d", "„bc"),
        ("a «bc» d", "«bc"),
        ("a »bc« d", "»bc"),
        ("‘I don’t,’ she", "‘I don’t,"),
        ("don't 'tis", ""),
        ("“a ‘b’ c” d", "“a ‘b’ c"),
        ('"never closed\n\nd "e" f', '"never closed"e'),
    ],
)
def test_a_quotation_is_from_its_opening_mark_to_before_its_closing_one(text, inside):
    assert marked("inside quotes", text) == inside


@pytest.mark.parametrize(
    ("text", "inside"),
    [("a (b) c", "(b"), ("a [b {c} d] e", "[b {c} d"), ("a) (b", "(b"), ("「a」（b）c", "（b"), ("„a“ b", "")],
)
def test_brackets_nest_and_quotes_are_none(text, inside):
    assert marked("inside brackets", text) == inside


def test_positions_are_counted_from_a_newline_and_from_the_end_of_a_word():
    assert list(FEATURES["position in line"]("ab\ncd")) == [1, 2, 0, 1, 2]
    assert list(FEATURES["position in word"]("ab, c1")) == [1, 2, 0, 0, 1, 2]
    assert list(FEATURES["position in word"]("ကို။")) == [1, 2, 3, 0]


def test_capitals_digits_and_punctuation_of_any_script_are_marked():
    text = "Éa Б7၇, ။"
    assert (marked("upper case", text), marked("digit", text), marked("punctuation", text)) == ("ÉБ", "7၇", ",။")


def test_correlations_are_those_of_numpy_and_0_where_something_is_constant():
    rng = np.random.default_rng(1)
    values, activations = rng.normal(size=(50, 2)), rng.normal(size=(50, 3)).astype(np.float32)
    activations[:, 1] = 0.1
    found = correlations(values, activations)
    assert found[0, 0] == pytest.approx(np.corrcoef(values[:, 0], activations[:, 0])[0, 1])
    assert found[1, 2] == pytest.approx(np.corrcoef(values[:, 1], activations[:, 2])[0, 1])
    assert not found[:, 1].any()


def test_a_planted_neuron_that_tracks_quotes_is_ranked_first_whatever_its_sign():
    text = 'He said "no" and (she) said "yes, 3 Times" to\nall of it. ' * 3
    values = features(text)
    activations = np.random.default_rng(1).normal(0, 0.3, (len(text), 20)).astype(np.float32)
    activations[:, 13] -= 2 * values[:, list(FEATURES).index("inside quotes")]
    found = dict(rank(values, activations))
    neuron, r = found["inside quotes"][0]
    assert (neuron, len(found["inside quotes"])) == (13, 5)
    assert r < -0.9
    assert [abs(r) for _, r in found["digit"]] == sorted((abs(r) for _, r in found["digit"]), reverse=True)


def test_a_feature_that_is_constant_over_the_text_is_left_out():
    values = features("no quotes, no digits\nnor capitals")
    activations = np.random.default_rng(1).normal(size=(len(values), 8)).astype(np.float32)
    named = {name for name, _ in rank(values, activations)}
    assert named == {"position in line", "position in word", "punctuation"}
