import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled import config
from unrolled.config import GenerateOptions, ModelOptions, ReadOptions, RunOptions, TrainOptions
from unrolled.errors import OptionError
from unrolled.formats.documents import SEPARATORS
from unrolled.options import Options
from unrolled.text import UNITS

CLASSES = [each for each in vars(config).values() if isinstance(each, type) and issubclass(each, Options)]
FIELDS = [(kind, each) for kind in CLASSES for each in dataclasses.fields(kind)]
BOUNDS = [(kind, each.name, key, each.metadata[key]) for kind, each in FIELDS for key in each.metadata if key != "help"]
NUMBERS = [bound for bound in BOUNDS if bound[2] in ("low", "high", "above", "below")]


def is_whole(kind: type[Options], name: str) -> bool:
    return str(next(each.type for each in dataclasses.fields(kind) if each.name == name)).startswith("int")


def beside(kind: type[Options], name: str, value: float, upwards: bool) -> float:
    """The next value that the option's type has."""
    if is_whole(kind, name):
        return value + 1 if upwards else value - 1
    return math.nextafter(value, math.inf if upwards else -math.inf)


def made(kind: type[Options], name: str, value: object) -> object:
    """The option's value after its class has checked it."""
    apart = {"valid": 0.0} if name == "test" else {}  # the two may not fill the text together
    return getattr(kind(**apart, **{name: value}), name)


@pytest.mark.parametrize(("kind", "name", "key", "value"), NUMBERS)
def test_a_number_just_outside_its_bound_is_refused(kind, name, key, value):
    outside = {"low": beside(kind, name, value, False), "high": beside(kind, name, value, True)}.get(key, value)
    with pytest.raises(OptionError, match=f"{name} is .*; it must be "):
        made(kind, name, outside)


@pytest.mark.parametrize(("kind", "name", "key", "value"), NUMBERS)
def test_a_number_just_inside_its_bound_is_allowed(kind, name, key, value):
    inside = {"above": beside(kind, name, value, True), "below": beside(kind, name, value, False)}.get(key, value)
    assert made(kind, name, inside) == inside


@pytest.mark.parametrize(("kind", "each"), FIELDS)
def test_every_option_has_a_help(kind, each):
    assert each.metadata["help"]


@pytest.mark.parametrize(("kind", "name", "key", "choices"), [bound for bound in BOUNDS if bound[2] == "choices"])
def test_only_the_choices_can_be_chosen(kind, name, key, choices):
    assert [getattr(kind(**{name: choice}), name) for choice in choices] == list(choices)
    with pytest.raises(OptionError, match=f"is 'nothing'; it can be {' or '.join(choices)}"):
        kind(**{name: "nothing"})


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (TrainOptions, {"patience": 3, "valid": 0.0}, "patience= with valid=0.0"),
        (TrainOptions, {"reset_probability": 0.1, "batches": "windows"}, "reset_probability= with batches=windows"),
        (RunOptions, {"precision": "fp32", "kernels": "off"}, "precision= with kernels=off"),
    ],
)
def test_what_means_nothing_beside_the_others_is_refused(kind, options, message):
    with pytest.raises(OptionError, match=f"^I got {message}"):
        kind.from_user(options)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(value):
    with pytest.raises(OptionError, match="weight_decay is"):
        TrainOptions(weight_decay=value)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (TrainOptions, {"steps": "5"}),
        (TrainOptions, {"steps": 1.5}),
        (TrainOptions, {"gradient_clip": None}),
        (TrainOptions, {"valid": ["a.txt"]}),
        (ModelOptions, {"cell": None}),
        (ReadOptions, {"encoding": 8}),
        (GenerateOptions, {"stop": "."}),
    ],
)
def test_a_value_of_another_type_is_refused(kind, options):
    with pytest.raises(OptionError, match="it must be of the type"):
        kind(**options)


@given(st.floats() | st.integers() | st.text() | st.none() | st.booleans(), st.sampled_from(FIELDS))
def test_any_value_of_any_option_is_taken_or_refused(value, place):
    kind, each = place
    try:
        kept = made(kind, each.name, value)
    except OptionError as error:
        kept = str(error).partition(" is ")[0]
    assert kept is value or kept == each.name


def test_a_whole_number_is_a_float_too():
    assert TrainOptions(minutes=5).minutes == 5


@pytest.mark.parametrize("two", [("minutes", "steps"), ("minutes", "epochs"), ("steps", "epochs")])
def test_two_budgets_are_refused(two):
    with pytest.raises(OptionError, match=f"^I got {two[0]}= and {two[1]}=; a budget is one of them"):
        TrainOptions(**dict.fromkeys(two, 1))


def test_held_out_parts_must_leave_something():
    with pytest.raises(OptionError, match="leave nothing to train on"):
        TrainOptions(valid=0.5, test=0.5)


def test_no_budget_is_five_minutes():
    assert config.resolve_budget(TrainOptions(seed=3)) == TrainOptions(seed=3, minutes=5.0)


@pytest.mark.parametrize("budget", [{"minutes": 1.0}, {"steps": 1}, {"epochs": 1.0}])
def test_a_given_budget_stays(budget):
    assert config.resolve_budget(TrainOptions(**budget)) == TrainOptions(**budget)


@pytest.mark.parametrize("kind", CLASSES)
def test_options_survive_a_round_trip_through_a_mapping(kind):
    assert kind.of(dataclasses.asdict(kind())) == kind()


def test_options_from_json_are_as_they_were_given():
    given = {"label": ("a", "b"), "encoding": "utf-8", "text_column": None}
    assert config.as_given(json.loads(json.dumps(given))) == given


def test_the_choices_are_those_that_there_are():
    assert tuple(UNITS) == config.UNITS
    assert set(config.DOCUMENTS) == set(SEPARATORS)
