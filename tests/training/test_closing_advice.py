import math

import numpy as np
import pytest

import unrolled
from unrolled.datasets.text import TextDataset
from unrolled.model_file.record import Record
from unrolled.text.vocabulary import SPECIAL, Vocabulary
from unrolled.training.closing_advice import bits_by_frequency, doubts

IDS = np.array([0, *([SPECIAL] * 60), *([SPECIAL + 1] * 20)], np.int32)


@pytest.fixture
def split():
    """A text of two letters, one three times as frequent as the other."""
    return TextDataset(Vocabulary("char", ("a", "b")), IDS, IDS, IDS[:0])


def record(bits, **more):
    return Record(best={"step": 5, "bits_per_char": bits}, stopped="finished", ended_by="minutes", **more)


def test_guessing_costs_what_the_frequencies_say(split):
    entropy = -(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25))
    assert bits_by_frequency(split) == pytest.approx(entropy, abs=0.12)


@pytest.mark.parametrize(
    ("ended_by", "help"), [("minutes", "give it more minutes"), ("passes", "more text would help")]
)
def test_a_result_worse_than_guessing_is_told_with_what_to_do(split, ended_by, help):
    told = doubts(record(24.0) | {"ended_by": ended_by}, split, {})
    assert len(told) == 1 and "24.00 bits/char are no better than to guess" in told[0] and help in told[0]


def test_a_rate_that_the_user_chose_is_doubted_first(split):
    assert "lower --learning-rate" in doubts(record(24.0), split, {"learning_rate": 10.0})[0]


def test_a_result_worse_than_the_chain_is_told_and_a_better_one_is_not(split):
    assert "more than the 0.40 of a Markov chain of 6" in doubts(record(0.5, chain=0.4), split, {})[0]
    assert doubts(record(0.3, chain=0.4), split, {}) == []


def test_a_start_that_stays_the_best_is_told(split):
    told = doubts(record(0.3, continued={"from": "m"}) | {"best": {"step": 0, "bits_per_char": 0.3}}, split, {})
    assert len(told) == 1 and "the model that it started from" in told[0]


def test_with_nothing_held_out_nothing_is_doubted(split):
    assert doubts(Record(best=None), split, {}) == []


@pytest.mark.filterwarnings("ignore:.*(stand there more than once|differ only in case)")
def test_a_classifier_that_always_says_the_same_is_told(tmp_path):
    rows = "".join(f"row {n} of many\t{'rare' if n % 5 == 0 else 'common'}\n" for n in range(100))
    (tmp_path / "rows.tsv").write_text("text\tlabel\n" + rows)
    model = unrolled.train(tmp_path / "rows.tsv", task="classify", steps=2, hidden_size=8, threads=1)
    assert "no better than always to answer with the most frequent label (80.0 %)" in model.record["warnings"][0]


def test_wild_settings_are_told_at_the_end(text, small):
    told = []
    wild = {"learning_rate": 10.0, "optimizer": "adamw", "cell": "elman", "gradient_clip": 1e9, "steps": 30}
    model = unrolled.train([text], observers=[told.append], **wild, **small)
    assert "lower --learning-rate" in model.record["warnings"][0]
    assert [event.message for event in told if type(event).__name__ == "Warned"][-1:] == model.record["warnings"]
