import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.markov import bits_of

texts = st.lists(st.integers(0, 3), min_size=2, max_size=60).map(lambda ids: np.array(ids, np.int32))
orders = st.integers(1, 6)


@given(texts, texts, orders)
def test_the_probabilities_of_what_may_come_next_sum_to_one(train, context, order):
    endings = [np.append(context, unit).astype(np.int32) for unit in range(4)]
    assert sum(2 ** -bits_of(train, each, 4, order)[-1] for each in endings) == pytest.approx(1)


@given(texts, texts, texts, orders)
def test_what_comes_later_changes_nothing_before(train, held_out, later, order):
    alone = bits_of(train, held_out, 4, order)
    followed = bits_of(train, np.concatenate([held_out, later]), 4, order)
    assert np.allclose(followed[: len(alone)], alone)


@given(texts, texts, orders)
def test_every_unit_costs_something(train, held_out, order):
    bits = bits_of(train, held_out, 4, order)
    assert len(bits) == len(held_out) - 1 and np.isfinite(bits).all() and (bits >= 0).all()


@given(texts, texts, orders, st.permutations(range(4)))
def test_the_numbers_of_the_units_do_not_matter(train, held_out, order, numbers):
    renamed = np.array(numbers, np.int32)
    assert np.allclose(bits_of(renamed[train], renamed[held_out], 4, order), bits_of(train, held_out, 4, order))


def test_an_order_of_one_knows_how_frequent_units_are():
    train = np.repeat([0, 1, 2, 3], [400, 200, 100, 100])
    bits = bits_of(train, np.array([0, 0, 1, 2]), 4, 1)
    assert bits == pytest.approx([1, 2, 3], abs=0.05)


def test_an_order_of_two_knows_what_follows_what():
    train = np.tile([0, 1, 2], 200)
    assert bits_of(train, np.tile([0, 1, 2], 5), 3, 2).mean() < 0.05
    assert bits_of(train, np.tile([0, 1, 2], 5), 3, 1).mean() == pytest.approx(math.log2(3), abs=0.05)


def test_a_longer_context_helps_where_the_text_needs_it():
    train = np.tile([0, 0, 1, 1], 100)
    costs = [bits_of(train, train[:41], 2, order).mean() for order in (1, 2, 3)]
    assert costs[2] < 0.1 < costs[1] and costs[1] == pytest.approx(1, abs=0.05)


def slow(train: list[int], history: list[int], unit: int, order: int) -> float:
    """The same probability, n-gram by n-gram as the paper has it, for an alphabet of 4."""
    padded = [None] * order + train
    grams = [{tuple(padded[i - n + 1 : i + 1]) for i in range(order, len(padded))} for n in range(order + 2)]
    before = ([None] * order + train + history)[-order:]
    probability = 1 / 4
    for n in range(1, order + 1):
        counts = Counter(tuple(padded[i - n + 1 : i + 1]) for i in range(order, len(padded)))
        if n < order:
            counts = Counter(gram[1:] for gram in grams[n + 1])
        n1, n2, n3, n4 = (max(1, sum(count == times for count in counts.values())) for times in (1, 2, 3, 4))
        y = n1 / (n1 + 2 * n2)
        taken = {1: 1 - 2 * y * n2 / n1, 2: 2 - 3 * y * n3 / n2, 3: 3 - 4 * y * n4 / n3}
        taken = {times: min(max(value, 0.1), times) for times, value in taken.items()}
        context = tuple(before[order - n + 1 :])
        followers = {gram[-1]: count for gram, count in counts.items() if gram[:-1] == context}
        if total := sum(followers.values()):
            count = followers.get(unit, 0)
            freed = sum(taken[min(3, each)] for each in followers.values()) / total
            probability = (count - taken[min(3, count)] if count else 0) / total + freed * probability
    return probability


@given(texts, texts, st.integers(1, 4))
def test_it_is_the_formula_of_chen_and_goodman(train, held_out, order):
    fast = 2 ** -bits_of(train, held_out, 4, order)
    read = held_out.tolist()
    expected = [slow(train.tolist(), read[:place], read[place], order) for place in range(1, len(read))]
    assert fast == pytest.approx(expected)
