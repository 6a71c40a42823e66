import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unrolled
from unrolled.config import GenerateOptions, ScoreOptions
from unrolled.decoding import scoring
from unrolled.decoding.engines.base import Engine, check_like, step
from unrolled.decoding.scoring import log_softmax, next_units, score
from unrolled.errors import InputError
from unrolled.text import UNITS
from unrolled.text.vocabulary import BOUNDARY, UNKNOWN, Vocabulary


def bits_by_steps(model, ids, begin):
    """The cost of ids [1:] unit by unit, read one at a time from a fresh state; the first is only read."""
    state, total = model.engine.start(1), []
    for unit, target in zip([begin, *ids[:-1]], ids, strict=True):
        logits, state = step(model.engine, np.array([unit], np.int32), state)
        total.append(-log_softmax(logits.astype(np.float64))[0, target] / math.log(2))
    return total


def test_streamed_is_the_sum_over_single_steps(model, text):
    part = text[300:900]
    by_steps = bits_by_steps(model, model.vocabulary.encode(part), BOUNDARY)
    assert model.score(part).bits == pytest.approx(by_steps, abs=1e-4)


def test_how_many_units_are_read_at_once_does_not_matter(model, text, monkeypatch):
    whole = model.score(text[:700])
    monkeypatch.setattr(scoring, "AT_ONCE", 13)
    assert model.score(text[:700]).bits == pytest.approx(whole.bits, abs=1e-4)


@pytest.mark.parametrize("size", [2, 256, 257, 258, 1000])
def test_cold_256_is_a_loop_over_windows_with_a_fresh_state(model, text, size):
    ids = model.vocabulary.encode(text[:size])
    by_loop = []
    for start in range(0, len(ids) - 1, 256):
        window = ids[start : start + 257]
        by_loop += bits_by_steps(model, window[1:], window[0])
    assert model.score(text[:size], mode="cold-256").bits == pytest.approx(by_loop, abs=1e-4)


def test_how_many_windows_are_read_at_once_does_not_matter(model, text, monkeypatch):
    whole = model.score(text[:3000], mode="cold-256")
    monkeypatch.setattr(scoring, "ROWS", 2)
    assert model.score(text[:3000], mode="cold-256").bits == pytest.approx(whole.bits, abs=1e-4)


def test_both_engines_score_alike(model, text):
    other = unrolled.Model(model.bundle, "torch").score(text[:2000])
    assert other.bits == pytest.approx(model.score(text[:2000]).bits, abs=1e-4)


def test_the_model_knows_its_text_better_than_nonsense(model, text):
    scrambled = "".join(sorted(text[:500]))
    assert model.score(text[:500]).bits_per_char < 3 < model.score(scrambled).bits_per_char


def test_the_units_of_measure_agree(model):
    scored = model.score("The café on the hill\n")
    assert scored.bits_per_char * 21 == pytest.approx(scored.total_bits)
    assert scored.bits_per_byte * 22 == pytest.approx(scored.total_bits)
    assert scored.bits_per_word * 5 == pytest.approx(scored.total_bits)
    assert scored.nats_per_char == pytest.approx(scored.bits_per_char * math.log(2))
    assert scored.perplexity == pytest.approx(2**scored.bits_per_char)
    assert scored.summary()["unknown_characters"] == 2  # f and é


@pytest.mark.parametrize("script", ["မြန်မာစာသည် လှပသည်။", "吾輩は猫である。名前はまだ無い。", "ภาษาไทยไม่มีช่องว่าง"])
def test_a_script_without_spaces_has_no_bits_per_word(model, script):
    assert model.score(script).bits_per_word is None


def test_an_unknown_character_costs_the_unknown_unit_and_the_naming_of_a_code_point(model):
    logits = log_softmax(model.start("").read.logits.astype(np.float64))[0]
    naming = math.log2(0x110000 - len(model.vocabulary))
    assert model.score("猫").total_bits == pytest.approx(naming - logits[UNKNOWN] / math.log(2), abs=1e-4)


@pytest.mark.parametrize("prefix", ["", "The c", "hill.\nA "])
def test_the_probabilities_of_all_continuations_sum_to_one(model, prefix):
    before = model.score(prefix).total_bits if prefix else 0.0
    known = sum(2 ** (before - model.score(prefix + unit).total_bits) for unit in model.vocabulary.units)
    unknown = 2 ** (before - model.score(prefix + "猫").total_bits) * (0x110000 - len(model.vocabulary))
    boundary = math.exp(log_softmax(model.start(prefix).read.logits.astype(np.float64))[0, BOUNDARY])
    assert known + unknown + boundary == pytest.approx(1, abs=1e-4)


def test_what_comes_later_does_not_change_what_came_before(model, text):
    one, other = model.score(text[:100] + "xxxx"), model.score(text[:100] + "the m")
    assert np.array_equal(one.bits[:100], other.bits[:100]) or one.bits[:100] == pytest.approx(other.bits[:100])
    assert one.bits[101] != other.bits[101]


