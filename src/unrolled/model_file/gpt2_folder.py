"""A GPT-2 in a folder of Hugging Face: read into a bundle, and written out of one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import ModelOptions
from ..errors import ModelFileError, OptionError
from ..networks.pretrained.folder_checks import CONFIG, HINT, UNTRUSTED, read_config, read_headers, refuse_other_shapes
from ..networks.pretrained.gpt2 import Gpt2, GPT2Config, GPT2LMHeadModel
from ..tasks import TASKS
from .bundle import ELSEWHERE, Bundle
from .gpt2_units import TABLE, read_units, with_our_ids, with_their_ids
from .record import Record

PLAIN: dict[str, tuple[Any, ...]] = {
    "activation_function": ("gelu_new",),
    "layer_norm_epsilon": (1e-5,),
    "n_inner": (None,),
    "scale_attn_weights": (True,),
    "scale_attn_by_inverse_layer_idx": (False,),
    "tie_word_embeddings": (True,),
    "add_cross_attention": (False,),
}
"""What a GPT-2's configuration may say of what we do not keep."""


HEAD_WEIGHT = "lm_head.weight"
"""The head's weight, which is the embedding's again."""


def read_folder(path: str | Path) -> Bundle:
    """Return a GPT-2 in a folder of Hugging Face, with its units; raises ``ModelFileError`` for what is none.

    Whatever the folder says of itself is compared with what its weights are, before there is memory for them.
    """
    folder = Path(path)
    config = plain_config(folder)
    options = options_of(config, folder)
    end: Any = config.eos_token_id
    vocabulary, order = read_units(folder, config.vocab_size, end)
    with torch.device("meta"):
        shapes = {name: tuple(each.shape) for name, each in GPT2LMHeadModel(config).transformer.state_dict().items()}
    found = {own_name(name): parsed for name, parsed in read_headers(folder).items()}
    own = {name: parsed for name, parsed in found.items() if name and name != HEAD_WEIGHT}
    refuse_other_shapes(folder, own, shapes)
    tensors = {f"transformer.{name}": array for name, array in weights_of(folder, config).items()}
    for name, array in tensors.items():
        if not np.isfinite(array).all():
            raise ModelFileError(f"{name} in {folder} holds numbers that are not finite; fetch it again")
    record = Record({"from": str(path), "stopped": ELSEWHERE, "plans": []})
    options = dataclasses.replace(options, unit=vocabulary.unit)
    return Bundle(with_our_ids(tensors, order), options, {"text": vocabulary}, record)


def plain_config(folder: Path) -> GPT2Config:
    """Return the configuration of a plain GPT-2 of the sizes that a folder tells.

    Raises ``ModelFileError`` for another.
    """
    parsed = read_config(folder)
    if parsed.get("model_type") != GPT2Config.model_type:
        raise ModelFileError(f"{folder} is no folder of a GPT-2 (its config.json names another model); {HINT}")
    strange = [name for name, values in PLAIN.items() if parsed.get(name, values[0]) not in values]
    if strange:
        raise ModelFileError(f"the GPT-2 in {folder} differs from the plain one in {', '.join(strange)}; give another")
    config = GPT2Config()
    for name in ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "eos_token_id"):
        value = parsed.get(name, getattr(config, name))
        if not isinstance(value, int) or isinstance(value, bool) or value < (name != "eos_token_id"):
            raise ModelFileError(f"{folder / CONFIG} says {name} is {str(value)[:40]!r}, which is none; fetch it again")
        setattr(config, name, value)
    if config.n_embd % config.n_head:
        raise ModelFileError(
            f"{folder / CONFIG} parts {config.n_embd} numbers among {config.n_head} heads; fetch it again"
        )
    return config


def options_of(config: GPT2Config, folder: Path) -> ModelOptions:
    """Return the options of a GPT-2's configuration; raises ``ModelFileError`` for sizes that we have no place for."""
    try:
        return ModelOptions(
            model="gpt2",
            layers=config.n_layer,
            hidden_size=config.n_embd,
            heads=config.n_head,
            context=config.n_positions,
            dropout=0.0,
            documents="whole",
        )
    except OptionError as error:
        raise ModelFileError(f"the GPT-2 in {folder} is too large or too small ({error}); give another") from None


def own_name(name: str) -> str:
    """Return a tensor's name within the network; nothing for what older folders keep of masks."""
    return "" if name.endswith((".attn.bias", ".attn.masked_bias")) else name.removeprefix("transformer.")


def weights_of(folder: Path, config: GPT2Config) -> dict[str, NDArray[np.float32]]:
    """Return the weights of a folder whose shapes are known to be right."""
    try:
        model: Any = GPT2LMHeadModel.from_pretrained(folder, config=config, local_files_only=True, **UNTRUSTED)
    except Exception as error:  # whatever a library says of foreign files, the user hears one sentence
        said = (str(error).splitlines() or [""])[0]
        raise ModelFileError(f"{folder} is no folder of a GPT-2 ({said}); {HINT}") from None
    return {name: tensor.float().numpy() for name, tensor in model.transformer.state_dict().items()}


def write_folder(bundle: Bundle, path: str | Path) -> None:
    """Write a GPT-2 as a folder that ``transformers`` opens; raises ``OptionError`` for another model."""
    if not bundle.config.kind.in_folders:
        raise OptionError(
            f"the model is {bundle.config.title}; only a GPT-2 has a folder in the format of transformers"
        )
    spec = TASKS[bundle.config.task].network(bundle.config, bundle.vocabularies)
    tensors, units = with_their_ids(bundle)
    network = Gpt2(dataclasses.replace(spec, outputs=len(tensors[TABLE])))
    model: Any = GPT2LMHeadModel(network.config)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in tensors.items()}, strict=False)
    model.config.bos_token_id = model.config.eos_token_id = units.end
    model.generation_config.bos_token_id = model.generation_config.eos_token_id = units.end
    model.save_pretrained(path)
    units.write(Path(path))
