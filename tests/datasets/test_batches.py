from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.datasets.batches import Batches, Streams, Windows, overlapping, side_by_side

# A text whose ids are their own places, so that a batch shows where it was cut.
sizes = st.integers(2, 300)
kinds = st.sampled_from([Streams, Windows])
rows_and_lengths = st.tuples(st.integers(1, 12), st.integers(1, 40))
seeds = st.integers(0, 3)


def places(size: int) -> np.ndarray:
    return np.arange(size, dtype=np.int32)


def epoch_of(batches: Batches, epoch: int = 0) -> list:
    steps = batches.steps_per_epoch
    return [batches.batch(step) for step in range(epoch * steps, (epoch + 1) * steps)]


@given(kinds, sizes, rows_and_lengths, seeds, st.integers(0, 2))
def test_every_target_is_seen_at_most_once_an_epoch(kind, size, shape, seed, epoch):
    batches = kind(places(size), *shape, seed)
    targets = np.concatenate([each.targets.ravel() for each in epoch_of(batches, epoch)])
    assert len(np.unique(targets)) == len(targets)


@given(kinds, sizes, rows_and_lengths, seeds)
def test_an_epoch_leaves_out_less_than_one_batch(kind, size, shape, seed):
    batches = kind(places(size), *shape, seed)
    seen = sum(each.targets.size for each in epoch_of(batches))
    left_out = size - 1 - seen
    assert 0 <= left_out < batches.batch_size * batches.length


@given(kinds, sizes, rows_and_lengths, seeds, st.integers(0, 50))
def test_targets_are_the_inputs_one_further(kind, size, shape, seed, step):
    batch = kind(places(size), *shape, seed).batch(step)
    assert np.array_equal(batch.targets, batch.inputs + 1)
    assert np.all(np.diff(batch.inputs, axis=1) == 1)
    assert batch.targets.max() < size


