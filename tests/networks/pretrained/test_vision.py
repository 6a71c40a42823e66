import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    AutoImageProcessor,
    CLIPConfig,
    CLIPModel,
    CLIPVisionConfig,
    CLIPVisionModel,
    ConvNextConfig,
    ConvNextModel,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersModel,
    GPT2Config,
    GPT2Model,
    ResNetConfig,
    ResNetForImageClassification,
    ResNetModel,
    SwinConfig,
    SwinModel,
    ViTConfig,
    ViTForImageClassification,
    ViTModel,
)

from unrolled.errors import InputError, MissingExtraError, ModelFileError
from unrolled.networks.pretrained.vision import Backbone

VIT = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "image_size": 32,
    "patch_size": 8,
}
TEXT = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "vocab_size": 99,
    "bos_token_id": 0,
    "eos_token_id": 0,
}
SQUARE = {"height": 32, "width": 32}
CROP = {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 40}, "crop_size": SQUARE}
SQUASH = {"image_processor_type": "ViTImageProcessor", "size": SQUARE}
RESNET = {"embedding_size": 8, "hidden_sizes": [8, 24], "depths": [1, 1], "layer_type": "basic"}
CONVNEXT = {"hidden_sizes": [8, 24], "depths": [1, 1], "num_stages": 2}
SWIN = {"image_size": 32, "patch_size": 4, "embed_dim": 8, "depths": [1, 1], "num_heads": [1, 2], "window_size": 4}

MADE = {
    "resnet": (lambda: ResNetForImageClassification(ResNetConfig(**RESNET)), CROP, (16, 24), 0),
    "convnext": (lambda: ConvNextModel(ConvNextConfig(**CONVNEXT)), CROP, (16, 24), 0),
    "vit": (lambda: ViTForImageClassification(ViTConfig(**VIT)), SQUASH, (16, 16), 1),
    "clip": (lambda: CLIPModel(CLIPConfig(text_config=TEXT, vision_config=VIT)), CROP, (16, 16), 1),
    "clip_vision": (lambda: CLIPVisionModel(CLIPVisionConfig(**VIT)), CROP, (16, 16), 1),
    "dinov2": (lambda: Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**VIT)), CROP, (16, 16), 5),
    "swin": (lambda: SwinModel(SwinConfig(**SWIN)), SQUASH, (16, 16), 0),
}
THEIRS = {"resnet": ResNetModel, "vit": ViTModel, "clip_vision": CLIPVisionModel}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Folders as Hugging Face has them: small networks at random, each with its preparation."""
    base = tmp_path_factory.mktemp("networks")
    torch.manual_seed(1)
    for name, (make, preparation, _, _) in MADE.items():
        make().save_pretrained(base / name)
        (base / name / "preprocessor_config.json").write_text(json.dumps(preparation))
    GPT2Model(GPT2Config(n_layer=1, n_embd=8, n_head=1, vocab_size=9, bos_token_id=0, eos_token_id=0)).save_pretrained(
        base / "gpt2"
    )
    return base


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Files of several sizes."""
    base, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(1)
    paths = [base / f"{n}.png" for n in range(5)]
    for n, path in enumerate(paths):
        Image.fromarray(rng.integers(0, 256, (40 + 9 * n, 60 - 7 * n, 3), np.uint8)).save(path)
    return paths


@pytest.mark.parametrize("name", MADE)
def test_every_kind_of_network_gives_a_grid_of_places(folders, pictures, name):
    backbone = Backbone(folders / name)
    features = backbone.features(pictures)
    assert features.dtype == np.float32 and features.shape == (5, *MADE[name][2])
    assert (backbone.places, backbone.width) == MADE[name][2]
    assert np.ptp(features, axis=0).max() > 1e-3


@pytest.mark.parametrize("name", THEIRS)
def test_the_grid_is_what_plain_transformers_gives(folders, pictures, name):
    prepare = AutoImageProcessor.from_pretrained(folders / name, backend="pil")
    inputs = prepare(images=[Image.open(path) for path in pictures], return_tensors="pt")
    with torch.no_grad():
        hidden = THEIRS[name].from_pretrained(folders / name).eval()(**inputs).last_hidden_state
    expected = hidden.flatten(2).mT if hidden.ndim == 4 else hidden[:, MADE[name][3] :]
    np.testing.assert_allclose(Backbone(folders / name).features(pictures), expected, atol=1e-5)


def test_both_parts_of_clip_and_its_seeing_part_alone_give_the_same(folders, pictures, tmp_path):
    CLIPModel.from_pretrained(folders / "clip").vision_model.save_pretrained(tmp_path)
    shutil.copy(folders / "clip" / "preprocessor_config.json", tmp_path)
    one, other = (Backbone(folder).features(pictures) for folder in (folders / "clip", tmp_path))
    np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("name", ["clip", "dinov2"])
def test_of_tokens_those_that_are_no_patches_are_left_out(folders, name):
    """CLIP has one such token, DINOv2 with registers five."""
    backbone, others, black = Backbone(folders / name), MADE[name][3], np.zeros((40, 40, 3), np.uint8)
    inputs = backbone.prepare(images=[black], return_tensors="pt").pixel_values
    with torch.no_grad():
        hidden = backbone.network(pixel_values=inputs).last_hidden_state
    assert hidden.shape[1] == others + backbone.places
    np.testing.assert_allclose(backbone.features([black]), hidden[:, others:], atol=1e-5)


