import dataclasses
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import ViTConfig, ViTModel

from unrolled import load, train
from unrolled.config import ModelOptions
from unrolled.engines import vision_encoder as seeing
from unrolled.errors import ModelFileError, OptionError
from unrolled.model_file.bundle import Bundle, save

VIT = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, "image_size": 32}
SQUASH = {"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}}


def write_network(folder, seed: int = 1):
    torch.manual_seed(seed)
    ViTModel(ViTConfig(**VIT, patch_size=8)).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(SQUASH))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with images, a tiny network that sees, and a model that learnt with it."""
    folder = tmp_path_factory.mktemp("seeing")
    (folder / "net").mkdir()
    write_network(folder / "net")
    lines = []
    for number in range(20):
        name, colour = [("red", (250, 0, 0)), ("blue", (0, 0, 250))][number % 2]
        Image.new("RGB", (30, 30), colour).save(folder / f"{number}.png")
        lines.append(f"{number}.png\ta {name} square")
    (folder / "t.tsv").write_text("\n".join(lines))
    chosen = {"hidden_size": 16, "learning_rate": 0.02, "dropout": 0.0, "threads": 1}
    train(folder / "t.tsv", folder / "m.safetensors", task="caption", vision=str(folder / "net"), steps=150, **chosen)
    return folder


def test_an_image_is_seen_as_it_was_in_training(trained):
    model = load(trained / "m.safetensors", vision=trained / "net")
    assert model.bundle.config.feature_size == 16 and len(list((trained / ".unrolled-cache").glob("features-*"))) == 1
    (cached,) = (np.load(path)["array"] for path in (trained / ".unrolled-cache").glob("features-*"))
    given = model._predictor.encode_sources([str(trained / "1.png"), str(trained / "0.png")]).values
    np.testing.assert_allclose(given, cached[[1, 0]], atol=1e-5)
    assert [model.predict(str(trained / f"{n}.png")).text for n in (18, 19)] == ["a red square", "a blue square"]


def test_a_network_that_is_another_by_now_is_refused(trained, tmp_path):
    write_network(tmp_path, seed=2)
    bundle = load(trained / "m.safetensors").bundle
    with pytest.raises(ModelFileError, match="is not the one that this model learnt to see with"):
        seeing.open_vision_encoder(bundle, str(tmp_path))


def test_a_network_that_is_gone_is_told(trained, tmp_path):
    bundle = load(trained / "m.safetensors").bundle
    with pytest.raises(ModelFileError, match="is no network of transformers that sees images"):
        seeing.open_vision_encoder(bundle, str(tmp_path / "no"))


def test_a_network_that_was_moved_is_opened_where_the_user_says_it_is(trained, tmp_path):
    bundle = load(trained / "m.safetensors").bundle
    shutil.copytree(trained / "net", tmp_path / "moved")
    assert seeing.open_vision_encoder(bundle, str(tmp_path / "moved")).width == 16


def test_what_a_model_file_names_is_not_opened_for_that_alone(trained, tmp_path):
    """A file could name any folder, with code in it; the name is shown without what a terminal would obey."""
    bundle = load(trained / "m.safetensors").bundle
    named = dataclasses.replace(bundle.config, vision="evil\x1b[2J")
    forged = save(dataclasses.replace(bundle, config=named), tmp_path / "forged.safetensors")
    with pytest.raises(OptionError, match=r"in 'evil\\x1b\[2J', and a model file alone does not open it; .* vision="):
        load(forged).predict(str(trained / "1.png"))
    for more in ({"start": forged, "steps": 1}, {"replay": forged}):
        with pytest.raises(OptionError, match="a file alone does not open it; if you trust it, name the same with"):
            train(trained / "t.tsv", **more)


def test_a_run_goes_on_from_a_model_whose_network_is_named_again(trained):
    again = train(trained / "t.tsv", start=trained / "m.safetensors", vision=str(trained / "net"), steps=1, threads=1)
    assert again.predict(str(trained / "1.png")).text


def test_a_folder_for_a_model_that_sees_with_none_is_refused(model_file, trained):
    with pytest.raises(OptionError, match="I got vision=, and this model sees with no pretrained network"):
        load(model_file, vision=trained / "net")


@pytest.mark.parametrize("model", [ModelOptions(), ModelOptions(task="caption"), ModelOptions(vision="features")])
def test_what_sees_by_itself_or_not_at_all_needs_no_other_network(model):
    assert seeing.open_vision_encoder(Bundle({}, model, {}), None) is None


def test_the_command_sees_with_it_and_captions_without_it_load_no_torch(trained):
    command = [sys.executable, "-m", "unrolled", "predict", str(trained / "m.safetensors"), "-"]
    lines = {"input": f"{trained / '0.png'}\n", "capture_output": True, "text": True}
    done = subprocess.run([*command, "--vision", str(trained / "net")], check=True, **lines)
    assert done.stdout == "a red square\n"
    refused = subprocess.run(command, **lines)
    assert refused.returncode == 2 and refused.stderr.endswith("with --vision\n")
    code = (
        "import sys, unrolled.generation.prediction, unrolled.evaluation.attention_maps; print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
