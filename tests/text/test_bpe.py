import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.text import UNITS
from unrolled.text.bpe import Bpe, pieces
from unrolled.text.byte import BYTES

TEXT = "the cat sat on the mat; the cat ate the rat. " * 40 + "မြန်မာဘာသာ မြန်မာစာ " * 20


@pytest.fixture(scope="module")
def learnt() -> list[str]:
    return UNITS["bpe"].learn([TEXT], [TEXT], 320, 2)


@pytest.fixture(scope="module")
def bpe(learnt: list[str]) -> Bpe:
    known = UNITS["bpe"].known({token: number for number, token in enumerate(learnt, 2)})
    assert isinstance(known, Bpe)
    return known


def test_all_bytes_come_first_then_what_was_learnt(learnt):
    assert set(learnt[:256]) == set(BYTES) and 256 < len(learnt) <= 320


def test_frequent_words_become_tokens(bpe):
    assert bpe.split("the cat sat") == ["the", " cat", " sat"]


def test_a_text_is_split_as_tokenizers_splits_it(learnt, bpe):
    from tokenizers import Tokenizer, models, trainers

    words = [piece.encode().decode("latin-1") for piece in pieces(TEXT)]
    theirs = Tokenizer(models.BPE())
    trainer = trainers.BpeTrainer(vocab_size=320, min_frequency=2, initial_alphabet=list(BYTES), show_progress=False)
    theirs.train_from_iterator(words, trainer)
    for word in {*words, "thematcat", "စာမြန်".encode().decode("latin-1")}:
        ours = bpe.merge_bytes(list(word))
        assert ours == theirs.encode(word).tokens


@given(st.text())
def test_any_text_comes_back(text):
    tokens = Bpe({"th": 300, "the": 301, "\xc3\xa9": 302}).split(text)
    assert UNITS["bpe"].join(tokens) == text


def test_no_token_crosses_a_word(bpe):
    assert "".join(bpe.split("the\ncat")) == "the\ncat" and "\n" in bpe.split("the\ncat")


def test_a_megabyte_without_a_space_is_split_in_seconds(bpe):
    assert UNITS["bpe"].join(bpe.split("abc" * 100_000)) == "abc" * 100_000


def test_splitting_does_without_tokenizers():
    code = "import sys; from unrolled.text import UNITS; UNITS['bpe'].split('a b'); print('tokenizers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_what_was_met_is_kept_within_bounds_and_out_of_pickles(learnt, monkeypatch):
    monkeypatch.setattr("unrolled.text.bpe.MOST_KEPT", 3)
    unit = Bpe({token: number for number, token in enumerate(learnt)})
    first = unit.split(TEXT)
    assert len(unit.merged) <= 3 and unit.split(TEXT) == first
    again = pickle.loads(pickle.dumps(unit))
    assert not again.merged and again.split(TEXT) == first
