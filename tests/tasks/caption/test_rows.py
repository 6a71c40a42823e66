import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.datasets.dataset import ReadRequest
from unrolled.errors import InputError, OptionError
from unrolled.tasks.caption.rows import given_of, read_captioned

COLOURS = {"red": (250, 0, 0), "green": (0, 200, 0), "blue": (0, 0, 250), "white": (255, 255, 255), "black": (0, 0, 0)}
CAPTION = ModelOptions(task="caption")
REQUEST = ReadRequest(ReadOptions(), CAPTION, TrainOptions(valid=0.2))


@pytest.fixture
def folder(tmp_path):
    """Ten images of five colours, two captions each, in a table."""
    lines = []
    for number in range(10):
        colour = list(COLOURS)[number % 5]
        Image.new("RGB", (30 + number, 20), COLOURS[colour]).save(tmp_path / f"{number}.png")
        lines += [f"{number}.png\ta {colour} square", f"{number}.png\tall is {colour}"]
    (tmp_path / "t.tsv").write_text("\n".join(["image\tcaption", *lines]))
    return tmp_path


def features(path: Path, shape=(10, 4, 3), names=True, scale=1.0) -> Path:
    arrays = {"features": np.random.default_rng(1).normal(scale=scale, size=shape).astype(np.float32)}
    named = {"names": np.array([f"{n}.png" for n in range(shape[0])])} if names else {}
    np.savez(path, **arrays, **named)
    return path


def test_every_caption_is_an_example_and_images_are_held_once(folder):
    reading = read_captioned(folder / "t.tsv", REQUEST)
    train, valid = reading.split.part("train"), reading.split.part("valid")
    assert (len(train), len(valid)) == (16, 4)
    assert train.sources.values is valid.sources.values and len(train.sources.values) == 10
    given = train.sources.take(np.array([0, 1, 2]))
    assert given.values.shape[1:] == (20, 20, 3), "small images are read as they are"
    assert (given.values[:, 0, 0] == [COLOURS["red"], COLOURS["red"], COLOURS["green"]]).all()
    assert (reading.model.unit, reading.model.image_size) == ("word", 20)


def test_an_image_is_held_out_with_all_its_captions(folder):
    split = read_captioned(folder / "t.tsv", REQUEST).split
    held, learnt = (set(split.part(name).sources.rows.tolist()) for name in ("valid", "train"))
    assert held == {8, 9} and not held & learnt


def test_an_example_ends_with_the_boundary_under_its_image(folder):
    split = read_captioned(folder / "t.tsv", REQUEST).split
    batch = split.part("train").batch(np.array([2, 3]))
    texts = [split.vocabulary.decode(row[row > 0].tolist()) for row in batch.targets]
    assert texts == ["a green square", "all is green"] and (batch.targets[:, -1] == 0).all()


@pytest.mark.parametrize("valid", ["v.tsv", "v.tsv,{}", "{},v.tsv"])
def test_a_held_out_part_can_have_a_table_of_its_own(folder, valid):
    (folder / "v.tsv").write_text("3.png\ta square\n1.png\tanother square\n")
    given = ",".join(str(folder / each).replace("{}", "") for each in valid.split(","))
    reading = read_captioned(folder / "t.tsv", dataclasses.replace(REQUEST, train=TrainOptions(valid=given)))
    valid_part = reading.split.part("valid")
    assert len(reading.split.part("train")) == 20 and len(valid_part) == 2
    assert (valid_part.sources.take(np.array([0])).values[0, 0, 0] == COLOURS["white"]).all()
    assert reading.shown == ((str(folder / "3.png"), "a square"), (str(folder / "1.png"), "another square"))
    one = read_captioned(folder / "t.tsv", REQUEST).about
    assert (reading.about["digest"], reading.about["names"]) == (one["digest"], [str(folder / "t.tsv")])


@pytest.mark.parametrize("turned", [False, True])
def test_features_are_read_in_place_of_images_in_either_order(folder, turned):
    source = [features(folder / "f.npz"), folder / "t.tsv"]
    reading = read_captioned(source[::-1] if turned else source, REQUEST)
    assert (reading.model.vision, reading.model.feature_size) == ("features", 3)
    assert reading.split.part("train").sources.take(np.arange(5)).values.shape == (5, 4, 3)
    assert reading.shown[0] == (f"{folder / 'f.npz'}:8", "a white square")


def test_what_is_shown_of_features_is_given_again_as_it_was_learnt(folder):
    reading = read_captioned([features(folder / "f.npz", names=False), folder / "t.tsv"], REQUEST)
    again = given_of([source for source, _ in reading.shown], reading.model)
    np.testing.assert_array_equal(again.values, reading.split.part("valid").sources.values[[8, 9]])


def test_a_row_of_features_is_named_by_its_number_or_its_name_or_is_the_first(folder):
    path, model = features(folder / "f.npz"), ModelOptions(task="caption", vision="features", feature_size=3)
    given = given_of([f"{path}:3", f"{path}:3.png", str(path), f"{path}:0"], model).values
    assert (given[0] == given[1]).all() and (given[2] == given[3]).all() and (given[0] != given[2]).any()


@pytest.mark.parametrize(
    ("source", "width", "words"),
    [
        ("{}/f.npz:10", 3, "has no row 10 .it has 10.; give its number from 0, or its name"),
        ("{}/f.npz:x.png", 3, "has no row x.png"),
        ("{}/f.npz:1", 4, "has features 3 wide; this model reads 4"),
        ("{}/0.png", 3, "is no row of features, which this model reads; give FILE.npz:ROW"),
        ("{}/none.npz:1", 3, "there is no file"),
    ],
)
def test_a_row_that_is_not_there_is_refused(folder, source, width, words):
    features(folder / "f.npz")
    model = ModelOptions(task="caption", vision="features", feature_size=width)
    with pytest.raises(InputError, match=words):
        given_of([source.format(folder)], model)


