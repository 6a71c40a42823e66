"""The tensors of a network: the name and the shape of each, from its plain description.

Modules make their parameters so, and a model file must hold these and no others. Letters: E = ``embedding_size``,
H = ``hidden_size``, G gates of the cell.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from .cells import find_cell

if TYPE_CHECKING:
    from .spec import EncoderSpec, NetworkSpec

Shapes = dict[str, tuple[int, ...]]

LABEL_WIDTH = 64
"""The width of the vectors that labels are."""
POOLED = {"last": 1, "mean": 1, "max": 1, "all": 3, "each": 1}
"""The ways to pool the positions of a source, and how many times the encoder's width each of them is wide."""
GRID = 7
"""The most positions along a side of an image's grid: that of VGG and ResNet, as in Show, Attend and Tell."""
NARROWEST = 16
"""Channels of the first stage of the network that sees pixels, at least."""
BACKWARDS = "_reverse"
"""Behind the names of the weights of a layer that reads from the end, as PyTorch has them."""


def shapes_of(spec: NetworkSpec) -> Shapes:
    """Return the shape of every tensor of a network, by name; raises ``OptionError`` where no network is so."""
    if spec.pooling != "none":
        return answering(spec)
    return (spec.kind.shapes or recurrent)(spec)


def recurrent(spec: NetworkSpec) -> Shapes:
    """Return the shapes of what writes: embedding, stack of cells, head, and what begins its state."""
    cell, size = find_cell(spec.cell, spec.context), spec.hidden_size
    shapes: Shapes = {}
    if not spec.one_hot:
        shapes["embedding.weight"] = (spec.inputs, spec.embedding_size)
    for layer in range(spec.layers):
        shapes |= layer_shapes(f"l{layer}", spec.cell, spec.context, spec.input_size(layer), size)
    if spec.tied and not spec.one_hot:
        shapes["head.project.weight"] = (spec.embedding_size, size)
    else:
        shapes["head.weight"] = (spec.outputs, size)
    shapes["head.bias"] = (spec.outputs,)
    states = len(cell.parts) * spec.layers * size
    if spec.labels:
        shapes["condition.embedding.weight"] = (spec.labels, LABEL_WIDTH)
        shapes["condition.state.weight"] = (states, LABEL_WIDTH)
        shapes["condition.input.weight"] = (cell.gates * size, LABEL_WIDTH)
    if spec.encoder:
        width = spec.encoder.width
        shapes |= encoder_shapes(spec.encoder)
        shapes |= {"bridge.weight": (states, width), "bridge.bias": (states,)}
        shapes |= attention_shapes(spec.attention, size, width)
    return shapes


def answering(spec: NetworkSpec) -> Shapes:
    """Return the shapes of what reads a source and writes nothing: encoder and head."""
    assert spec.encoder, "there is nothing else to answer from"
    width = POOLED[spec.pooling] * spec.encoder.width
    return {**encoder_shapes(spec.encoder), "head.weight": (spec.outputs, width), "head.bias": (spec.outputs,)}


def layer_shapes(name: str, cell_name: str, context: int, inputs: int, size: int) -> Shapes:
    """Return the shapes of a layer of cells, with the names of ``torch.nn.LSTM``."""
    cell = find_cell(cell_name, context)
    rows = cell.gates * size
    through_state = rows if cell.recurrent else 0
    return {
        f"rnn.weight_ih_{name}": (rows, inputs),
        f"rnn.weight_hh_{name}": (through_state, size),
        f"rnn.bias_ih_{name}": (rows,),
        f"rnn.bias_hh_{name}": (through_state,),
    }


def attention_shapes(way: str, size: int, width: int) -> Shapes:
    """Return the shapes of an attention over positions [S, ``width``] from outputs of ``size``."""
    if way == "none":
        return {}
    additive = way == "additive"
    query: Shapes = {"attention.query.weight": (size, size), "attention.query.bias": (size,)} if additive else {}
    return {
        "attention.key.weight": (size, width),
        "attention.value.weight": (size, width),
        "attention.hidden.weight": (size, size),
        "attention.hidden.bias": (size,),
        "attention.score": (size if additive else 0,),
        **query,
    }


def encoder_shapes(spec: EncoderSpec) -> Shapes:
    """Return the shapes of what reads a source."""
    return {f"encoder.{name}": shape for name, shape in ENCODERS[spec.kind](spec).items()}


def units_encoder(spec: EncoderSpec) -> Shapes:
    """Return the shapes of an embedding, if it is not shared, and a stack of cells in one or two directions."""
    shapes: Shapes = {} if spec.shared else {"embedding.weight": (spec.inputs, spec.embedding_size)}
    for layer in range(spec.layers):
        for way in ("", BACKWARDS)[: spec.directions]:
            shapes |= layer_shapes(f"l{layer}{way}", spec.cell, 0, spec.input_size(layer), spec.hidden_size)
    return shapes


def features_encoder(spec: EncoderSpec) -> Shapes:
    """Return the shapes of the projection of ready features."""
    return {"project.weight": (spec.hidden_size, spec.inputs), "project.bias": (spec.hidden_size,)}


def pixels_encoder(spec: EncoderSpec) -> Shapes:
    """Return the shapes of a convolutional network and of what makes one vector of its grid."""
    size = spec.hidden_size
    shapes: Shapes = {}
    for stage, (before, after) in enumerate(pairwise([3, *channels_of(spec.inputs, size)])):
        shapes |= {f"pixels.conv.{stage}.weight": (after, before, 3, 3), f"pixels.conv.{stage}.bias": (after,)}
    shapes["whole.weight"] = (size, grid_side(spec.inputs) ** 2 * size)
    return shapes | dict.fromkeys(("whole.bias", "mean", "variance"), (size,))


def channels_of(size: int, width: int) -> list[int]:
    """Return the channels of each stage for pictures of a size: half as many as in the next, but not too few."""
    found = [width]
    side = (size + 1) // 2
    while side > GRID:
        side = (side + 1) // 2
        found.append(max(found[-1] // 2, min(NARROWEST, width)))
    return found[::-1]


def grid_side(size: int) -> int:
    """Return the positions along a side of the grid for pictures of a size."""
    stages = len(channels_of(size, 1))
    return -(-size // (1 << stages))


ENCODERS: dict[str, Callable[[EncoderSpec], Shapes]] = {
    "units": units_encoder,
    "features": features_encoder,
    "pixels": pixels_encoder,
}