def test_the_lines_add_up_to_the_whole(model, text):
    part = text[:800].rpartition("\n")[0]
    scored = model.score(part)
    found = sorted(scored.lines())
    sizes = [len(line) + (number < len(found)) for number, _, line in found]
    assert [line for _, _, line in found] == part.split("\n")
    total = sum(bits * size for (_, bits, _), size in zip(found, sizes, strict=True))
    assert total == pytest.approx(scored.total_bits)


def test_the_most_surprising_line_comes_first(model):
    lines = model.score("The cat sat on the mat.\nqqxzq jjkvx\n\nThe dog ran over the hill.\n").lines()
    assert lines[0][0] == 2
    assert sorted(number for number, _, _ in lines) == [1, 2, 4]
    assert [bits for _, bits, _ in lines] == sorted((bits for _, bits, _ in lines), reverse=True)


def test_alternatives_are_the_likeliest_units_of_each_place(model):
    scored = model.score("The cat", top=3)
    shares = np.array([[share for _, share in each] for each in scored.alternatives])
    assert shares.shape == (7, 3)
    assert (np.diff(shares, axis=1) <= 0).all()
    for unit, bits, each in zip(scored.units, scored.bits, scored.alternatives, strict=True):
        if unit in dict(each):
            assert dict(each)[unit] == pytest.approx(2**-bits)
        else:
            assert 2**-bits <= each[-1][1]


@pytest.mark.parametrize(("short", "mode"), [("", "streamed"), ("", "cold-256"), ("x", "cold-256")])
def test_a_text_too_short_to_score_is_refused(model, short, mode):
    with pytest.raises(unrolled.UnrolledError, match="give more text"):
        model.score(short, mode=mode)


def test_the_next_units_are_those_that_would_be_drawn(model):
    shares = next_units(model.start("The ca").read, model.vocabulary, GenerateOptions(temperature=1), 100)
    assert sum(share for _, share in shares) == pytest.approx(1)
    assert shares[0][0] == model.generate("The ca", temperature=0, length=1) == "t"
    assert len(next_units(model.start("The ca").read, model.vocabulary, GenerateOptions(top_k=2), 100)) == 2


class Uniform(Engine):
    """Every unit is as likely as any other: its bits are known."""

    def __init__(self, size: int) -> None:
        self.size = size

    def start(self, rows: int):
        return {}

    def check(self, state):
        check_like(state, self.start(1))

    def scan(self, ids, state):
        return np.zeros((*ids.shape, self.size), np.float32), state


@pytest.mark.parametrize("unit", sorted(UNITS))
@given(text=st.text(min_size=1).filter(str.strip))
def test_bits_per_character_word_and_byte_are_those_of_the_text_whatever_the_unit(unit, text):
    vocabulary = Vocabulary.of(unit, [text])
    scored = score(Uniform(len(vocabulary)), vocabulary, text, ScoreOptions())
    bits = len(vocabulary.encode(text)) * math.log2(len(vocabulary))
    assert scored.total_bits == pytest.approx(bits)
    assert scored.bits_per_char == pytest.approx(bits / len(text))
    assert scored.bits_per_byte == pytest.approx(bits / len(text.encode()))
    if scored.bits_per_word is not None:
        assert scored.bits_per_word == pytest.approx(bits / len(text.split()))


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_unit_that_can_be_spelled_is_scored_by_an_upper_bound(unit):
    vocabulary = Vocabulary.of(unit, ["some text"])
    scored = score(Uniform(len(vocabulary)), vocabulary, "some text", ScoreOptions())
    assert scored.upper_bound == (unit in ("word", "syllable", "bpe", "gpt2"))


def test_an_unknown_cluster_costs_the_naming_of_all_its_characters():
    vocabulary = Vocabulary.of("grapheme", ["abc"])
    known, unknown = (score(Uniform(len(vocabulary)), vocabulary, text, ScoreOptions()) for text in ("a", "é\u0301"))
    assert unknown.unknown == 1 and unknown.total_bits > known.total_bits + 2 * 20


def test_a_word_of_more_bits_than_numbers_has_no_perplexity():
    vocabulary = Vocabulary.of("char", ["ACGT"])
    scored = score(Uniform(len(vocabulary)), vocabulary, "ACGT" * 2000, ScoreOptions())
    assert scored.bits_per_word > 1024 and scored.perplexity_per_word is None and scored.summary()


def test_lines_keep_their_numbers_where_blank_ones_are_no_documents():
    vocabulary = Vocabulary.of("char", ["abc"])
    scored = score(Uniform(len(vocabulary)), vocabulary, "abc\n\n\nab\n", ScoreOptions(), "lines")
    assert sorted(number for number, _, _ in scored.lines()) == [1, 4]


def test_documents_read_apart_leave_nothing_to_adapt_to():
    vocabulary = Vocabulary.of("char", ["abc"])
    with pytest.raises(InputError, match="leave --adaptive out"):
        score(Uniform(len(vocabulary)), vocabulary, "abc", ScoreOptions(adaptive=True), "lines")
