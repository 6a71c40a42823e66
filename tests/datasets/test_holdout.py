import itertools
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unrolled.config import TrainOptions
from unrolled.datasets import holdout
from unrolled.datasets.holdout import (
    Place,
    between,
    connected,
    cut_places,
    cut_rows,
    hold_out,
    hold_out_groups,
    note_bound,
    place_of,
    repeated,
    share_of,
)
from unrolled.errors import InputError

shares = st.sampled_from([0.0, 0.1, 0.2, 0.33])
labelled = st.lists(st.sampled_from("aabc"), min_size=5, max_size=80).map(lambda kinds: list(enumerate(kinds)))


def nothing(path: str) -> list:
    raise AssertionError("no file is named")


def kind(row: tuple[int, str]) -> str:
    return row[1]


@given(labelled, shares, shares, st.sampled_from(["neither", "label", "group"]))
def test_no_row_is_lost_or_in_two_parts(rows, valid, test, way):
    given = {} if way == "neither" else {way: kind}
    cut = cut_rows(rows, TrainOptions(valid=valid, test=test), nothing, **given)
    assert sorted(row for part in cut.values() for row in part) == rows
    assert all(part == sorted(part) for part in cut.values())
    assert list(cut) == ["train", "valid", "test"]


@given(labelled, shares, shares)
def test_shares_are_cut_off_the_end(rows, valid, test):
    cut = cut_rows(rows, TrainOptions(valid=valid, test=test), nothing)
    assert cut["train"] + cut["valid"] + cut["test"] == rows
    assert len(cut["test"]) == share_of(len(rows), test)
    assert len(cut["valid"]) == min(share_of(len(rows), valid), len(rows) - len(cut["test"]))


@given(labelled, shares, shares)
def test_every_label_that_is_held_out_is_also_learnt(rows, valid, test):
    assume(len(set(map(kind, rows))) > 1)
    cut = cut_rows(rows, TrainOptions(valid=valid, test=test), nothing, label=kind)
    assert set(map(kind, cut["train"])) == set(map(kind, rows))


def test_rare_labels_are_not_held_out_twice_until_none_is_learnt():
    rows = [(number, f"label {number % 100}") for number in range(200)]
    cut = cut_rows(rows, TrainOptions(valid=0.1, test=0.1), nothing, label=kind)
    assert len(set(map(kind, cut["train"]))) == 100


def test_each_label_is_held_out_by_its_share():
    rows = [(number, "rare" if number % 10 == 0 else "common") for number in range(400)]
    cut = cut_rows(rows, TrainOptions(valid=0.1, test=0.2), nothing, label=kind)
    counts = {name: Counter(map(kind, part)) for name, part in cut.items()}
    assert counts["test"] == {"rare": 8, "common": 72}
    assert counts["valid"] == {"rare": 4, "common": 36}


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(0, 60))
def test_groups_stay_together_unless_they_are_larger_than_what_is_held_out(groups, size):
    rows = list(enumerate(groups))
    kept, held = hold_out_groups(rows, min(size, len(rows)), lambda row: row[1])
    assert len(held) <= size and bool(held) == bool(size)
    small = {group for group, count in Counter(groups).items() if count <= size}
    assert not small & {group for _, group in kept} & {group for _, group in held}
    assert sorted(kept + held) == rows


def test_answers_of_two_kinds_leave_something_to_learn():
    rows = [(number, ("yes", "no")[number % 2]) for number in range(40)]
    cut = cut_rows(rows, TrainOptions(valid=0.1), nothing, group=kind)
    assert [len(part) for part in cut.values()] == [36, 4, 0]


def test_a_part_can_be_read_from_a_file():
    read = {"v.tsv": [("v", "a")], "t.tsv": [("t", "b")]}
    rows = [("r", "a"), ("r", "b")]
    cut = cut_rows(rows, TrainOptions(valid="v.tsv", test="t.tsv"), read.__getitem__, label=kind)
    assert cut == {"train": rows, "valid": read["v.tsv"], "test": read["t.tsv"]}