@given(kinds, sizes, rows_and_lengths, seeds, st.integers(0, 50))
def test_a_batch_has_the_wanted_shape_where_the_text_is_long_enough(kind, size, shape, seed, step):
    rows, length = shape
    batch = kind(places(size), rows, length, seed).batch(step)
    assert batch.inputs.shape[1] == min(length, size - 1)
    assert len(batch.fresh) == len(batch.inputs) == min(rows, (size - 1) // batch.inputs.shape[1])


@given(kinds, sizes, rows_and_lengths, seeds, st.lists(st.integers(0, 50), min_size=1))
def test_a_batch_depends_on_seed_and_step_alone(kind, size, shape, seed, steps):
    used = kind(places(size), *shape, seed)
    for step in steps:
        batch, again = used.batch(step), kind(places(size), *shape, seed).batch(step)
        assert np.array_equal(batch.inputs, again.inputs) and np.array_equal(batch.fresh, again.fresh)


@given(sizes, rows_and_lengths, seeds)
def test_a_stream_goes_on_where_it_ended(size, shape, seed):
    epoch = epoch_of(Streams(places(size), *shape, seed))
    for before, after in pairwise(epoch):
        assert np.array_equal(after.inputs[:, 0], before.targets[:, -1])


@given(sizes, rows_and_lengths, seeds)
def test_streams_start_afresh_only_at_an_epochs_beginning(size, shape, seed):
    batches = Streams(places(size), *shape, seed)
    fresh = [each.fresh.all() for each in epoch_of(batches) + epoch_of(batches, 1)]
    assert fresh == [n % batches.steps_per_epoch == 0 for n in range(len(fresh))]


def test_streams_forget_as_often_as_they_are_told():
    batches = Streams(places(20001), 20, 10, 1, reset_probability=0.3)
    forgotten = [each.fresh.mean() for each in epoch_of(batches)[1:]]
    assert len(forgotten) == 99 and np.mean(forgotten) == pytest.approx(0.3, abs=0.03)


def test_streams_that_always_forget_are_always_fresh():
    assert all(each.fresh.all() for each in epoch_of(Streams(places(99), 3, 4, 1, reset_probability=1.0)))


def test_epochs_begin_at_different_offsets():
    batches = Streams(places(500), 7, 40, 1)
    assert len({int(batches.batch(epoch * batches.steps_per_epoch).inputs[0, 0]) for epoch in range(8)}) > 1


@given(sizes, rows_and_lengths, seeds)
def test_windows_are_always_fresh(size, shape, seed):
    assert all(each.fresh.all() for each in epoch_of(Windows(places(size), *shape, seed)))


def test_windows_are_shuffled_anew_each_epoch():
    batches = Windows(places(401), 4, 10, 1)
    first, second = ([each.inputs[:, 0].tolist() for each in epoch_of(batches, epoch)] for epoch in (0, 1))
    flat = np.concatenate(first)
    assert first != second and flat.tolist() != sorted(flat) and sorted(flat) == list(range(0, 400, 10))


@pytest.mark.parametrize("kind", [Streams, Windows])
def test_another_seed_gives_other_batches(kind):
    one, two = (epoch_of(kind(places(500), 7, 40, seed)) for seed in (1, 2))
    assert [each.inputs.tolist() for each in one] != [each.inputs.tolist() for each in two]


@given(sizes, st.integers(1, 20), st.integers(1, 40))
def test_side_by_side_counts_every_target_exactly_once(size, rows, length):
    counted = [batch.targets[batch.counts] for batch in side_by_side(places(size), rows, length)]
    assert sorted(np.concatenate(counted).tolist()) == list(range(1, size))


@given(sizes, st.integers(1, 20), st.integers(1, 40))
def test_side_by_side_predicts_the_next_unit(size, rows, length):
    for batch in side_by_side(places(size), rows, length):
        assert np.array_equal(batch.targets, batch.inputs + 1)
        assert batch.inputs.shape == batch.counts.shape == (rows, batch.inputs.shape[1])


@given(st.integers(300, 900), st.integers(2, 6), st.integers(1, 40))
def test_side_by_side_rows_have_read_their_lead_before_they_count(size, rows, length):
    pieces = list(side_by_side(places(size), rows, length))
    inputs, counts = (
        np.concatenate(each, axis=1) for each in zip(*((b.inputs, b.counts) for b in pieces), strict=True)
    )
    for row in range(1, rows):
        counting = np.flatnonzero(counts[row])
        if len(counting):
            read = inputs[row, : counting[-1] + 1]
            assert counting[0] == length and np.all(np.diff(read) == 1)


@given(sizes, st.integers(2, 20), st.integers(1, 40))
def test_side_by_side_rows_start_afresh_once_and_the_first_again_where_the_text_begins(size, rows, length):
    fresh = np.array([batch.fresh for batch in side_by_side(places(size), rows, length)])
    assert fresh[0].all() and fresh[1].tolist() == [True] + [False] * (rows - 1) and not fresh[2:].any()


@given(sizes, st.integers(1, 40))
def test_one_row_reads_the_text_as_it_stands(size, length):
    pieces = list(side_by_side(places(size), 1, length))
    assert np.concatenate([batch.inputs[0] for batch in pieces]).tolist() == list(range(size - 1))
    assert [bool(batch.fresh[0]) for batch in pieces] == [n == 0 for n in range(len(pieces))]


@given(st.integers(2, 200), st.integers(2, 9), st.integers(1, 7))
def test_every_target_counts_once_in_overlapping_windows(size, window, rows):
    ids = np.arange(size)
    counted = [batch.targets[batch.counts] for batch in overlapping(ids, rows, window)]
    assert sorted(np.concatenate(counted).tolist()) == list(range(1, size))
    for batch in overlapping(ids, rows, window):
        before = np.cumsum(np.ones_like(batch.inputs), 1)
        assert (before[batch.counts] >= np.minimum(batch.targets[batch.counts], window // 2)).all()
