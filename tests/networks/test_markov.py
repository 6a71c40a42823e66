import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.networks.markov import KEPT, Chain, bits_of, count

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


@given(texts, texts, orders, st.permutations(range(1, 4)).map(lambda order: [0, *order]))
def test_the_numbers_of_the_units_do_not_matter(train, held_out, order, numbers):
    renamed = np.array(numbers, np.int32)
    assert np.allclose(bits_of(renamed[train], renamed[held_out], 4, order), bits_of(train, held_out, 4, order))


def test_an_order_of_one_knows_how_frequent_units_are():
    train = np.repeat([1, 2, 3, 4], [400, 200, 100, 100])
    bits = bits_of(train, np.array([1, 1, 2, 3]), 5, 1)
    assert bits == pytest.approx([1, 2, 3], abs=0.05)


def test_an_order_of_two_knows_what_follows_what():
    train = np.tile([1, 2, 3], 200)
    assert bits_of(train, np.tile([1, 2, 3], 5), 4, 2).mean() < 0.05
    assert bits_of(train, np.tile([1, 2, 3], 5), 4, 1).mean() == pytest.approx(math.log2(3), abs=0.05)


def test_a_longer_context_helps_where_the_text_needs_it():
    train = np.tile([1, 1, 2, 2], 100)
    costs = [bits_of(train, train[:41], 3, order).mean() for order in (1, 2, 3)]
    assert costs[2] < 0.1 < costs[1] and costs[1] == pytest.approx(1, abs=0.05)


def places(text: list[int]) -> list[tuple[tuple[int, ...], int]]:
    """Every unit that is predicted, with what its document has before it: the boundary, 0, begins a document."""
    found, document = [], []
    for unit in text:
        if document or unit:
            found.append((tuple(document), unit))
        document = [unit] if unit == 0 else [*document, unit]
    return found


def slow(train: list[int], history: list[int], unit: int, order: int) -> float:
    """The same probability, n-gram by n-gram as the paper has it, for an alphabet of 4."""
    events = places(train)

    def grams(n: int) -> list[tuple[int, ...]]:
        return [(*before, unit)[-n:] for before, unit in events if len(before) >= n - 1]

    before = places([*history, unit])[-1][0] if any(history) or len(history) > 1 or unit else tuple(history)
    probability = 1 / 4
    for n in range(1, order + 1):
        counts = Counter(grams(n))
        if n < order:
            varied = Counter(gram[1:] for gram in set(grams(n + 1)))
            counts = {gram: times if n > 1 and gram[0] == 0 else varied[gram] for gram, times in counts.items()}
        if len(before) < n - 1:
            break
        n1, n2, n3, n4 = (max(1, sum(count == times for count in counts.values())) for times in (1, 2, 3, 4))
        y = n1 / (n1 + 2 * n2)
        taken = {0: 0, 1: 1 - 2 * y * n2 / n1, 2: 2 - 3 * y * n3 / n2, 3: 3 - 4 * y * n4 / n3}
        taken = {times: min(max(value, 0.1), times) for times, value in taken.items()}
        context = before[len(before) - n + 1 :]
        followers = {gram[-1]: count for gram, count in counts.items() if gram[:-1] == context}
        if total := sum(followers.values()):
            count = followers.get(unit, 0)
            freed = sum(taken[min(3, each)] for each in followers.values()) / total
            probability = (count - taken[min(3, count)]) / total + freed * probability
    return probability


@given(texts, texts, st.integers(1, 4))
def test_it_is_the_formula_of_chen_and_goodman(train, held_out, order):
    fast = 2 ** -bits_of(train, held_out, 4, order)
    read = held_out.tolist()
    expected = [slow(train.tolist(), read[:place], read[place], order) for place in range(1, len(read))]
    assert fast == pytest.approx(expected)


smoothings = st.sampled_from(["kneser-ney", "none"])


@given(texts, texts, orders, smoothings)
def test_all_that_may_come_next_sums_to_one_and_each_is_what_it_costs(train, held_out, order, smoothing):
    chain = Chain(count(train, 4, order, smoothing), 4, smoothing)
    nodes = chain.read(held_out[None], chain.start(1))[0]
    told = chain.predict(nodes)
    assert told.sum(1) == pytest.approx(np.ones(len(held_out)))
    assert told[np.arange(len(held_out) - 1), held_out[1:]] == pytest.approx(
        chain.probability(held_out[1:], nodes[:-1])
    )


@given(texts, texts, orders, st.integers(1, 59))
def test_a_text_read_in_two_parts_leads_where_the_whole_does(train, held_out, order, cut):
    chain = Chain(count(train, 4, order), 4, "kneser-ney")
    whole = chain.read(held_out[None], chain.start(1))
    first = chain.read(held_out[None, :cut], chain.start(1))
    rest = chain.read(held_out[None, cut:], first[:, -1])
    assert np.array_equal(np.concatenate([first, rest], 1), whole)


@given(texts, texts, orders)
def test_plain_counts_are_those_after_the_longest_context_that_the_text_has(train, held_out, order):
    chain = Chain(count(train, 4, order, "none"), 4, "none")
    bits = -np.log2(chain.probability(held_out[1:], chain.read(held_out[None, :-1], chain.start(1))[0]))
    events = places(train.tolist())
    for place in range(1, len(held_out)):
        history = held_out[:place].tolist()
        before = places([*history, 1])[-1][0]
        for length in range(min(order - 1, len(before)), -1, -1):
            context = before[len(before) - length :]
            after = [unit for had, unit in events if len(had) >= length and had[len(had) - length :] == context]
            if after:
                expected = after.count(held_out[place]) / len(after)
                assert 2 ** -bits[place - 1] == pytest.approx(expected, abs=4 * KEPT)
                break


def test_an_n_gram_that_begins_a_document_counts_as_often_as_it_does():
    """Else "the", which begins them all, would count once: nothing comes before."""
    train = np.array([0, 2, 3] * 50 + [0, 3, 2, 2, 3], np.int32)
    chain = Chain(count(train, 4, 3), 4, "kneser-ney")
    assert chain.predict(chain.read(np.array([[0]]), chain.start(1))[0])[0, 2] > 0.9
