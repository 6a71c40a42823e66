import pytest

from unrolled.model_file.record import check_record

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
    "what newer programs write": [1, {"a": None}],
}


def test_what_training_writes_passes():
    assert check_record(SOUND) is SOUND


def test_a_record_may_be_empty():
    assert check_record({}) == {}


@pytest.mark.parametrize(
    ("entry", "value"),
    [
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
