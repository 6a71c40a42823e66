"""GPT-2 (Radford et al. 2019): fresh networks, and folders of Hugging Face.

A network that generates forgets what lies before its window: once that is full, the later half of it is read anew.
"""

from __future__ import annotations

import dataclasses
import math
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...bundle import ELSEWHERE, Bundle
from ...config import ModelOptions
from ...errors import MissingExtraError, ModelFileError, OptionError
from ...tasks import TASKS
from ...tasks.base import NetworkSpec
from ..base import Encoded, Network, Source
from ..dropout import Chance
from ..folder import TABLE, read_units, with_our_ids, with_their_ids
from ..stack import NetworkState
from .checked import CONFIG, HINT, UNTRUSTED, read_config, read_headers, refuse_other_shapes

try:
    from transformers import GPT2Config, GPT2LMHeadModel, GPT2Model
    from transformers.cache_utils import DynamicCache
    from transformers.utils import logging
except ImportError:
    raise MissingExtraError("GPT-2 needs transformers; run: pip install 'unrolled[gpt2]'") from None

logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # a second's work needs none
CACHE = "cache" if "cache" in signature(GPT2Model.forward).parameters else "past_key_values"
"""The name that the library gives its memory of what was read."""
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
HEAD = "lm_head.weight"
"""The head's weight, which is the embedding's again."""
START = 0.02
"""Standard deviation of fresh weights (nanoGPT's and GPT-2's)."""


class Head(nn.Module):
    """Logits from the last layer: the embedding again, and a constant for ids that stand for nothing."""

    bias: Tensor

    def __init__(self, embedding: nn.Embedding) -> None:
        super().__init__()
        self.embedding = [embedding]  # hidden from the module tree: the weight is not the head's own
        self.register_buffer("bias", torch.zeros(embedding.num_embeddings))

    @property
    def weight(self) -> Tensor:
        """The embedding's weight [V, H]."""
        return self.embedding[0].weight

    def forward(self, y: Tensor) -> Tensor:
        """Logits [..., V] of outputs [..., H]."""
        return nn.functional.linear(y, self.weight, self.bias)


