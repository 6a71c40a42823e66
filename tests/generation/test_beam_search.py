from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import unrolled
from unrolled.analysis.scoring import log_softmax
from unrolled.config import GenerateOptions
from unrolled.engines.base import Engine, select, step
from unrolled.engines.prompt import PromptState
from unrolled.generation.beam_search import beam_search, search_all
from unrolled.text.vocabulary import BOUNDARY, Vocabulary

VOCABULARY = Vocabulary("char", ("a", "b", "c"))
SIZE = len(VOCABULARY)


def exhaustive(engine: Engine, read: PromptState, length: int, penalty: float, ends: bool) -> list[tuple[float, str]]:
    """The score and the text of every continuation."""
    found = []
    for size in range(1, length + 1):
        for ids in product(range(2, SIZE), repeat=size - 1):
            for last in (BOUNDARY,) if ends and size < length else (*(BOUNDARY,) * ends, *range(2, SIZE)):
                if last != BOUNDARY and size < length:
                    continue
                whole, logits, state, total = (*ids, last), read.logits, read.state, 0.0
                for unit in whole:
                    total += log_softmax(logits.astype(np.float64))[0, unit]
                    logits, state = step(engine, np.array([unit], np.int32), state)
                found.append((total / len(whole) ** penalty, VOCABULARY.decode([each for each in whole if each])))
    return sorted(found, reverse=True)


@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from([0.0, 0.5, 1.0, 2.0]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_with_enough_beams_it_finds_what_trying_all_finds(table, seed, length, penalty, ends):
    engine, read = table(SIZE, seed)
    options = GenerateOptions(length=length, beams=4**length, length_penalty=penalty, endless=not ends)
    found = beam_search(engine, VOCABULARY, read, options)
    expected = exhaustive(engine, read, length, penalty, ends)
    assert [each.text for each in found[:5]] == [text for _, text in expected[:5]]
    assert [each.score for each in found[:5]] == pytest.approx([score for score, _ in expected[:5]])


def test_one_beam_without_an_end_is_greedy(model):
    beam = model.start("The c").beams(1, length=20)
    assert beam[0].text == model.generate("The c", temperature=0, length=20)


def test_more_beams_find_what_is_at_least_as_likely(model):
    scores = [model.start("A ").beams(width, length=12, length_penalty=0.0)[0].score for width in (1, 8)]
    assert scores[1] >= scores[0]


def test_the_sum_is_what_score_says(model):
    best = model.start("The cat ").beams(4, length=9)[0]
    bits = model.score("The cat " + best.text).bits[-9:]
    assert -bits.sum() * np.log(2) == pytest.approx(best.log_probability, rel=1e-4)
    assert len(best.ids) == 9 and not best.ended


@pytest.mark.parametrize("options", [{"stop": "t"}, {"until": "line"}, {"until": "sentence"}, {"lines": 1}])
def test_stops_end_a_hypothesis_and_are_no_part_of_it(model, options):
    found = model.start("The ").beams(3, length=60, **options)
    assert any(each.ended for each in found)
    assert all("t" not in each.text for each in found if "stop" in options)
    assert all("\n" not in each.text for each in found if options.get("until") == "line")


def test_a_begun_word_is_gone_on_with(text_file):
    by_words = unrolled.train(
        text_file, unit="word", steps=20, hidden_size=16, batch_size=4, sequence_length=16, threads=1
    )
    for each in by_words.start("The mo").beams(3, length=2):
        assert ("The mo" + each.text).split()[1] in {"moon", "moon."} | set(by_words.vocabulary.units)


def test_generate_takes_the_best(model):
    found = model.start("The ").beams(3, length=15)
    assert model.generate("The ", beams=3, length=15) == found[0].text
    assert model.generate_many("The ", 3, beams=3, length=15) == [each.text for each in found]


def test_more_texts_than_beams_are_refused(model):
    with pytest.raises(unrolled.UnrolledError, match="I got beams=2 and was asked for 3 texts"):
        model.generate_many("The ", 3, beams=2)


@given(st.integers(1, 6), st.integers(0, 15))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_scores_fall_and_lengths_are_kept(model, beams, length):
    found = model.start("A ").beams(beams, length=length)
    assert len(found) == (beams if length else 1)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert all(len(each.ids) <= length for each in found)


def test_guards_are_refused(model):
    with pytest.raises(unrolled.UnrolledError, match="I got no_loops= with beams="):
        model.generate("The ", beams=2, no_loops=True)


def test_a_grammar_of_one_gate_is_searched_to_its_end(model):
    """More beams than units exist do no harm."""
    assert len(model.start("A ").beams(200, length=2)) == 200


def several(table, seeds: list[int]) -> tuple[Engine, PromptState, list[PromptState]]:
    """One network after several different units: all of them side by side, and each alone."""
    engine, _ = table(SIZE, 5)
    ids = np.array(seeds, np.int32)[:, None] % SIZE
    logits, state = engine.scan(ids, engine.start(len(ids)))
    alone = [PromptState(logits[[row], -1], select(state, np.array([row]))) for row in range(len(ids))]
    return engine, PromptState(logits[:, -1], state), alone


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=5),
    st.integers(0, 6),
    st.integers(1, 6),
    st.sampled_from([0.0, 1.0]),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_many_searches_side_by_side_find_what_each_finds_alone(table, seeds, length, beams, penalty, ends):
    engine, together, alone = several(table, seeds)
    options = GenerateOptions(length=length, beams=beams, length_penalty=penalty, endless=not ends)
    found = search_all(engine, VOCABULARY, together, options)
    assert found == [beam_search(engine, VOCABULARY, each, options) for each in alone]
