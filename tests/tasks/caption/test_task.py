import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unrolled import load, train
from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import Vocabulary

TEXT = {"text": Vocabulary("char", tuple("abc"))}
MODEL = ModelOptions(
    task="caption", hidden_size=12, layers=1, embedding_size=6, dropout=0.1, attention="dot", image_size=32
)
TASK = TASKS["caption"]


def test_pixels_are_seen_by_a_network_that_is_as_wide_as_what_writes():
    spec = TASK.network(MODEL, TEXT)
    assert spec.encoder and (spec.encoder.kind, spec.encoder.inputs, spec.encoder.width) == ("pixels", 32, 12)
    assert (spec.outputs, spec.attention, spec.feedback) == (5, "dot", True)


@pytest.mark.parametrize("vision", ["features", "some/network"])
def test_where_features_are_given_their_width_is_what_is_read(vision):
    spec = TASK.network(dataclasses.replace(MODEL, vision=vision, feature_size=9, feedback="none"), TEXT)
    assert spec.encoder and (spec.encoder.kind, spec.encoder.inputs) == ("features", 9)
    assert not spec.feedback


def test_no_source_is_given_as_no_row():
    assert TASK.encode_sources([], MODEL, TEXT).values.shape == (0, 32, 32, 3)
    assert len(TASK.encode_sources([], dataclasses.replace(MODEL, vision="features", feature_size=9), TEXT)) == 0


def test_a_caption_is_shown_as_its_text():
    assert TASK.show([*TEXT["text"].encode("cab").tolist(), 0], TEXT) == "cab"


def test_an_image_is_given_as_it_is_in_training(tmp_path):
    Image.fromarray(np.full((50, 40, 3), 200, np.uint8)).save(tmp_path / "a.png")
    given = TASK.encode_sources([str(tmp_path / "a.png")] * 2, MODEL, TEXT)
    assert given.values.shape == (2, 32, 32, 3) and given.values.dtype == np.uint8 and (given.values == 200).all()


COLOURS = {"red": (250, 0, 0), "green": (0, 200, 0), "blue": (0, 0, 250), "white": (255, 255, 255)}
QUICK = ("--steps", "120", "--hidden-size", "32", "--learning-rate", "0.02", "--dropout", "0", "--threads", "1")


def unrolled(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "unrolled", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def pictures(folder: Path) -> Path:
    """A table of forty images, each of one colour, and what they are."""
    lines = []
    for number in range(40):
        name = list(COLOURS)[number % 4]
        Image.new("RGB", (24, 24), COLOURS[name]).save(folder / f"{number}.png")
        lines.append(f"{number}.png\ta {name} square")
    (folder / "t.tsv").write_text("\n".join(["image\tcaption", *lines]))
    return folder / "t.tsv"


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """A model that was trained with the command on images of one colour, beside them."""
    folder = tmp_path_factory.mktemp("painted")
    done = unrolled("train", "--task", "caption", pictures(folder), "-o", folder / "m.safetensors", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "38.png → a" in done.stderr or "36.png → a" in done.stderr
    return folder


@pytest.mark.parametrize(
    ("name", "mode", "size"),
    [
        ("x.png", "RGBA", (33, 57)),
        ("x.jpg", "RGB", (640, 480)),
        ("x.webp", "RGB", (24, 24)),
        ("x.gif", "P", (9, 9)),
        ("x.jpeg", "CMYK", (100, 40)),
        ("dark.png", "L", (1, 1)),
    ],
)
def test_an_image_of_any_format_mode_and_size_gets_a_caption(painted, name, mode, size):
    Image.new("RGB", size, COLOURS["red"]).convert(mode).save(painted / name)
    done = unrolled("predict", painted / "m.safetensors", painted / name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "a red square" or mode == "L"


def test_captions_of_several_images_are_printed_in_their_order_with_their_scores(painted):
    done = unrolled("predict", painted / "m.safetensors", *(painted / f"{n}.png" for n in (1, 0, 2)), "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["text"] for each in found] == ["a green square", "a red square", "a blue square"]
    assert [Path(each["source"]).name for each in found] == ["1.png", "0.png", "2.png"]
    several = unrolled("predict", painted / "m.safetensors", painted / "1.png", "--count", "3", "--prefix", "a")
    assert several.stdout.splitlines()[0] == "a green square" and len(set(several.stdout.splitlines())) == 3


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (None, "there is no file"),
        (b"", "is empty; give a JPEG, PNG"),
        (b"no image", "is no image that I can read"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "image"),
    ],
    ids=["missing", "empty", "a text", "broken"],
)
def test_what_is_no_image_is_refused_in_one_sentence(painted, raw, words):
    path = painted / "bad.png"
    path.unlink(missing_ok=True)
    if raw is not None:
        path.write_bytes(raw)
    done = unrolled("predict", painted / "m.safetensors", path)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("unrolled: ") and len(done.stderr.splitlines()) == 1 and words in done.stderr


def test_a_table_without_its_images_is_refused(tmp_path):
    (tmp_path / "t.tsv").write_text("x.png\ta dog\n")
    done = unrolled("train", "--task", "caption", tmp_path / "t.tsv", "-o", tmp_path / "m.safetensors")
    assert done.returncode == 2 and "none of the images" in done.stderr


@pytest.mark.parametrize("attention", ["none", "dot", "additive"])
@pytest.mark.parametrize("feedback", ["units", "none"])
def test_every_way_of_looking_and_writing_learns_and_is_opened_again(tmp_path, attention, feedback):
    path = tmp_path / "m.safetensors"
    chosen = {"attention": attention, "feedback": feedback, "hidden_size": 16, "threads": 1}
    trained = train(pictures(tmp_path), path, task="caption", steps=3, valid=0.2, **chosen)
    assert np.isfinite(trained.record["best"]["bits_per_char"])
    source = str(tmp_path / "0.png")
    texts = {load(path, engine).predict(source, length=9).text for engine in ("reference", "torch", "auto")}
    assert len(texts) == 1


def test_a_model_of_features_says_what_they_were_learnt_to_be(tmp_path):
    rng = np.random.default_rng(1)
    kinds = rng.normal(size=(4, 2, 6))
    features = (kinds[np.arange(40) % 4] + 0.1 * rng.normal(size=(40, 2, 6))).astype(np.float32)
    np.savez(tmp_path / "f.npz", features=features)
    pictures(tmp_path)
    sources = [tmp_path / "f.npz", tmp_path / "t.tsv"]
    model = train(sources, task="caption", steps=150, hidden_size=32, learning_rate=0.02, dropout=0.0, threads=1)
    found = model.predict_many([f"{tmp_path / 'f.npz'}:{row}" for row in (36, 37, 38, 39)])
    assert [each.text for each in found] == [f"a {name} square" for name in COLOURS]


def test_a_test_is_evaluated_by_the_captions_of_each_image(painted):
    (painted / "test.tsv").write_text("38.png\ta blue square\n0.png\ta red square\n0.png\tred\n")
    done = unrolled("evaluate", painted / "m.safetensors", painted / "test.tsv", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[0])
    assert (told["sources"], told["references"], round(told["bleu_1"], 3)) == (2, 3, 1.0)


def test_the_rows_are_cut_as_training_cuts_them(painted):
    model = load(painted / "m.safetensors")
    found = TASKS["caption"].rows(painted / "t.tsv", ReadOptions())
    cut = TASKS["caption"].cut(found.rows, TrainOptions(), lambda path: [])
    assert {name: len(rows) for name, rows in cut.items()} == model.record["split"]
    assert found.digest == model.record["corpus"]["digest"]
