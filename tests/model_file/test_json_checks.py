import json
import math

import pytest

from unrolled.model_file.json_checks import Check, curve, each, fields, flag, maybe, number, pair, several, text, whole

POINT = {"step": 1, "seconds": 0.5, "train": math.nan, "valid": 2.0}


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (text, ["", "é"], [None, 1, ["a"]]),
        (whole, [0, 10**15], [-1, 10**16, 1.0, True, "1"]),
        (number, [0, -1.5, math.inf, math.nan], [10**16, True, "1", None]),
        (flag, [True, False], [0, None]),
        (maybe(whole), [None, 3], [-1, "x"]),
        (several(text), [[], ["a"]], ["a", [1], {"a": "b"}]),
        (each(number), [{}, {"a": 1}], [[], {"a": "b"}]),
        (pair(whole), [[1, 2]], [[1], [1, 2, 3], [1, -2], {}]),
        (fields(a=whole), [{}, {"a": 1}, {"b": "kept"}], [[], {"a": "1"}]),
        (curve, [[], [POINT, {**POINT, "step": 2}]], [{}, [{"step": 1}], [POINT, POINT]]),
    ],
)
def test_a_check_lets_pass_what_it_is_of_and_nothing_else(check, good, bad):
    assert all(map(check, good)) and not any(map(check, bad))


def test_every_check_says_in_a_schema_what_passes():
    check = fields(names=several(text), at=pair(maybe(whole)), curve=curve, figures=each(number), done=flag)
    said = json.loads(json.dumps(check.schema))
    assert said["properties"]["names"] == {"type": "array", "items": {"type": "string"}}
    assert said["properties"]["at"]["items"]["anyOf"][1]["minimum"] == 0
    assert said["properties"]["curve"]["items"]["required"] == ["step", "seconds", "train", "valid"]
    assert isinstance(check, Check)
