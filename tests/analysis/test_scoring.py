import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unrolled
from unrolled import kernels
from unrolled.analysis import scoring
from unrolled.analysis.scoring import log_probabilities, log_softmax, next_units, score
from unrolled.api.model import model_of
from unrolled.config import GenerateOptions, ScoreOptions
from unrolled.engines.base import Engine, check_like, step
from unrolled.errors import InputError
from unrolled.text import UNITS
from unrolled.text.vocabulary import BOUNDARY, NEVER, UNKNOWN, Vocabulary


def bits_by_steps(model, ids, begin):
    """The cost of ids [1:] unit by unit, read one at a time from a fresh state; the first is only read."""
    state, total = model.engine.start(1), []
    for unit, target in zip([begin, *ids[:-1]], ids, strict=True):
        logits, state = step(model.engine, np.array([unit], np.int32), state)
        logs = log_probabilities(logits.astype(np.float64), model.vocabulary.unseen)
        total.append(-logs[0, target] / math.log(2))
    return total


def test_streamed_is_the_sum_over_single_steps(model, text):
    part = text[300:900]
    by_steps = bits_by_steps(model, model.vocabulary.encode(part), BOUNDARY)
    assert model.score(part).bits == pytest.approx(by_steps, abs=1e-4)


def test_how_many_units_are_read_at_once_does_not_matter(model, text, monkeypatch):
    whole = model.score(text[:700])
    monkeypatch.setattr(scoring, "UNITS_AT_ONCE", 13)
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
    monkeypatch.setattr(scoring, "WINDOWS_AT_ONCE", 2)
    assert model.score(text[:3000], mode="cold-256").bits == pytest.approx(whole.bits, abs=1e-4)


def test_both_engines_score_alike(model, text):
    other = model_of(model.bundle, "torch").score(text[:2000])
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
    logs = log_probabilities(model.start("").read.logits.astype(np.float64), model.vocabulary.unseen)[0]
    naming = math.log2(0x110000 - len(model.vocabulary))
    assert model.score("猫").total_bits == pytest.approx(naming - logs[UNKNOWN] / math.log(2), abs=1e-4)


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
    with pytest.raises(InputError, match="leave adaptive= out"):
        score(Uniform(len(vocabulary)), vocabulary, "abc", ScoreOptions(adaptive=True), "lines")


@given(
    st.lists(st.floats(-20, 20) | st.just(NEVER), min_size=2, max_size=9).filter(lambda row: max(row) > NEVER),
    st.floats(1e-9, 0.5),
)
def test_what_never_occurred_shares_its_mass_and_all_sums_to_one(logits, mass):
    row = np.array([logits])
    shares, never = np.exp(log_probabilities(row, mass))[0], row[0] == NEVER
    assert shares.sum() == pytest.approx(1)
    assert shares[never] == pytest.approx(mass / max(1, never.sum()))
    kept = 1 - mass if never.any() else 1
    assert shares[~never] == pytest.approx(kept * np.exp(log_softmax(row[0][~never])))


@pytest.fixture(scope="module")
def late(tmp_path_factory):
    """A model of a text whose held-out tenth has two letters that the rest lacks."""
    path = tmp_path_factory.mktemp("late") / "late.txt"
    path.write_text("the cat sat on the mat. " * 90 + "a zebra ran? " * 18)
    return unrolled.train(path, unit="char", hidden_size=16, steps=20, batch_size=4, sequence_length=16, threads=1)


@pytest.mark.parametrize("adaptive", [False, True])
def test_a_text_with_what_never_occurred_has_finite_bits(late, adaptive):
    assert set("zbr?") <= set(late.vocabulary.units) and 0 < late.vocabulary.unseen <= 0.01
    scored = late.score("the zebra sat, λ?", adaptive=adaptive)
    assert np.isfinite(scored.bits).all() and scored.bits.max() < 60 and scored.unknown == 2
    never = int((late.bundle.tensors["head.bias"] < NEVER / 2).sum())
    if not adaptive:
        assert scored.bits[4] == pytest.approx(-math.log2(late.vocabulary.unseen / never))


def test_what_training_told_is_what_scoring_tells_where_units_are_new(late):
    held_out = ("the cat sat on the mat. " * 90 + "a zebra ran? " * 18)[-240:]
    assert late.score(held_out).bits_per_char == pytest.approx(late.record["best"]["bits_per_char"], rel=1e-3)


WAYS = {
    "plain": {},
    "greedy": {"temperature": 0.0},
    "hot": {"temperature": 1e30},
    "filtered": {"temperature": 1e6, "top_k": 40, "min_p": 0.0},
    "guarded": {"temperature": 50.0, "no_loops": True},
    "adaptive": {"temperature": 1e6, "adaptive": True},
    "beams": {"beams": 40},
}


@pytest.mark.parametrize("engine", ["native", "reference", "torch"])
@pytest.mark.parametrize("way", WAYS)
def test_what_never_occurred_is_never_drawn(late, way, engine):
    if engine == "native" and kernels.load() is None:
        pytest.skip("the kernels are not built")
    model = model_of(late.bundle, engine)
    length = 8 if way == "beams" else 200
    texts = model.generate_many("the ", count=3, length=length, **({"seed": 1} | WAYS[way]))
    assert len(texts) == 3 and all(len(text) == length for text in texts)
    assert set("".join(texts)) <= set("the cat sat on the mat. ")


def test_what_never_occurred_is_no_next_unit_and_no_completion(late):
    assert {unit for unit, _ in late.next("a ", 99, temperature=1e9)} == set("the cat sat on the mat. ")
    assert all(set(each.text) <= set("the cat sat on the mat. ") for each in late.completions("a ", 50))


def test_a_text_that_only_goes_on_with_what_never_occurred_is_read_as_it_stands(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("the cat sat on the mat . " * 90 + "zebra zebra " * 20)
    model = unrolled.train(path, unit="word", hidden_size=16, steps=20, batch_size=4, sequence_length=16, threads=1)
    assert "z" in model.vocabulary.units
    written = model.generate("the cat z", length=40, temperature=1e6, seed=1)
    assert written and not set(written) & set("zbr")
