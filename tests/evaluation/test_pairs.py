import math

import pytest

import unrolled
from unrolled.evaluation import score_pairs
from unrolled.evaluation.rows import learnt, read_test
from unrolled.tasks.translate.rows import ended


@pytest.fixture(scope="module")
def scored(translator, tables):
    return score_pairs(translator, tables["reversals-test"])


def test_a_pair_costs_what_the_network_says_unit_by_unit(scored, translator):
    pair = scored.pairs[0]
    found = translator._predictor.score([pair.source], [pair.text])[0]
    assert pair.bits == pytest.approx(-found.log_probability / math.log(2), rel=1e-5)  # others were beside it
    assert pair.characters == len(pair.text)
    assert len(found.ids) == len(ended(translator._predictor.vocabulary, pair.text))


def test_the_sum_is_that_of_all_pairs_and_is_told_per_character(scored):
    told = scored.summary()
    assert told["bits"] == pytest.approx(sum(each.bits for each in scored.pairs))
    assert told["bits_per_char"] == pytest.approx(told["bits"] / sum(len(each.text) for each in scored.pairs))
    assert told["log_probability"] == pytest.approx(-told["bits"] * math.log(2))


def test_the_wrong_translation_is_the_worst_pair(scored):
    (number, pair), *_ = scored.worst(1)
    assert (number, pair.text) == (31, "XYZ") and scored.summary(1)["worst"][0]["pair"] == 31


def test_letters_that_cannot_be_written_cost_their_names(scored):
    pair = scored.pairs[-1]
    assert pair.unknown == 3 and pair.bits > 3 * 20
    assert scored.summary()["unknown_characters"] == 3


def test_the_bits_of_held_out_pairs_are_those_that_training_told(translator, tables, tmp_path):
    known = set(learnt(translator.bundle))
    left = [row for row in read_test(translator.bundle, tables["reversals"], {}).rows if row not in known]
    (tmp_path / "valid.tsv").write_text("source\ttarget\n" + "".join(f"{one}\t{other}\n" for one, other in left))
    found = score_pairs(translator, tmp_path / "valid.tsv")
    assert len(found.pairs) == translator.record["split"]["valid"]
    assert found.bits_per_char == pytest.approx(translator.record["best"]["bits_per_char"], rel=0.02)


def test_a_classifier_scores_no_pairs(classifier, tables):
    with pytest.raises(unrolled.UnrolledError, match="made to classify; pairs are scored by one that translates"):
        score_pairs(classifier, tables["pets-test"])