class Gpt2(Network):
    """GPT-2 as a ``Network``. Its tensors have their names in ``transformers``."""

    kind = "off"
    sampled = False

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.spec, self.window = spec, spec.context
        self.config = GPT2Config(
            vocab_size=spec.outputs,
            n_positions=spec.context,
            n_embd=spec.hidden_size,
            n_layer=spec.layers,
            n_head=spec.heads or 1,
            bos_token_id=0,
            eos_token_id=0,
            resid_pdrop=spec.dropout,
            embd_pdrop=spec.dropout,
            attn_pdrop=spec.dropout,
        )
        self.transformer = GPT2LMHeadModel(self.config).transformer
        self.head = Head(self.transformer.wte)

    def initialise(self, generator: torch.Generator) -> None:
        """Small normal weights, smaller still where they add to the residual stream (section 2.3 of the paper)."""
        for name, parameter in self.named_parameters():
            with torch.no_grad():
                if parameter.ndim > 1:
                    deep = math.sqrt(2 * self.spec.layers) if name.endswith("c_proj.weight") else 1.0
                    parameter.normal_(std=START / deep, generator=generator)
                else:
                    parameter.fill_(1.0 if "ln_" in name and name.endswith("weight") else 0.0)

    def encode(self, source: Source, chance: Chance | None = None) -> Encoded:
        return Encoded()

    def start(self, rows: int, encoded: Encoded | None = None) -> NetworkState:
        """The state before the first unit: the ids of a window, and its keys and values [rows, layers, heads, T, D]."""
        config = self.config
        empty = self.head.bias.new_zeros(rows, config.n_layer, config.n_head, 0, config.n_embd // config.n_head)
        return {"ids": torch.zeros(rows, 0, dtype=torch.long, device=empty.device), "keys": empty, "values": empty}

    def check(self, state: NetworkState) -> None:
        ids, lengths = state["ids"], {state["ids"].shape[1], *(state[name].shape[3] for name in ("keys", "values"))}
        if len(lengths) > 1 or max(lengths) > self.spec.context:
            raise ValueError(f"its window holds {sorted(lengths)} units, and it must be one number up to {self.window}")
        if ((ids < 0) | (ids >= self.spec.inputs)).any():
            raise ValueError("its window has ids that the vocabulary does not have")

    def read(
        self, ids: Tensor, state: NetworkState, chance: Chance | None = None, encoded: Encoded | None = None
    ) -> tuple[Tensor, NetworkState]:
        """While it learns, a batch is one window, and there is no state to carry."""
        if torch.is_grad_enabled():
            return self.learn(ids, chance), state
        self.eval()
        outputs, most = [], self.spec.context
        while ids.shape[1]:
            if state["ids"].shape[1] >= most:
                _, state = self.step(state["ids"][:, most - most // 2 :], self.start(len(ids)))
            room = most - state["ids"].shape[1]
            y, state = self.step(ids[:, :room], state)
            outputs.append(y)
            ids = ids[:, room:]
        return torch.cat(outputs, 1), state

    def learn(self, ids: Tensor, chance: Chance | None) -> Tensor:
        """The outputs of one window, with dropout if there is a chance."""
        self.train(chance is not None)
        with torch.random.fork_rng(enabled=chance is not None and self.spec.dropout > 0):
            if chance is not None and self.spec.dropout > 0:
                torch.manual_seed(int(chance.integers(1 << 62)))
            y: Tensor = self.transformer(input_ids=ids, use_cache=False).last_hidden_state
        return y

    def step(self, ids: Tensor, state: NetworkState) -> tuple[Tensor, NetworkState]:
        """Read ids that still fit into the window."""
        cache = DynamicCache(config=self.config)
        if state["ids"].shape[1]:
            for layer in range(self.config.n_layer):
                cache.update(state["keys"][:, layer], state["values"][:, layer], layer)
        done = self.transformer(input_ids=ids, use_cache=True, **{CACHE: cache})
        layers: list[Any] = cache.layers
        keys, values = (torch.stack([getattr(layer, name) for layer in layers], 1) for name in ("keys", "values"))
        return done.last_hidden_state, {"ids": torch.cat([state["ids"], ids], 1), "keys": keys, "values": values}


def read_folder(path: str | Path) -> Bundle:
    """A GPT-2 in a folder of Hugging Face, with its units; raises ``ModelFileError`` for what is none.

    Whatever the folder says of itself is compared with what its weights are, before there is memory for them.
    """
    folder = Path(path)
    config = plain_config(folder)
    options = options_of(config, folder)
    end: Any = config.eos_token_id
    vocabulary, order = read_units(folder, config.vocab_size, end)
    with torch.device("meta"):
        shapes = {name: tuple(each.shape) for name, each in GPT2LMHeadModel(config).transformer.state_dict().items()}
    found = {own_name(name): told for name, told in read_headers(folder).items()}
    refuse_other_shapes(folder, {name: told for name, told in found.items() if name and name != HEAD}, shapes)
    tensors = {f"transformer.{name}": array for name, array in weights_of(folder, config).items()}
    for name, array in tensors.items():
        if not np.isfinite(array).all():
            raise ModelFileError(f"{name} in {folder} holds numbers that are not finite; fetch it again")
    record = {"from": str(path), "stopped": ELSEWHERE, "plans": []}
    options = dataclasses.replace(options, unit=vocabulary.unit)
    return Bundle(with_our_ids(tensors, order), options, {"text": vocabulary}, record)


def plain_config(folder: Path) -> GPT2Config:
    """The configuration of a plain GPT-2 of the sizes that a folder tells; raises ``ModelFileError`` for another."""
    told = read_config(folder)
    if told.get("model_type") != "gpt2":
        raise ModelFileError(f"{folder} is no folder of a GPT-2 (its config.json names another model); {HINT}")
    strange = [name for name, values in PLAIN.items() if told.get(name, values[0]) not in values]
    if strange:
        raise ModelFileError(f"the GPT-2 in {folder} differs from the plain one in {', '.join(strange)}; give another")
    config = GPT2Config()
    for name in ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "eos_token_id"):
        value = told.get(name, getattr(config, name))
        if not isinstance(value, int) or isinstance(value, bool) or value < (name != "eos_token_id"):
            raise ModelFileError(f"{folder / CONFIG} says {name} is {str(value)[:40]!r}, which is none; fetch it again")
        setattr(config, name, value)
    if config.n_embd % config.n_head:
        raise ModelFileError(
            f"{folder / CONFIG} parts {config.n_embd} numbers among {config.n_head} heads; fetch it again"
        )
    return config


def options_of(config: GPT2Config, folder: Path) -> ModelOptions:
    """The options of a GPT-2's configuration; raises ``ModelFileError`` for sizes that we have no place for."""
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
    """A tensor's name within the network; nothing for what older folders keep of masks."""
    return "" if name.endswith((".attn.bias", ".attn.masked_bias")) else name.removeprefix("transformer.")


def weights_of(folder: Path, config: GPT2Config) -> dict[str, NDArray[np.float32]]:
    """The weights of a folder whose shapes are known to be right."""
    try:
        model: Any = GPT2LMHeadModel.from_pretrained(folder, config=config, local_files_only=True, **UNTRUSTED)
    except Exception as error:  # whatever a library says of foreign files, the user hears one sentence
        said = (str(error).splitlines() or [""])[0]
        raise ModelFileError(f"{folder} is no folder of a GPT-2 ({said}); {HINT}") from None
    return {name: tensor.float().numpy() for name, tensor in model.transformer.state_dict().items()}


def write_folder(bundle: Bundle, path: str | Path) -> None:
    """Write a GPT-2 as a folder that ``transformers`` opens; raises ``OptionError`` for another model."""
    if bundle.config.model != "gpt2":
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
