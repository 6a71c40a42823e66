import numpy as np
import pytest

import unrolled
from unrolled.config import ModelOptions
from unrolled.engines import ENGINES, open_reader
from unrolled.generation.prediction import BATCH_SIZE, Predictor
from unrolled.model_file.bundle import Bundle
from unrolled.networks.modules import build
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import BOUNDARY, Vocabulary

SOURCES = ["abc", "d", "", "cab", "bd"]


def test_a_prefix_is_what_the_text_begins_with(backwards):
    for prefix in ("c", "da"):
        for options in ({}, {"temperature": 1.0}, {"temperature": 0.0}):
            found = backwards.translations("abc", prefix=prefix, count=3, length=8, **options)
            assert all(each.text.startswith(prefix) for each in found)
    assert len({each.text for each in backwards.translations("abc", prefix="c", count=3)}) == 3


@pytest.mark.parametrize("options", [{}, {"temperature": 1.0}], ids=["beams", "drawn"])
def test_several_texts_come_the_likeliest_first(backwards, options):
    found = backwards.translations("abc", count=5, length=10, **options)
    scores = [each.score for each in found]
    assert len(found) == 5 and scores == sorted(scores, reverse=True)
    assert all(each.source == "abc" for each in found)


def test_one_beam_that_favours_no_length_takes_the_likeliest_unit_at_each_step(backwards):
    beam = backwards.predict_many(SOURCES, beams=1, length=12, length_penalty=0.0)
    greedy = backwards.predict_many(SOURCES, temperature=0.0, length=12)
    assert [each.text for each in beam] == [each.text for each in greedy]


def test_more_beams_find_what_is_at_least_as_likely(backwards):
    sums = [
        [each.log_probability for each in backwards.predict_many(SOURCES, beams=n, length_penalty=0.0)] for n in (1, 9)
    ]
    assert all(more >= one - 1e-6 for one, more in zip(*sums, strict=True))


@pytest.mark.parametrize("options", [{"beams": 3}, {"temperature": 1.0, "seed": 4}], ids=["beams", "drawn"])
def test_a_source_makes_the_same_text_whatever_is_beside_it(backwards, options):
    together = backwards.predict_many(SOURCES, length=10, **options)
    turned = backwards.predict_many(SOURCES[::-1], length=10, **options)[::-1]
    alone = [backwards.predict(source, length=10, **options) for source in SOURCES]
    assert [each.text for each in together] == [each.text for each in alone] == [each.text for each in turned]
    assert [each.source for each in together] == SOURCES
    for one, other in zip(together, alone, strict=True):
        assert one.log_probability == pytest.approx(other.log_probability, abs=1e-4)


def test_another_seed_draws_another_text(backwards):
    texts = [backwards.predict("abc", temperature=1.5, length=10, seed=seed).text for seed in range(8)]
    assert len(set(texts)) > 3
    assert texts == [backwards.predict("abc", temperature=1.5, length=10, seed=seed).text for seed in range(8)]


def test_what_a_text_costs_is_what_it_was_written_with(backwards):
    ended = [each for each in backwards.translations("abc", count=5, length=30) if each.ids[-1] == BOUNDARY]
    scored = backwards._predictor.score(["abc"] * len(ended), [each.text for each in ended])
    assert len(ended) > 2
    for one, other in zip(ended, scored, strict=True):
        assert one.ids == other.ids
        assert one.log_probability == pytest.approx(other.log_probability, abs=1e-4)
        assert one.score == pytest.approx(other.score, abs=1e-4)


def test_the_probabilities_of_all_short_texts_sum_to_less_than_one(backwards):
    letters = ["", *"abcd", *(one + other for one in "abcd" for other in "abcd")]
    costs = backwards._predictor.score(["ab"] * len(letters), letters)
    assert 0.01 < sum(np.exp(each.log_probability) for each in costs) < 1


def test_an_empty_source_and_one_of_unknown_letters_are_read(backwards, ends):
    for source in ("", "xyz", "ab\u1234"):
        assert isinstance(backwards.predict(source, length=5).text, str)
        assert sum(ends.predict(source).probabilities.values()) == pytest.approx(1)


def test_the_probabilities_of_labels_sum_to_one_the_likeliest_first(ends):
    for answer in ends.predict_many(SOURCES):
        shares = list(answer.probabilities.values())
        assert sum(shares) == pytest.approx(1) and shares == sorted(shares, reverse=True)
        assert (answer.label, answer.probability) == next(iter(answer.probabilities.items()))
        assert set(answer.probabilities) == set("abcd")


def test_an_answer_is_the_same_whatever_is_beside_it(ends):
    together, alone = ends.predict_many(SOURCES), [ends.predict(source) for source in SOURCES]
    for one, other in zip(together, alone, strict=True):
        assert one.source == other.source
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)


def test_more_sources_than_are_read_at_once_keep_their_order(ends):
    sources = [word * (1 + n % 3) for n, word in enumerate(["ab", "c", "dca"] * BATCH_SIZE)]
    answers = ends.predict_many(sources)
    assert [each.source for each in answers] == sources
    assert answers[5].probabilities == pytest.approx(ends.predict(sources[5]).probabilities, abs=1e-5)


def test_no_sources_are_no_answers(backwards, ends):
    assert ends.predict_many([]) == backwards.predict_many([]) == []


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_every_engine_predicts_the_same(engine, backwards_file, ends_file, backwards, ends):
    one, other = (unrolled.load(file, engine=engine) for file in (backwards_file, ends_file))
    for found, known in zip(one.translations("abc", count=3), backwards.translations("abc", count=3), strict=True):
        assert (found.text, found.log_probability) == (known.text, pytest.approx(known.log_probability, abs=1e-3))
    assert other.predict("abc").probabilities == pytest.approx(ends.predict("abc").probabilities, abs=1e-4)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_attention_has_a_row_for_each_unit_that_is_written(engine, backwards_file):
    predictor = unrolled.load(backwards_file, engine=engine)._predictor
    ids = predictor.write(["abcd"], unrolled.config.PredictOptions().writing())[0][0].ids
    weights = predictor.attention("abcd", ids)
    assert weights.shape == (len(ids), len("abcd") + 1)
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-5)


def test_a_network_without_attention_looks_at_nothing():
    known = {"source": Vocabulary("char", ("a", "b")), "target": Vocabulary("char", ("c",))}
    sizes = {"hidden_size": 4, "layers": 1, "directions": 1, "embedding_size": 3, "dropout": 0.0}
    options = ModelOptions(task="translate", attention="none", **sizes)
    network = build(TASKS["translate"].network(options, known))
    bundle = Bundle({name: each.numpy() for name, each in network.state_dict().items()}, options, known)
    assert Predictor(bundle, open_reader("reference", bundle)).attention("ab", [2, 0]) is None
