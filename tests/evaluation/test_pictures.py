import re
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

import unrolled
from unrolled.config import ModelOptions
from unrolled.evaluation import Example
from unrolled.evaluation.pictures import (
    attention_page,
    confusion_picture,
    pictured,
    refuse_blind,
    refuse_unlabelled,
    units,
)
from unrolled.formats.images import read_whole


def test_the_confusion_matrix_is_a_picture_that_tells_the_accuracy(labelled):
    picture = confusion_picture(labelled)
    assert ET.fromstring(picture).tag.endswith("svg")
    assert f"{labelled.figures['accuracy']:.1%} of 41 right" in picture and "fish" in picture


def test_the_page_shows_the_first_sources_with_both_texts(translated, translator):
    page = attention_page(translator, translated, 3)
    assert page.count("<article>") == page.count("<svg") == 3
    for each in translated.examples[:3]:
        assert all(text in page for text in (each.source, each.got, *each.wanted))


def test_the_attention_has_a_row_for_each_unit_written_and_a_column_for_each_read(translated, translator):
    example = translated.examples[0]
    shown = pictured(translator, example)
    assert shown["source"] == [*example.source, "∎"] and "".join(shown["written"]) == f"{example.got}∎"
    assert shown["attention"].shape == (len(shown["written"]), len(shown["source"]))
    assert shown["attention"].sum(1) == pytest.approx(1, abs=1e-4)


def test_places_of_an_image_are_a_grid_over_it_and_those_of_features_have_numbers(translator, tmp_path):
    path = tmp_path / "red.png"
    Image.new("RGB", (8, 8), "red").save(path)

    def seeing(**vision):
        bundle = SimpleNamespace(vocabularies={}, config=ModelOptions(task="caption", **vision))
        known = {"vocabulary": translator._predictor.vocabulary, "bundle": bundle, "vision_encoder": None}
        predictor = SimpleNamespace(attention=lambda source, ids: np.full((len(ids), 4), 0.25), **known)
        return SimpleNamespace(_predictor=predictor, bundle=bundle)

    over = pictured(seeing(image_size=16), Example(str(path), ("A",), "A", {}, (2, 0)))
    assert over["attention"].shape == (2, 2, 2) and over["title"] == "red.png"
    assert read_whole(over["image"].data).shape == (16, 16, 3), "as the network saw it"
    beside = pictured(seeing(vision="features"), Example("seen.npz:3", ("A",), "A", {}, (2, 0)))
    assert beside["source"] == ["1", "2", "3", "4"] and beside["attention"].shape == (2, 4)


def test_ids_are_shown_as_people_read_them(translator):
    vocabulary = translator._predictor.vocabulary
    assert re.fullmatch("[A-E]+∎", "".join(units(vocabulary, [2, 3, 0])))


def test_what_cannot_be_drawn_is_refused(classifier, translator):
    with pytest.raises(unrolled.UnrolledError, match="no attention to show; train with attention=dot"):
        refuse_blind(classifier)
    with pytest.raises(unrolled.UnrolledError, match="tells no labels"):
        refuse_unlabelled(translator)
