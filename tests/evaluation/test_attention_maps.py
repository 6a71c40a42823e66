import numpy as np
import pytest
from PIL import Image

from unrolled import train
from unrolled.api.model import model_of
from unrolled.evaluation.attention_maps import END, attention_map
from unrolled.formats.images import read_whole
from unrolled.generation.prediction import Generated, Predictor
from unrolled.reports.attention import page

OPTIONS = {"task": "caption", "steps": 3, "hidden_size": 16, "image_size": 32, "threads": 1, "valid": 0.2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("looking")
    rng = np.random.default_rng(1)
    for number in range(12):
        Image.fromarray(rng.integers(0, 256, (40, 60, 3), np.uint8)).save(folder / f"{number}.png")
    (folder / "t.tsv").write_text("".join(f"{n}.png\ta very red square\n" for n in range(12)))
    np.savez(folder / "f.npz", features=rng.normal(size=(12, 5, 6)).astype(np.float32))
    return folder


def written(predictor: Predictor, source: str) -> Generated:
    return predictor.score([source], ["a very red square"])[0]


def opened(source, **options) -> Predictor:
    return model_of(train(source, **(OPTIONS | options)).bundle, "reference")._predictor


def test_each_word_and_the_end_looks_at_a_grid_over_the_image_as_the_network_saw_it(folder):
    predictor, source = opened(folder / "t.tsv"), str(folder / "3.png")
    example = attention_map(predictor, written(predictor, source), wanted="a square")
    assert example and example["written"] == ["a", "very", "red", "square", END]
    assert example["attention"].shape == (5, 4, 4)
    np.testing.assert_allclose(example["attention"].sum((1, 2)), 1, atol=1e-5)
    flat = predictor.attention(source, written(predictor, source).ids)
    np.testing.assert_array_equal(example["attention"].reshape(5, 16), flat)
    assert read_whole(example["image"].data).shape == (32, 32, 3)
    assert example["texts"] == {"written": "a very red square", "wanted": "a square"}
    assert page("Captions", [example]).count("<rect") > 5


def test_features_are_looked_at_by_the_numbers_of_their_places(folder):
    predictor = opened([folder / "f.npz", folder / "t.tsv"], image_size=None)
    example = attention_map(predictor, written(predictor, f"{folder / 'f.npz'}:3"))
    assert example and example["source"] == ["0", "1", "2", "3", "4"] and example["attention"].shape == (5, 5)
    assert "image" not in example and "wanted" not in example["texts"]
    assert "0: " in page("Captions", [example])


def test_a_network_that_never_looks_back_has_nothing_to_show(folder):
    predictor = opened(folder / "t.tsv", attention="none")
    assert attention_map(predictor, written(predictor, str(folder / "3.png"))) is None
