import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel, ViTConfig, ViTModel

from unrolled.errors import ModelFileError
from unrolled.model_file.gpt2_folder import read_folder
from unrolled.model_file.gpt2_units import BYTES
from unrolled.networks.pretrained.folder_checks import read_config, read_headers
from unrolled.networks.pretrained.vision import Backbone

VIT = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "image_size": 16}
SQUARE = {"image_processor_type": "ViTImageProcessor", "size": {"height": 16, "width": 16}}


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory):
    """A folder with a tiny GPT-2 at random, whose tokens are all bytes and three more."""
    folder = tmp_path_factory.mktemp("gpt2")
    letters = [*BYTES, "ab", "abc", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(letters)}))
    (folder / "merges.txt").write_text("#version: 0.2\na b\nab c\n")
    model = {"type": "BPE", "vocab": json.loads((folder / "vocab.json").read_text()), "merges": ["a b", ["ab", "c"]]}
    (folder / "tokenizer.json").write_text(json.dumps({"model": model}))
    sizes = {"vocab_size": 259, "n_positions": 8, "n_embd": 4, "n_layer": 1, "n_head": 2}
    GPT2LMHeadModel(GPT2Config(**sizes, bos_token_id=258, eos_token_id=258)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def vit(tmp_path_factory):
    """A folder with a tiny network that sees."""
    folder = tmp_path_factory.mktemp("vit")
    ViTModel(ViTConfig(**VIT, patch_size=8)).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(SQUARE))
    return folder


@pytest.fixture
def copy(gpt2, tmp_path):
    """A copy of the first to spoil."""
    return shutil.copytree(gpt2, tmp_path / "copy")


def change(folder, name: str = "config.json", **what) -> None:
    told = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps({**told, **what}))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"n_embd": 8192, "n_layer": 16, "n_positions": 65536}, "asks for floats"),  # 51 GB
        ({"n_positions": 10_000_000}, "is too large or too small"),
        ({"vocab_size": 9_999_999}, "asks for floats"),
        ({"n_layer": 10**9}, "which is no size"),
        ({"n_layer": 10**400}, "which is no size"),
        ({"n_layer": 2}, "lack h.1."),
        ({"n_embd": 0}, "says n_embd is '0'"),
        ({"n_embd": -4}, "says n_embd is '-4'"),
        ({"n_embd": "4"}, "says n_embd is '4'"),
        ({"n_embd": [4] * 1000}, "says n_embd is"),
        ({"n_head": 3}, "3 heads"),
        ({"eos_token_id": [1]}, "eos_token_id"),
        ({"eos_token_id": 259}, "has no end of a text"),
        ({"model_type": "bert"}, "is no folder of a GPT-2"),
        ({"auto_map": {"AutoModel": "evil.Evil"}}, "leads to code or weights elsewhere"),
        ({"quantization_config": {"quant_method": "gptq"}}, "leads to code or weights elsewhere"),
        ({"text_config": {"attn_implementation": "kernels-community/flash"}}, "leads to code or weights elsewhere"),
        ({"activation_function": ["gelu_new"]}, "differs from the plain one"),
    ],
)
def test_a_configuration_that_lies_is_refused_before_there_is_memory_for_it(copy, what, said):
    change(copy, **what)
    with pytest.raises(ModelFileError, match=said) as caught:
        read_folder(copy)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", "[" * 200_000, "within each other"),
        ("config.json", "[]", "holds no object"),
        ("config.json", "\ud800", "no file|cannot be read"),
        ("vocab.json", '{"a": "b"}', "a number of its own"),
        ("vocab.json", '{"a": 1, "b": 1}', "a number of its own"),
        ("vocab.json", '{"a": -1}', "a number of its own"),
        ("vocab.json", '{"a": true}', "a number of its own"),
        ("vocab.json", "[1]", "a number of its own"),
        ("merges.txt", "a b c", "not two tokens each"),
        ("merges.txt", "a", "not two tokens each"),
        ("unrolled.json", "{}", "does not name a kind of unit"),
        ("unrolled.json", '{"unit": "auto", "units": []}', "does not name a kind of unit"),
        ("unrolled.json", '{"unit": "char", "units": [1]}', "does not name a kind of unit"),
        ("unrolled.json", '{"unit": ["char"], "units": ["a"]}', "does not name a kind of unit"),
        ("unrolled.json", '{"unit": "byte", "units": ["က"]}', "can be no unit of the kind byte"),
        ("unrolled.json", "[]", "does not name a kind of unit"),
        ("adapter_config.json", "{}", "holds an adapter"),
    ],
)
def test_files_of_any_form_are_refused_in_one_sentence(copy, name, content, said):
    (copy / name).write_text(content, errors="surrogatepass")
    with pytest.raises(ModelFileError, match=said) as caught:
        read_folder(copy)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "model", [None, [], {}, {"type": "BPE"}, {"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}]
)
def test_a_tokenizer_of_any_form_is_refused_in_one_sentence(copy, model):
    (copy / "vocab.json").unlink()
    change(copy, "tokenizer.json", model=model)
    with pytest.raises(ModelFileError, match=r"has no tokens of a GPT-2|number of its own|two tokens each"):
        read_folder(copy)


def test_a_token_that_stands_for_no_bytes_is_refused(copy):
    numbers = json.loads((copy / "vocab.json").read_text())
    del numbers["ab"]
    (copy / "vocab.json").write_text(json.dumps({**numbers, "က်": 256}))
    (copy / "merges.txt").write_text("က ်")
    with pytest.raises(ModelFileError, match="which stands for no byte"):
        read_folder(copy)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda array: array[:-1], "asks for floats"),
        (lambda array: array.astype(np.int32), "asks for floats"),
        (lambda array: array * np.nan, "are not finite|not finite"),
        (lambda array: array.T.copy(), "asks for floats"),
    ],
)
def test_weights_of_another_kind_are_refused(copy, spoil, said):
    tensors = load_file(copy / "model.safetensors")
    name = next(name for name in tensors if name.endswith("wte.weight"))
    save_file({**tensors, name: spoil(tensors[name])}, copy / "model.safetensors")
    with pytest.raises(ModelFileError, match=said):
        read_folder(copy)