@pytest.mark.parametrize("names", [["t.txt"], ["t.tsv", "t.tsv"], ["f.npz"], ["f.npz", "t.tsv", "g"]])
def test_other_sources_than_a_table_and_its_images_are_refused(folder, names):
    with pytest.raises(InputError, match=r"give a .csv, .tsv, .jsonl or .json (table|file)|there is no (file|folder)"):
        read_captioned([folder / name for name in names], REQUEST)


def test_options_that_features_contradict_are_refused(folder):
    source = [features(folder / "f.npz"), folder / "t.tsv"]
    for option, shown in (({"vision": "some/network"}, "vision="), ({"image_size": 32}, "image_size=")):
        model = ModelOptions(task="caption", **option)
        with pytest.raises(OptionError, match=f"I got {shown}"):
            read_captioned(source, dataclasses.replace(REQUEST, model=model))
    with pytest.raises(InputError, match="are 3 wide, and the model reads 7"):
        read_captioned(source, dataclasses.replace(REQUEST, model=ModelOptions(task="caption", feature_size=7)))
    with pytest.raises(InputError, match=r"give their .npz file"):
        read_captioned(
            folder / "t.tsv", dataclasses.replace(REQUEST, model=ModelOptions(task="caption", vision="features"))
        )


def test_features_of_other_shapes_in_a_held_out_part_are_refused(folder):
    other = features(folder / "g.npz", (10, 5, 3))
    train = TrainOptions(valid=f"{other},{folder / 't.tsv'}")
    with pytest.raises(InputError, match=r"shapes \[4, 3\] and \[5, 3\]"):
        read_captioned([features(folder / "f.npz"), folder / "t.tsv"], dataclasses.replace(REQUEST, train=train))


def test_wild_features_are_noted(folder):
    notes = read_captioned([features(folder / "f.npz", scale=500.0), folder / "t.tsv"], REQUEST).notes
    assert len(notes) == 1 and "scale them to about 1" in notes[0]
    assert not read_captioned([features(folder / "g.npz"), folder / "t.tsv"], REQUEST).notes


class Looking:
    """Eyes that see the mean colour of an image, and count how often they are asked."""

    kind, asked, places, width = "mean", 0, 1, 3

    def features(self, images):
        Looking.asked += len(images)
        means = [np.array(Image.open(path), np.float32).mean((0, 1)) / 255 for path in images]
        return np.stack(means)[:, None]


def test_a_pretrained_network_sees_every_image_once_and_for_all(folder):
    model = ModelOptions(task="caption", vision="mean/colour")
    request = dataclasses.replace(REQUEST, model=model, open_vision_encoder=lambda name: Looking())
    readings = [read_captioned(folder / "t.tsv", request) for _ in range(2)]
    assert Looking.asked == 10
    assert readings[1].model.feature_size == 3 and readings[1].about["vision"] == "mean"
    np.testing.assert_allclose(readings[1].split.part("train").sources.values[0], [[250 / 255, 0, 0]])


@pytest.mark.parametrize(
    ("captions", "unit"),
    [(["a dog", "a red cat"], "word"), (["dog", "cat"], "char"), (["ခွေးနီ", "ကြောင်"], "syllable")],
)
def test_the_unit_suits_the_captions(folder, captions, unit):
    lines = [f"{n}.png\t{captions[n % len(captions)]}" for n in range(10)]
    (folder / "u.tsv").write_text("\n".join(lines))
    reading = read_captioned(folder / "u.tsv", REQUEST)
    assert reading.model.unit == unit


def test_columns_are_named_as_for_translations(folder):
    (folder / "c.tsv").write_text("a\tb\tc\n" + "".join(f"x\ta square\t{n}.png\n" for n in range(10)))
    reading = ReadOptions(source_column="c", target_column="b")
    found = read_captioned(folder / "c.tsv", dataclasses.replace(REQUEST, reading=reading))
    assert found.shown[0] == (str(folder / "8.png"), "a square")
    assert found.about["read"] == {"source_column": "c", "target_column": "b"}


def test_a_large_image_is_read_in_the_size_that_is_asked_for(folder):
    Image.new("RGB", (300, 200), "red").save(folder / "large.jpg")
    (folder / "l.tsv").write_text("large.jpg\tred\n0.png\tred\n")
    train = TrainOptions(valid=0.0)
    asked = dataclasses.replace(REQUEST, train=train, model=ModelOptions(task="caption", image_size=16))
    assert read_captioned(folder / "l.tsv", asked).split.part("train").sources.values.shape[1:] == (16, 16, 3)
    (folder / "l.tsv").write_text("large.jpg\tred\n")
    found = read_captioned(folder / "l.tsv", dataclasses.replace(REQUEST, train=train))
    assert found.model.image_size == 64


@pytest.mark.parametrize(("vision", "name"), [("cnn", "feature_size"), ("elsewhere", "image_size")])
def test_a_size_of_what_sees_in_another_way_is_refused(folder, vision, name):
    model = ModelOptions(task="caption", vision=vision, **{name: 16})
    with pytest.raises(OptionError, match=f"I got {name}= with vision={vision}, which has none"):
        read_captioned(folder / "t.tsv", dataclasses.replace(REQUEST, model=model))
