"""What a model file says of itself, checked once on the way in: nothing unsound goes any further.

Config, vocabularies and record are parsed from the header's strings, and the tensors are compared with what such a
model has: names, types, shapes, finite numbers. Whoever opens an engine, goes on training or exports relies on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config import ModelOptions
from ..errors import OptionError
from ..kernels.precision import PRECISIONS, SCALE
from ..tasks import TASKS
from ..tasks.options import refuse_contradiction, refuse_foreign
from ..text.vocabulary import LABEL, Vocabulary
from ..untrusted import parse_json
from .earlier_names import with_present_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

Tensors = Mapping[str, "NDArray[Any]"]
Layout = dict[str, tuple[str, tuple[int, ...]]]
"""The type and the shape of every tensor of a file, by name."""
MAX_WEIGHT = 1e32
"""The greatest weight: rounded to bf16, or times 127, it is finite. Units that never come have a bias of -1e30."""
MAX_WEIGHT_BF16 = int(np.float32(MAX_WEIGHT).view(np.uint32)) >> 16
STORED = {"fp32": "float32", "bf16": "uint16", "int8": "int8"}
"""The type in which a file keeps matrices of a precision."""


def parse_config(text: str, version: int) -> ModelOptions:
    """Return the options that describe a model in a file of a format; ``ValueError`` or ``OptionError`` for none."""
    given = parse_json(text)
    if not isinstance(given, dict):
        raise ValueError("its config is no object")
    config = ModelOptions.of(with_present_names(given, version))
    refuse_foreign(ModelOptions, config.changed(), config.task, config.model)
    refuse_contradiction(config)
    return config


def parse_vocabularies(text: str, config: ModelOptions) -> dict[str, Vocabulary]:
    """Return the vocabularies by name; raises ``ValueError`` where they are not those of the model's task."""
    given, task = parse_json(text), TASKS[config.task]
    if not isinstance(given, dict) or not all(isinstance(each, dict) for each in given.values()):
        raise ValueError("its vocabularies are no objects")
    labelled = "labels" in given
    if set(given) != {*task.texts, *(["labels"] if labelled else [])} or labelled not in task.labels:
        raise ValueError(f"a model made to {config.task} has other vocabularies than {', '.join(given) or 'none'}")
    found = {
        name: Vocabulary.restored(each.get("unit"), each.get("units"), each.get("unseen", 0), each.get("form"))
        for name, each in given.items()
    }
    for name, vocabulary in found.items():
        if (name == "labels") != (vocabulary.unit == LABEL):
            raise ValueError(f"the vocabulary {name!r} is of the unit {vocabulary.unit}")
    return found


def check_tensors(
    tensors: Tensors, config: ModelOptions, vocabularies: Mapping[str, Vocabulary], precision: str
) -> None:
    """Raise ``ValueError`` or ``OptionError`` where tensors are not those of a model, kept in a precision."""
    if precision not in PRECISIONS:
        raise ValueError(f"its weights are of the precision {precision[:40]!r}; there are {', '.join(PRECISIONS)}")
    kind = config.kind
    if precision != "fp32" and not kind.low_precision:
        raise OptionError(f"a {config.model} model has no {precision} weights")
    if kind.counted:
        check_chain(tensors, config, vocabularies)
    else:
        check_network(tensors, config, vocabularies, precision)


def check_network(
    tensors: Tensors, config: ModelOptions, vocabularies: Mapping[str, Vocabulary], precision: str
) -> None:
    """Check the tensors of a network, whose matrices may be narrow."""
    spec = TASKS[config.task].network(config, vocabularies)
    check_layout(tensors, stored(spec.expected_shapes, precision))


def check_chain(tensors: Tensors, config: ModelOptions, vocabularies: Mapping[str, Vocabulary]) -> None:
    """Check the tables of a Markov chain."""
    from ..networks.markov import check_tables  # which no network needs

    if config.order is None or "labels" in vocabularies:
        raise OptionError("a Markov chain has an order, and no labels")
    check_tables(tensors, len(vocabularies["text"]), config.order)


def stored(shapes: Mapping[str, tuple[int, ...]], precision: str) -> Layout:
    """Return how a file keeps tensors of some shapes: matrices narrow, int8 with a scale for each row."""
    layout: Layout = {}
    for name, shape in shapes.items():
        narrow = len(shape) == 2 and precision != "fp32"
        layout[name] = (STORED[precision] if narrow else "float32", shape)
        if narrow and precision == "int8":
            layout[name + SCALE] = ("float32", shape[:1])
    return layout


def check_layout(tensors: Tensors, layout: Layout) -> None:
    """Raise ``ValueError`` for the first tensor that is missing, unknown, of another type or shape, or not finite."""
    for name in layout:
        if name not in tensors:
            raise ValueError(f"the tensor {name} is missing")
    for name, tensor in tensors.items():
        if name not in layout:
            raise ValueError(f"there is a tensor {name[:60]!r} that such a model does not have")
        dtype, shape = layout[name]
        if tensor.dtype != dtype or tensor.shape != shape:
            raise ValueError(
                f"the tensor {name} is {tensor.dtype} {list(tensor.shape)}, and it must be {dtype} {list(shape)}"
            )
        if not within(tensor):
            raise ValueError(f"the tensor {name} holds what is no number, or one beyond {MAX_WEIGHT:g}")


def within(tensor: NDArray[Any]) -> bool:
    """Tell whether all numbers of a tensor are finite and at most ``MAX_WEIGHT``; bf16 is given as bits in uint16."""
    if tensor.dtype == np.uint16:
        return not tensor.size or int((tensor & 0x7FFF).max()) <= MAX_WEIGHT_BF16
    if tensor.dtype.kind != "f" or not tensor.size:
        return True
    return bool(tensor.min() >= -MAX_WEIGHT and tensor.max() <= MAX_WEIGHT)  # neither is, where there is a NaN