def test_weights_without_the_networks_name_or_with_masks_are_those_of_older_folders(gpt2, copy):
    tensors = {name.removeprefix("transformer."): each for name, each in load_file(copy / "model.safetensors").items()}
    save_file({**tensors, "h.0.attn.bias": np.ones((1, 1, 8, 8), np.float32)}, copy / "model.safetensors")
    ours, theirs = read_folder(copy).tensors, read_folder(gpt2).tensors
    assert ours.keys() == theirs.keys() and all(np.array_equal(ours[name], theirs[name]) for name in ours)


def test_a_tensor_too_many_is_refused(copy):
    save_file({**load_file(copy / "model.safetensors"), "more": np.ones(1, np.float32)}, copy / "model.safetensors")
    with pytest.raises(ModelFileError, match="hold 'more', which no GPT-2 has"):
        read_folder(copy)


class Evil:
    def __reduce__(self):
        return os.system, ("touch pickled",)


def test_a_pickle_in_place_of_weights_is_not_opened(copy, monkeypatch):
    monkeypatch.chdir(copy)
    (copy / "model.safetensors").unlink()
    torch.save(Evil(), copy / "pytorch_model.bin")
    with pytest.raises(ModelFileError, match="which no pickle"):
        read_folder(copy)
    assert not (copy / "pickled").exists()


@pytest.mark.parametrize("target", ["/dev/zero", "pipe"])
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "vocab.json"])
def test_files_that_are_devices_or_pipes_are_refused_at_once(copy, name, target):
    (copy / name).unlink()
    if target == "pipe":
        os.mkfifo(copy / name)
    else:
        (copy / name).symlink_to(target)
    with pytest.raises(ModelFileError, match="device"):
        read_folder(copy)


def test_weights_in_several_files_are_read_from_beside_alone(copy):
    tensors = load_file(copy / "model.safetensors")
    expected = read_folder(copy).tensors
    (copy / "model.safetensors").unlink()
    names = sorted(tensors)
    parts = {"a.safetensors": names[:4], "b.safetensors": names[4:]}
    for file, some in parts.items():
        save_file({name: tensors[name] for name in some}, copy / file, {"format": "pt"})
    index = {"metadata": {}, "weight_map": {name: file for file, some in parts.items() for name in some}}
    (copy / "model.safetensors.index.json").write_text(json.dumps(index))
    assert np.array_equal(read_folder(copy).tensors["head.bias"], expected["head.bias"])
    index["weight_map"][names[0]] = "../../../dev/zero"
    (copy / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelFileError, match="names no files of weights beside it"):
        read_folder(copy)


