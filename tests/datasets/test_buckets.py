import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unrolled.datasets.buckets import PIECE, Buckets, cut_pieces, each_once, group
from unrolled.text.vocabulary import BOUNDARY

sizes = st.lists(st.integers(0, 200), min_size=1, max_size=30)


def documents_of(sizes: list[int]) -> np.ndarray:
    """Documents of so many units, all units different, a boundary before each and behind the last."""
    ids, number = [], 1
    for size in sizes:
        ids += [BOUNDARY, *range(number, number + size)]
        number += size
    return np.array([*ids, BOUNDARY], np.int32)


def targets_of(batches) -> list[int]:
    return sorted(int(unit) for batch in batches for unit in batch.targets[batch.counts])


@given(sizes, st.integers(1, 8), st.integers(1, 20), st.integers(0, 3))
def test_an_epoch_predicts_every_unit_and_every_end_once(sizes, rows, length, epoch):
    ids = documents_of(sizes)
    buckets = Buckets(ids, rows, length, seed=1)
    steps = buckets.steps_per_epoch
    batches = [buckets.batch(epoch * steps + step) for step in range(steps)]
    assert targets_of(batches) == sorted(ids[1:].tolist())


@given(sizes, st.integers(1, 500), st.integers(1, 40))
def test_a_held_out_text_is_predicted_once(sizes, units, length):
    ids = documents_of(sizes)
    assert targets_of(each_once(ids, units, length)) == sorted(ids[1:].tolist())


@given(sizes, st.integers(1, 8), st.integers(1, 20))
def test_a_row_is_one_document_that_begins_without_a_state(sizes, rows, length):
    buckets = Buckets(documents_of(sizes), rows, length, seed=2)
    read: dict[int, list[int]] = {}
    for step in range(buckets.steps_per_epoch):
        batch = buckets.batch(step)
        assert batch.fresh.all() or not batch.fresh.any()
        read = {} if batch.fresh.all() else read
        for row in range(len(batch.inputs)):
            read.setdefault(row, []).extend(batch.inputs[row][batch.counts[row]].tolist())
            assert BOUNDARY not in read[row][1:]
            assert np.all(np.diff(read[row][1:]) == 1)


@given(sizes, st.integers(1, 8), st.integers(1, 20))
def test_the_same_step_is_the_same_batch_whatever_was_asked_before(sizes, rows, length):
    ids = documents_of(sizes)
    one, two = (Buckets(ids, rows, length, seed=3) for _ in range(2))
    last = one.steps_per_epoch - 1
    one.batch(0), one.batch(last * 2)
    assert np.array_equal(one.batch(last).inputs, two.batch(last).inputs)


def test_rows_side_by_side_are_of_nearly_the_same_length():
    lengths = np.random.default_rng(1).integers(20, 90, 2000).tolist()
    buckets = Buckets(documents_of(lengths), 32, 64, seed=1)
    batches = [buckets.batch(step) for step in range(buckets.steps_per_epoch)]
    assert np.mean([batch.counts.mean() for batch in batches]) > 0.95


def test_a_step_is_about_as_large_as_wanted():
    buckets = Buckets(documents_of([10] * 1000), 32, 64, seed=1)
    assert buckets.batch(0).inputs.shape == (186, 11)


def test_a_long_document_is_read_in_pieces():
    pieces = cut_pieces(documents_of([100, 3]), 40)
    assert pieces.begins.tolist() == [0, 40, 80, 101] and pieces.sizes.tolist() == [40, 40, 21, 4]
    assert pieces.documents.tolist() == [0, 0, 0, 1]
    assert Buckets(documents_of([PIECE * 10 * 3]), 1, 10, seed=1).steps_per_epoch == 3 * PIECE + 1


def test_groups_take_all_pieces_in_turn():
    groups = list(group(np.array([50, 40, 10, 10, 2]), units=64, length=32))
    assert groups == [(0, 2, 2), (2, 5, 1)]


def test_epochs_differ_in_order():
    buckets = Buckets(documents_of([5] * 300), 4, 6, seed=1)
    steps = buckets.steps_per_epoch
    assert buckets.batch(0).inputs.tolist() != buckets.batch(steps).inputs.tolist()
