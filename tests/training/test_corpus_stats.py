import numpy as np
import pytest

from unrolled.config import ModelOptions, TrainOptions
from unrolled.datasets.text import split_corpus
from unrolled.formats.corpus import read_corpus
from unrolled.networks.markov import bits_of
from unrolled.training.corpus_stats import ORDER, measure_corpus


def survey_of(text: str, **options):
    split = split_corpus(read_corpus([text]), ModelOptions(unit="char"), TrainOptions(**options))
    return measure_corpus(split), split


def test_it_counts_what_there_is_to_learn_from():
    known, split = survey_of("abc " * 500)
    assert (known.units, known.vocabulary) == (len(split.train), len(split.vocabulary))


def test_rare_units_are_those_that_stand_in_the_text_a_few_times():
    known, _ = survey_of("ab" * 500 + "cccdddd" + "ab" * 500)
    assert known.rare == 2  # c and d, and not the boundary at the beginning


def test_the_chain_is_judged_on_the_held_out_part():
    known, split = survey_of("the cat sat on the mat. " * 100)
    bits = bits_of(split.train, split.valid, len(split.vocabulary), ORDER)
    assert known.chain == pytest.approx(bits.mean()) and known.chain < 0.2


def test_chance_cannot_be_predicted():
    letters = np.random.default_rng(1).choice(list("abcd"), 20_000)
    known, _ = survey_of("".join(letters))
    assert known.chain == pytest.approx(2, abs=0.15)


@pytest.mark.parametrize("options", [{"valid": 0}, {"valid": 0.01}])
def test_too_little_held_out_says_nothing(options):
    assert survey_of("abc " * 500, **options)[0].chain is None