@pytest.mark.parametrize(
    "header",
    [
        {"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}},
        {"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}},
        {"a": {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": 3}},
        {"a": 3},
        [],
        None,
    ],
)
def test_headers_that_lie_are_refused(tmp_path, header):
    raw = json.dumps(header).encode()
    (tmp_path / "model.safetensors").write_bytes(len(raw).to_bytes(8, "little") + raw)
    with pytest.raises(ModelFileError, match=r"no sound safetensors|promises"):
        read_headers(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 8 + raw)
    with pytest.raises(ModelFileError, match="no sound safetensors"):
        read_headers(tmp_path)


def mutated(raw: bytes, rng: random.Random) -> bytes:
    """Bytes with something spoilt: bits, numbers, or parts that are cut out, doubled or put elsewhere."""
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 8))):
        place = rng.randrange(len(data) or 1)
        match rng.randrange(5):
            case 0 if data:
                data[place] = rng.randrange(256)
            case 1:
                del data[place : place + rng.choice((1, 8, 1000))]
            case 2:
                data[place:place] = data[place : place + rng.choice((1, 8, 100))]
            case 3:
                data[place : place + 1] = rng.choice((b"null", b"-1", b"1e999", b"[", b"{}", b'"', b"99999999999"))
            case _:
                digits = [at for at, byte in enumerate(data[:4000]) if 0x30 <= byte <= 0x39]
                if digits:
                    data[rng.choice(digits)] = rng.choice(b"0123456789")
    return bytes(data)


FILES = ["config.json", "vocab.json", "merges.txt", "model.safetensors", "generation_config.json", "tokenizer.json"]


def said_of(folder) -> str:
    try:
        read_folder(folder)
    except ModelFileError as error:
        return str(error)
    return "worked"


def fuzz(folder, numbers, files=FILES) -> tuple[dict[str, int], float]:
    """Spoil one file at a time: how often each first words were said, and the longest time in seconds."""
    kept = {name: (folder / name).read_bytes() for name in files}
    found, longest = {}, 0.0
    for number in numbers:
        rng = random.Random(number)
        name = rng.choice(files)
        (folder / name).write_bytes(mutated(kept[name], rng))
        began = time.monotonic()
        said = said_of(folder)
        longest = max(longest, time.monotonic() - began)
        assert "\n" not in said, number
        found[said == "worked"] = found.get(said == "worked", 0) + 1
        (folder / name).write_bytes(kept[name])
    return found, longest


def test_spoilt_folders_work_or_are_refused_in_one_sentence(copy):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found, longest = fuzz(copy, range(150))
    assert found[True] > 10 and found[False] > 50 and longest < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB


EVIL = """
open("RAN", "w").close()
from transformers import PretrainedConfig, PreTrainedModel
class Evil(PretrainedConfig):
    model_type = "evil"
"""


def test_code_in_a_folder_neither_runs_nor_makes_anyone_ask(vit, tmp_path):
    """Its loader asks on standard input whether it may, and lines of data would answer."""
    shutil.copytree(vit, tmp_path / "net")
    (tmp_path / "net" / "evil.py").write_text(EVIL)
    code = {"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil", "AutoImageProcessor": "evil.Evil"}
    for name in ("config.json", "preprocessor_config.json"):
        change(tmp_path / "net", name, auto_map=code, model_type="evil", image_processor_type="evil")
    code = f"""
import sys
from unrolled.networks.pretrained import vision
for check in (vision.refuse_hostile, lambda folder: None):
    vision.refuse_hostile = check
    try:
        vision.Backbone({str(tmp_path / "net")!r})
    except Exception as error:
        print(type(error).__name__)
print(repr(sys.stdin.read()))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], input="y\ny\n", capture_output=True, text=True, cwd=tmp_path, timeout=120
    )
    assert done.stdout == "ModelFileError\nModelFileError\n'y\\ny\\n'\n" and not (tmp_path / "RAN").exists(), (
        done.stderr
    )


@pytest.mark.parametrize(
    ("name", "what", "said"),
    [
        ("config.json", {"hidden_size": 1_000_000, "intermediate_size": 4_000_000}, "asks for"),
        ("config.json", {"num_hidden_layers": 10**6}, "which is no size"),
        ("config.json", {"model_type": "evil"}, "is no network"),
        ("config.json", {"use_timm_backbone": True}, "leads to code or weights elsewhere"),
        ("config.json", {"hidden_size": "8"}, "is no network|lacks"),
        ("preprocessor_config.json", {"size": {"height": 10**6, "width": 10**6}}, "which is no size"),
        ("preprocessor_config.json", {"image_processor_type": "evil"}, "is no network"),
        ("preprocessor_config.json", {"auto_map": {"AutoImageProcessor": "e.E"}}, "leads to code"),
    ],
)
def test_a_folder_that_sees_and_lies_is_refused(vit, tmp_path, name, what, said):
    folder = shutil.copytree(vit, tmp_path / "net")
    change(folder, name, **what)
    with pytest.raises(ModelFileError, match=said):
        Backbone(folder)


def test_what_usual_folders_say_is_no_reason_to_refuse_them(vit, tmp_path):
    folder = shutil.copytree(vit, tmp_path / "net")
    change(folder, _attn_implementation_autoset=True, use_timm_backbone=False, attn_implementation="sdpa")
    assert read_config(folder)["hidden_size"] == 8
    assert Backbone(folder).width == 8
