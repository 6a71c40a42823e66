import dataclasses

import numpy as np
import pytest

from unrolled.config import ModelOptions
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
    assert TASK.given([], MODEL, TEXT).values.shape == (0, 32, 32, 3)
    assert len(TASK.given([], dataclasses.replace(MODEL, vision="features", feature_size=9), TEXT)) == 0


def test_a_caption_is_shown_as_its_text():
    assert TASK.show(TEXT["text"].encode("cab").tolist() + [0], TEXT) == "cab"


def test_an_image_is_given_as_it_is_in_training(tmp_path):
    from PIL import Image

    Image.fromarray(np.full((50, 40, 3), 200, np.uint8)).save(tmp_path / "a.png")
    given = TASK.given([str(tmp_path / "a.png")] * 2, MODEL, TEXT)
    assert given.values.shape == (2, 32, 32, 3) and given.values.dtype == np.uint8 and (given.values == 200).all()
