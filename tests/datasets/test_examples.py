import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.config import TrainOptions
from unrolled.datasets.encoder_input import Ragged
from unrolled.datasets.examples import EVALUATION_BATCH_SIZE, SHUFFLE, ExampleBatches, ExampleDataset, Examples, grouped
from unrolled.text.vocabulary import BOUNDARY, Vocabulary

lengths = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=60)
MOST = (1 + SHUFFLE / 2) / (1 - SHUFFLE / 2)
"""How much longer than its place a row can be by chance."""


def examples_of(lengths: list[tuple[int, int]]) -> Examples:
    """Examples of so many units, all units different, each ended by the boundary."""
    sources, targets, number = [], [], 2
    for source, target in lengths:
        sources.append(np.array([*range(number, number + source), BOUNDARY], np.int32))
        targets.append(np.array([*range(number, number + target), BOUNDARY], np.int32))
        number += max(source, target)
    return Examples(Ragged.of(sources), Ragged.of(targets))


def epoch(batches: ExampleBatches, number: int) -> list[int]:
    steps = batches.steps_per_epoch
    return [int(n) for step in range(steps) for n in batches.batch(number * steps + step).documents]


@given(lengths, st.integers(1, 8), st.integers(1, 30), st.integers(0, 3))
def test_an_epoch_has_every_example_once(lengths, rows, length, number):
    batches = ExampleBatches(examples_of(lengths), rows, length, seed=1)
    assert sorted(epoch(batches, number)) == list(range(len(lengths)))


@given(lengths, st.integers(1, 8), st.integers(1, 30))
def test_the_same_step_is_the_same_batch_whatever_was_asked_before(lengths, rows, length):
    one, two = (ExampleBatches(examples_of(lengths), rows, length, seed=3) for _ in range(2))
    last = one.steps_per_epoch - 1
    one.batch(0), one.batch(last * 2 + 5)
    assert np.array_equal(one.batch(last).documents, two.batch(last).documents)
    assert np.array_equal(one.batch(last).inputs, two.batch(last).inputs)


@given(lengths, st.integers(1, 8), st.integers(1, 30))
def test_a_batch_has_no_more_rows_and_places_than_wanted(lengths, rows, length):
    examples = examples_of(lengths)
    batches = ExampleBatches(examples, rows, length, seed=2)
    for step in range(batches.steps_per_epoch):
        which = batches.batch(step).documents
        longest = examples.sizes[which].max()
        assert len(which) <= rows
        assert len(which) == 1 or len(which) * longest <= rows * length * MOST


def test_epochs_and_seeds_differ_in_order():
    examples = examples_of([(5, 5)] * 100)
    one, other = (ExampleBatches(examples, 8, 20, seed=seed) for seed in (1, 2))
    orders = [epoch(one, 0), epoch(one, 1), epoch(other, 0)]
    assert len({tuple(order) for order in orders}) == 3


def test_rows_side_by_side_are_of_nearly_the_same_length():
    rng = np.random.default_rng(1)
    examples = examples_of([(size, size) for size in rng.integers(2, 90, 600).tolist()])
    batches = ExampleBatches(examples, 16, 100, seed=1)
    assert np.mean([batches.batch(step).counts.mean() for step in range(batches.steps_per_epoch)]) > 0.85


@given(lengths)
def test_a_target_is_predicted_from_the_boundary_on_and_up_to_its_end(lengths):
    examples = examples_of(lengths)
    batch = examples.batch(np.arange(len(lengths)))
    for row, wanted in enumerate(np.split(examples.targets.flat, examples.targets.starts[1:-1])):
        counted = batch.counts[row]
        assert batch.targets[row][counted].tolist() == wanted.tolist()
        assert batch.inputs[row][counted].tolist() == [BOUNDARY, *wanted[:-1]]
        assert counted.sum() == len(wanted) and batch.fresh[row]


@given(st.lists(st.integers(1, 50), min_size=1), st.integers(1, 9), st.integers(1, 100))
def test_groups_follow_one_another_and_are_as_large_as_they_may_be(sizes, rows, places):
    descending = np.sort(sizes)[::-1]
    groups = list(grouped(descending, rows, places))
    assert [first for first, _ in groups] == [0, *(last for _, last in groups[:-1])]
    assert groups[-1][1] == len(sizes)
    for first, last in groups:
        count, longest = last - first, descending[first]
        assert count == 1 or (count <= rows and count * longest <= places)
        assert last == len(sizes) or count == rows or (count + 1) * longest > places


@pytest.fixture
def split():
    vocabularies = {"source": Vocabulary("char", tuple("abc")), "target": Vocabulary("word", ("one", "fourth"))}
    rows = [np.array([2, 3, BOUNDARY], np.int32), np.array([3, BOUNDARY], np.int32)]
    part = Examples(Ragged.of(rows), Ragged.of(rows))
    many = Examples(Ragged.of(rows * 50), Ragged.of(rows * 50))
    return ExampleDataset(vocabularies, "target", part, many, Examples(Ragged.of([]), Ragged.of([])))


def test_a_held_out_part_is_read_once(split):
    batches = list(split.held_out("valid"))
    assert sorted(int(n) for batch in batches for n in batch.documents) == list(range(100))
    assert max(len(batch.documents) for batch in batches) == EVALUATION_BATCH_SIZE
    assert list(split.held_out("test")) == []


def test_units_and_the_characters_that_they_stand_for_are_counted(split):
    assert split.units("train") == 5
    assert split.characters_of("train") == len("one") + 2 * len("fourth")
    assert split.counts().tolist() == [2, 0, 1, 2]
    assert split.vocabulary is split.vocabularies["target"]


def test_a_label_counts_as_one(split):
    labels = ExampleDataset(
        {"labels": Vocabulary("label", ("negative", "positive"))}, "labels", split.train, *[split.test] * 2
    )
    assert labels.characters_of("train") == labels.units("train") == 5


def test_what_is_given_of_a_batch_are_its_sources(split):
    batch = split.batches(TrainOptions(batch_size=2, sequence_length=9)).batch(0)
    found = split.inputs("train", batch.documents)
    assert sorted(found.sizes.tolist()) == [2, 3]
    assert [row[:size].tolist() for row, size in zip(found.values, found.sizes, strict=True)] == [
        [[2, 3, BOUNDARY], [3, BOUNDARY]][n] for n in batch.documents
    ]


def test_nothing_of_an_example_can_be_left_out(split):
    assert split.unlabelled() is None


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=12), min_size=1, max_size=8))
def test_targets_stand_at_the_places_that_answer_and_no_others_count(answering):
    places = [np.flatnonzero(each).astype(np.int32) for each in answering]
    sources = Ragged.of(np.full(len(each), 7, np.int32) for each in answering)
    examples = Examples(sources, Ragged.of(place + 2 for place in places), Ragged.of(places))
    which = np.arange(len(answering))[::-1]
    batch = examples.batch(which)
    assert batch.targets.shape == batch.counts.shape == batch.inputs.shape == sources.take(which).values.shape
    for row, place in enumerate(places[::-1]):
        assert np.flatnonzero(batch.counts[row]).tolist() == place.tolist()
        assert batch.targets[row, place].tolist() == (place + 2).tolist()
    assert np.array_equal(examples.first(1).batch(np.array([0])).counts, examples.batch(np.array([0])).counts)
