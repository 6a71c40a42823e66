import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.text import UNITS
from unrolled.text.bpe import Bpe, as_units, pieces
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


def test_a_text_is_split_as_tokenizers_splits_it(bpe):
    from tokenizers import Tokenizer, models, trainers

    theirs = Tokenizer(models.BPE())
    letters = sorted({letter for letter in TEXT if ord(letter) >= 128})
    alphabet = [*map(chr, range(128)), *letters]
    trainer = trainers.BpeTrainer(
        vocab_size=320 - 128 - 1, min_frequency=2, initial_alphabet=alphabet, show_progress=False
    )  # without the other bytes, and with no token for what all these letters begin with
    theirs.train_from_iterator(pieces(TEXT), trainer)
    for word in {*pieces(TEXT), "thematcat", "စာမြန်"}:
        ours = bpe.merge_bytes(list(as_units(word)))
        assert ours == [as_units(token) for token in theirs.encode(word).tokens]


def test_tokens_hold_whole_characters_or_parts_of_one():
    text = "မြန်မာဘာသာ “naïve” 語 😀😀 " * 30 + "half: \ud800 "
    tokens = UNITS["bpe"].learn([text], [text], 400, 2)
    for token in tokens:
        raw = token.encode("latin-1")
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            assert len(raw) == 1 or (len(raw) < 4 and any(as_units(each).startswith(token) for each in text))
    cut = UNITS["bpe"].known({token: number for number, token in enumerate(tokens, 2)}).split(text)
    assert [token for token in cut if len(token) == 1 and ord(token) >= 128] == list(as_units("\ud800"))


def test_where_letters_are_many_the_rare_ones_are_spelled_by_their_bytes():
    text = "".join(chr(0x4E00 + n) * (n + 1) + " " for n in range(300))
    tokens = UNITS["bpe"].learn([text], [text], 356, 2)
    assert len(tokens) <= 356 and len(tokens) == len(set(tokens))
    assert as_units(chr(0x4E00 + 299)) in tokens and as_units(chr(0x4E00)) not in tokens
    bpe = UNITS["bpe"].known({token: number for number, token in enumerate(tokens, 2)})
    assert bpe.join(bpe.split(text)) == text


@pytest.mark.parametrize("size", [1, 256, 257, 300])
def test_a_small_vocabulary_has_the_bytes_at_least(size):
    tokens = UNITS["bpe"].learn([TEXT], [TEXT], size, 2)
    assert tokens[:256] == list(BYTES) and len(tokens) <= max(256, size)


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