def test_nothing_left_to_train_on_is_told():
    with pytest.raises(InputError, match="there are 1 rows and none is left to train on"):
        cut_rows([(1, "a")], TrainOptions(valid=0.5), nothing)


def test_pairs_that_share_a_side_are_connected_directly_or_through_others():
    pairs = [("go", "va"), ("run", "cours"), ("go", "marche"), ("walk", "marche"), ("sit", "assis")]
    groups = connected(pairs)
    assert groups["go", "va"] == groups["go", "marche"] == groups["walk", "marche"]
    assert len({groups["go", "va"], groups["run", "cours"], groups["sit", "assis"]}) == 3


def test_held_out_rows_that_are_learnt_in_some_form_are_counted():
    parts = {
        "train": [("Good day", "x"), ("Good day", "x"), ("Bad luck", "y")],
        "valid": [("good day!", "x"), ("Bad luck", "x")],
        "test": [("Bad luck", "y"), ("Come in", "y")],
    }
    assert repeated(parts, "rows") == (
        "2 of 7 rows stand there more than once, and 1 more differs only in case, spaces, punctuation or digits from "
        "others; 2 of 4 held-out rows have such a copy among those that are learnt",
    )


def test_nothing_is_said_of_rows_that_are_all_different():
    assert repeated({"train": [("a", "x"), ("a", "y")], "valid": [("b", "x")], "test": []}, "rows") == ()


texts = st.lists(st.text("ab\n", min_size=1, max_size=9), min_size=1, max_size=25)


@given(texts, shares, shares)
def test_no_character_of_documents_is_lost_or_in_two_parts(documents, valid, test):
    labelled = [(text, ()) for text in documents]
    places = cut_places([len(text) for text in documents], TrainOptions(valid=valid, test=test))
    bounds = [Place(0), places["valid"], places["test"], Place(len(documents))]
    assert bounds == sorted(bounds)
    parts = [between(labelled, *span) for span in itertools.pairwise(bounds)]
    assert "".join(text for part in parts for text, _ in part) == "".join(documents)
    if len(documents) >= holdout.FEWEST_DOCUMENTS:
        assert [text for part in parts for text, _ in part] == documents
        assert len(parts[2]) == share_of(len(documents), test)


@given(texts)
def test_a_place_is_found_by_the_characters_before_it(documents):
    labelled = [(text, ()) for text in documents]
    sizes = [len(text) for text in documents]
    for number in range(sum(sizes) + 1):
        before = between(labelled, Place(0), place_of(number, sizes))
        assert "".join(text for text, _ in before) == "".join(documents)[:number]


def test_of_a_large_text_no_more_is_held_out_than_can_be_scored(monkeypatch):
    monkeypatch.setattr(holdout, "LARGE", 1000)
    monkeypatch.setattr(holdout, "MOST_HELD_OUT", 50)
    assert cut_places([2000], TrainOptions(test=0.2)) == {"test": Place(0, 1950), "valid": Place(0, 1900)}
    assert cut_places([100] * 20, TrainOptions()) == {"test": Place(20), "valid": Place(19)}
    assert cut_places([2000], TrainOptions(), cutter=1)["valid"] == Place(0, 1800)  # as older models were judged
    assert note_bound(2000, TrainOptions()) == (
        "of 2,000 characters, a held-out part has 50 at most, whatever its share",
    )
    assert not note_bound(900, TrainOptions()) and not note_bound(2000, TrainOptions(valid=0.02))


def test_an_older_cutter_could_hold_out_all_of_a_label():
    rows = [(1, "a"), (1, "b"), (2, "a"), (2, "b")]
    rest, _ = hold_out(rows, rows, 0.5, kind)
    assert hold_out(rest, rows, 0.5, kind)[0] == rest
    assert hold_out(rest, rows, 0.5, kind, keep_one=False)[0] == []
