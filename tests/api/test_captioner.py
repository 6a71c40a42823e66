import numpy as np
import pytest
from PIL import Image

import unrolled


@pytest.fixture(scope="module")
def captioner(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    for number in range(12):
        Image.fromarray(np.full((16, 16, 3), 255 * (number % 2), np.uint8)).save(folder / f"{number}.png")
    rows = "".join(f"{number}.png\t{'white' if number % 2 else 'black'}\n" for number in range(12))
    (folder / "captions.tsv").write_text("image\tcaption\n" + rows)
    how = {"image_size": 16, "hidden_size": 16, "embedding_size": 8, "steps": 10, "threads": 1, "valid": 0.2}
    return unrolled.train(folder / "captions.tsv", task="caption", **how), str(folder / "1.png")


def test_a_captioner_writes_one_caption_or_several(captioner):
    model, image = captioner
    assert isinstance(model, unrolled.Captioner)
    assert model.captions(image, count=2)[0].text == model.predict(image, beams=2).text
    assert model.predict_many([image, image])[1].text == model.predict(image).text


def test_captions_are_also_found_under_their_old_name(captioner):
    model, image = captioner
    assert model.translations(image, count=2) == model.captions(image, count=2)
