import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.datasets import copied
from unrolled.datasets.copied import SPAN, copied_share, rolling
from unrolled.text.vocabulary import BOUNDARY

RNG = np.random.default_rng(1)


def text(length: int) -> np.ndarray:
    return RNG.integers(2, 60, length).astype(np.int32)


@given(st.lists(st.integers(0, 5), min_size=8, max_size=40))
def test_equal_spans_have_equal_hashes_wherever_they_stand(ids):
    hashes = rolling(np.array(ids, np.int32), 4)
    spans = [tuple(ids[place : place + 4]) for place in range(len(ids) - 3)]
    assert len(hashes) == len(spans)
    assert len({*zip(spans, hashes.tolist(), strict=True)}) == len(set(spans)) == len(set(hashes.tolist()))


def test_nothing_of_another_text_is_copied_and_all_of_the_same():
    train, other = text(20_000), text(4_000)
    assert copied_share(train, other) == 0.0
    assert copied_share(train, train[3_000:7_000]) == 1.0


def test_half_of_a_text_is_half_copied():
    train = text(20_000)
    held_out = np.concatenate([text(64 * 50), train[777 : 777 + 64 * 50]])
    assert copied_share(train, held_out) == pytest.approx(0.5, abs=0.02)


def test_a_span_is_found_across_the_blocks_that_are_read(monkeypatch):
    train = text(5_000)
    monkeypatch.setattr(copied, "AT_ONCE", 100)
    assert copied_share(train, train[1_000:3_000]) == 1.0


def test_no_span_crosses_the_end_of_a_document_and_short_texts_have_none():
    short = np.array([BOUNDARY, *[5] * 20] * 10, np.int32)
    assert copied_share(short, short) == 0.0
    assert copied_share(text(100), text(SPAN - 1)) == 0.0


def test_larger_units_make_shorter_spans():
    train = text(5_000)
    assert copied_share(train, train[100:112], characters_per_unit=6.0) == 1.0
