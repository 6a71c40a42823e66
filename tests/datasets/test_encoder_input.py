from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unrolled.datasets.encoder_input import Ragged, Shared, side_by_side

rows_of_ids = st.lists(st.lists(st.integers(0, 2**31 - 1), max_size=12), max_size=12)


def arrays(rows: list[list[int]]) -> list[np.ndarray]:
    return [np.array(row, np.int32) for row in rows]


@given(rows_of_ids, st.data())
def test_what_is_taken_are_the_rows_in_the_order_wanted(rows, data):
    places = st.lists(st.integers(0, len(rows) - 1), max_size=8) if rows else st.just([])
    which = data.draw(places)
    taken = Ragged.of(arrays(rows)).take(np.array(which, np.int64))
    assert [taken.values[n, :size].tolist() for n, size in enumerate(taken.sizes)] == [rows[place] for place in which]


@given(rows_of_ids)
def test_behind_a_row_there_are_zeros_up_to_the_longest(rows):
    taken = side_by_side(arrays(rows))
    assert taken.values.shape == (len(rows), max([1, *map(len, rows)]))
    for row, size in zip(taken.values, taken.sizes, strict=True):
        assert not row[size:].any()


@given(rows_of_ids)
def test_sizes_are_the_lengths_of_the_rows(rows):
    ragged = Ragged.of(arrays(rows))
    assert ragged.sizes.tolist() == side_by_side(arrays(rows)).sizes.tolist() == [len(row) for row in rows]
    assert len(ragged) == len(rows)


def test_rows_that_several_examples_share_are_held_once():
    images = np.arange(24).reshape(4, 2, 3)
    shared = Shared(images, np.array([3, 3, 0]))
    assert np.array_equal(shared.take(np.array([2, 1, 0])).values, images[[0, 3, 3]])
    assert shared.sizes.tolist() == [1] * 3 and shared.values is images


def test_all_real_places_answer_unless_it_is_said_which():
    taken = side_by_side(arrays([[5, 6, 7], [8]]))
    assert [taken.answering(row).tolist() for row in range(2)] == [[0, 1, 2], [0]]
    some = replace(taken, places=Ragged.of(arrays([[0, 2], []])))
    assert [some.answering(row).tolist() for row in range(2)] == [[0, 2], []]
