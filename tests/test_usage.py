import dataclasses

import pytest

from unrolled.config import GenerateOptions, PredictOptions
from unrolled.errors import OptionError
from unrolled.sampling import FILTERS


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (GenerateOptions, {"beams": 2, "temperature": 0.8}, "temperature= with beams="),  # its default, but given
        (GenerateOptions, {"length_penalty": 1.0}, "length_penalty= without beams="),
        (GenerateOptions, {"against": "a.txt"}, "against= without max_copied="),
        (GenerateOptions, {"max_copied": 9}, "max_copied= without against="),
        (GenerateOptions, {"label_strength": 2.0}, "label_strength= without where="),
        (GenerateOptions, {"beams": 2, "no_loops": True}, "no_loops= with beams="),
        (PredictOptions, {"top_p": 0.5}, "top_p= without temperature="),
        (PredictOptions, {"beams": 5, "temperature": 1.0}, "beams= with temperature="),
        (PredictOptions, {"length_penalty": 1.0, "temperature": 1.0}, "length_penalty= with temperature="),
        (PredictOptions, {"beams": 2, "count": 3}, "beams=2 and count=3"),
    ],
)
def test_what_means_nothing_beside_the_others_is_refused(kind, options, message):
    with pytest.raises(OptionError, match=f"^I got {message}"):
        kind.from_user(options)


def test_what_is_none_empty_or_off_was_not_given():
    options = {"beams": 2, "top_k": None, "where": (), "stop": (), "no_loops": False, "seed": 1}
    assert GenerateOptions.from_user(options) == GenerateOptions(beams=2, seed=1)
    assert PredictOptions.from_user({"temperature": 0.0, "beams": None}) == PredictOptions(temperature=0.0)


@pytest.mark.parametrize("kind", [GenerateOptions, PredictOptions])
def test_every_filter_is_refused_with_beams_or_without_a_draw(kind):
    every = {each.name: each.metadata for each in dataclasses.fields(kind) if "filter" in each.metadata}
    assert list(every) == list(FILTERS)
    assert all(
        "beams" in each.get("excludes", ()) or "temperature" in each.get("needs", ("temperature",))
        for each in every.values()
    )


def test_as_many_beams_as_texts_are_searched_with_where_none_are_named():
    assert [PredictOptions(count=count).writing().beams for count in (1, 8)] == [5, 8]
    assert PredictOptions(beams=3, count=2).writing().beams == 3
