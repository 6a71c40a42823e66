import copy
import dataclasses
import json
import math
import pickle
from collections.abc import Mapping
from pathlib import Path

import pytest

import unrolled
from unrolled.model_file.bundle import Bundle
from unrolled.model_file.record import ENTRIES, VERSION, Record, check_record

DOCS = Path(__file__).parents[2] / "docs"
SOUND = {
    "corpus": {"names": ["a.txt"], "documents": 1, "characters": 9, "digest": "ab", "read": {}},
    "plans": [[0, 9], [3, 8]],
    "curve": [
        {"step": 1, "seconds": 0.5, "train": float("nan"), "valid": 2.0},
        {"step": 2, "seconds": 1, "train": 3, "valid": 1.5},
    ],
    "best": {"step": 2, "bits_per_char": 1.5},
    "test_bits_per_char": None,
    "shown": [["a", "b"]],
    "continued": {"from": "x", "added": ["é"], "before": {"new": 1.0, "old": None}, "after": {}},
    "from": "a folder",
    "what newer programs write": [1, {"a": None}],
    "get": "what is no method",
}


def test_what_training_writes_passes():
    assert dict(check_record(SOUND)) == {"version": 1, **SOUND}


def test_a_record_may_be_empty():
    assert check_record({}) == {"version": 1}


def test_a_record_is_a_mapping_of_the_entries_that_are_there():
    record = Record(SOUND)
    assert isinstance(record, Mapping) and list(record) == ["version", *SOUND] and len(record) == len(SOUND) + 1
    assert record["best"] == {"step": 2, "bits_per_char": 1.5} and record["test_bits_per_char"] is None
    assert "best" in record and "steps" not in record
    assert record.get("steps") is None and record.get("get") == "what is no method"
    with pytest.raises(KeyError):
        record["steps"]
    assert json.loads(json.dumps({**record, "curve": []})) == {"version": 1, **SOUND, "curve": []}


def test_known_entries_are_attributes_which_are_empty_where_nothing_is_there():
    record = Record(SOUND)
    assert (record.from_, record.best, record.plans) == ("a folder", SOUND["best"], SOUND["plans"])
    empty = Record()
    assert (empty.best, empty.steps, empty.stopped, empty.curve, empty.corpus) == (None, 0, "", [], {})
    for name, field in ENTRIES.items():
        assert name == "version" or not getattr(empty, field.name)
        assert field.metadata["check"](getattr(empty, field.name))


def test_a_record_does_not_change_and_another_is_made_of_it():
    record = Record(steps=3, sample="a")
    other = record | {"sample": "b", "more": [1]}
    assert (record.sample, other.sample, other["more"], other.steps) == ("a", "b", [1], 3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.sample = "c"
    with pytest.raises(TypeError):
        record["sample"] = "c"


def test_a_record_without_a_version_is_of_the_first_and_a_newer_one_keeps_its_own():
    assert Record.from_json("{}").version == 1
    newer = Record.from_json('{"version": 7, "wings": 2}')
    assert newer.version == 7 and Record.from_json(newer.to_json()) == {"version": 7, "wings": 2}
    assert Record().version == VERSION


def test_what_is_written_is_read():
    record = Record(SOUND)
    again = Record.from_json(record.to_json())
    assert again.to_json() == record.to_json() and math.isnan(again.curve[0]["train"])
    finite = record | {"curve": []}
    assert Record.from_json(finite.to_json()) == finite
    assert pickle.loads(pickle.dumps(finite)) == finite == copy.deepcopy(finite)


def test_a_bundle_makes_a_record_of_a_dict():
    bundle = Bundle({}, unrolled.config.ModelOptions(), {}, {"steps": 3})
    assert bundle.record == Record(steps=3) and bundle.record.steps == 3
    assert dataclasses.replace(bundle, record={**bundle.record, "sample": "x"}).record.sample == "x"


def test_what_is_trained_writes_entries_that_are_known(model, classifier, text_file):
    chain = unrolled.train(text_file, model="markov")
    for each in (model, classifier, chain):
        assert set(each.record) <= set(ENTRIES)
        assert Record.from_json(each.record.to_json()).best == each.record.best


def test_the_docs_have_a_row_for_every_entry():
    page = (DOCS / "model-file.md").read_text(encoding="utf-8")
    rows = [f"| `{name}` | {field.metadata['help']} |" for name, field in ENTRIES.items()]
    assert "\n".join(rows) in page, "put the rows into docs/model-file.md:\n" + "\n".join(rows)


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("version", -1),
        ("version", "1"),
        ("best", "x"),
        ("best", [1]),
        ("best", {"bits_per_char": "x"}),
        ("corpus", None),
        ("corpus", {"names": "a.txt"}),
        ("corpus", {"names": [1]}),
        ("curve", {}),
        ("curve", [{"step": 1}]),
        ("curve", [*SOUND["curve"], SOUND["curve"][1]]),
        ("curve", [{**SOUND["curve"][0], "step": 10**40}]),
        ("plans", [[1]]),
        ("plans", [[-1, 2]]),
        ("plans", [[True, 2]]),
        ("seconds", 10**400),
        ("shown", [["a"]]),
        ("stopped", None),
        ("from", 3),
        ("continued", {"before": 5}),
        ("versions", {"numpy": 2}),
    ],
)
def test_an_entry_of_another_type_is_named(entry, value):
    with pytest.raises(ValueError, match=f"the entry '{entry}' of its record"):
        check_record({**SOUND, entry: value})


@pytest.mark.parametrize("value", [None, [], 1, "x"])
def test_what_is_no_object_is_no_record(value):
    with pytest.raises(ValueError, match="must be an object"):
        check_record(value)