def test_batches_files_bytes_and_arrays_give_the_same(folders, pictures):
    backbone = Backbone(folders / "resnet")
    expected = backbone.features(pictures)
    arrays = [np.asarray(Image.open(path)) for path in pictures]
    for images, batch in ((pictures, 2), (arrays, 1), ([path.read_bytes() for path in pictures], 5)):
        np.testing.assert_allclose(backbone.features(images, batch), expected, atol=1e-5)


@pytest.mark.parametrize("height", [1, 3])
def test_a_picture_of_few_rows_is_not_taken_for_one_of_few_colours(folders, height):
    assert Backbone(folders / "vit").features([np.zeros((height, 50, 3), np.uint8)]).shape == (1, 16, 16)


def test_its_kind_depends_on_weights_and_preparation_alone(folders, tmp_path):
    kind = Backbone(folders / "vit").kind
    shutil.copytree(folders / "vit", tmp_path / "same")
    assert Backbone(tmp_path / "same").kind == kind
    (tmp_path / "same" / "preprocessor_config.json").write_text(json.dumps({**SQUASH, "image_mean": [0.1] * 3}))
    network = ViTModel.from_pretrained(folders / "vit")
    with torch.no_grad():
        network.layernorm.bias.add_(0.1)
    network.save_pretrained(tmp_path / "other")
    shutil.copy(folders / "vit" / "preprocessor_config.json", tmp_path / "other")
    assert len({kind, Backbone(tmp_path / "same").kind, Backbone(tmp_path / "other").kind}) == 3


def test_weights_in_half_precision_are_computed_with_in_full(folders, pictures, tmp_path):
    ResNetModel.from_pretrained(folders / "resnet").half().save_pretrained(tmp_path)
    shutil.copy(folders / "resnet" / "preprocessor_config.json", tmp_path)
    found = Backbone(tmp_path).features(pictures)
    np.testing.assert_allclose(found, Backbone(folders / "resnet").features(pictures), atol=0.05)


def spoil(folder, name: str) -> None:
    """Damage one file of a folder, or take it away."""
    if name == "weights":
        (folder / "model.safetensors").write_bytes(b"no weights")
    elif name == "size":
        (folder / "preprocessor_config.json").write_text(json.dumps({**SQUASH, "size": {"height": 20, "width": 20}}))
    else:
        (folder / name).unlink()


@pytest.mark.parametrize("name", ["weights", "size", "config.json", "preprocessor_config.json", "model.safetensors"])
def test_a_damaged_folder_is_refused_in_one_sentence(folders, tmp_path, name):
    shutil.copytree(folders / "vit", tmp_path / "vit")
    spoil(tmp_path / "vit", name)
    said = r"vit is no network of transformers that sees images \(|is no sound safetensors file|it has no config.json"
    with pytest.raises(ModelFileError, match=said) as caught:
        Backbone(tmp_path / "vit")
    assert "\n" not in str(caught.value)


def test_a_folder_that_lacks_weights_is_not_filled_up_at_random(folders, tmp_path):
    shutil.copytree(folders / "vit", tmp_path / "vit")
    config = json.loads((tmp_path / "vit" / "config.json").read_text())
    (tmp_path / "vit" / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))
    with pytest.raises(ModelFileError, match=r"lacks 16 of its weights, like .*layer.*; fetch it again"):
        Backbone(tmp_path / "vit")


def test_a_network_that_reads_text_is_refused(folders):
    with pytest.raises(ModelFileError, match="is a gpt2, which sees no images; give a ResNet, ViT, CLIP"):
        Backbone(folders / "gpt2")


@pytest.mark.parametrize("name", ["nobody/nothing", "no such folder"])
def test_a_name_that_is_no_folder_is_refused_without_asking_the_network(monkeypatch, name):
    def refuse(*_, **__):
        raise AssertionError("asked the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    with pytest.raises(ModelFileError, match=f"{name} is no network of transformers"):
        Backbone(name)


def test_a_file_that_is_no_image_is_named(folders, tmp_path):
    (tmp_path / "a.png").write_bytes(b"text")
    with pytest.raises(InputError, match=r"a\.png is no image"):
        Backbone(folders / "resnet").features([tmp_path / "a.png"])


def test_opening_one_says_nothing_and_needs_no_torchvision(folders):
    code = f"""
import sys; from unrolled.networks.pretrained.vision import Backbone
Backbone({str(folders / "vit")!r}); print("torchvision" in sys.modules)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_without_pillow_one_sentence_says_what_to_install(folders, monkeypatch):
    for name in [each for each in sys.modules if each.split(".")[0] == "PIL"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'unrolled\[images\]'"):
        Backbone(folders / "vit")


def test_without_transformers_one_sentence_says_what_to_install():
    code = """
import sys; sys.modules["transformers"] = None
import unrolled.networks.pretrained.vision"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "MissingExtraError" in done.stderr and done.stderr.endswith("pip install 'unrolled[gpt2,images]'\n")


@pytest.mark.parametrize(("name", "side"), [("vit", 32), ("resnet", 32)])
def test_what_it_looks_at_is_shown_in_its_colours(folders, tmp_path, name, side):
    halves = np.full((40, 80, 3), (200, 10, 10), np.uint8)
    halves[:, 40:] = (10, 10, 200)
    Image.fromarray(halves).save(tmp_path / "halves.png")
    shown = Backbone(folders / name).picture(tmp_path / "halves.png")
    assert shown.shape == (side, side, 3) and shown.dtype == np.uint8
    assert (shown[:, 2] == (200, 10, 10)).all() and (shown[:, -3] == (10, 10, 200)).all()
