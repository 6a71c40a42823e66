"""Other ways to write with the same weights, each as its users would write the loop: PyTorch, ONNX Runtime, Keras."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from unrolled.model_file.bundle import Bundle
from unrolled.networks.cells import CELLS

TEMPERATURE = 0.8
Writer = Callable[[int], object]


def weights_of(made: Bundle) -> dict[str, Tensor]:
    """The model's tensors."""
    return {name: torch.from_numpy(array.copy()) for name, array in made.tensors.items()}


def stock(made: Bundle) -> tuple[nn.Embedding, nn.RNNBase, nn.Linear]:
    """Embedding, stock recurrent module and head with the model's weights."""
    weights = weights_of(made)
    embedding = nn.Embedding.from_pretrained(weights["embedding.weight"])
    module: type[nn.RNNBase] = getattr(nn, CELLS[made.config.cell].torch_name)
    assert made.config.hidden_size and made.config.layers, "made with both"
    rnn = module(embedding.embedding_dim, made.config.hidden_size, made.config.layers, batch_first=True)
    rnn.load_state_dict({name[4:]: tensor for name, tensor in weights.items() if name.startswith("rnn.")})
    head = nn.Linear(made.config.hidden_size, len(weights["head.bias"]))
    head.load_state_dict({"weight": weights["head.weight"], "bias": weights["head.bias"]})
    return embedding, rnn, head


def eager(made: Bundle, rows: int) -> Writer:
    """(a) ``nn.LSTM`` one step at a time, as everybody writes it."""
    embedding, rnn, head = stock(made)

    @torch.no_grad()
    def write(count: int) -> object:
        ids, state = torch.full((rows, 1), 5), None
        for _ in range(count):
            y, state = rnn(embedding(ids), state)
            ids = torch.multinomial((head(y[:, -1]) / TEMPERATURE).softmax(-1), 1)
        return ids

    return write


def without_onednn(made: Bundle, rows: int) -> Writer:
    """(b) The same with oneDNN off, which otherwise packs the weights anew at every step."""
    inner = eager(made, rows)

    def write(count: int) -> object:
        with torch.backends.mkldnn.flags(enabled=False):
            return inner(count)

    return write


def by_cells(made: Bundle, rows: int, compiled: bool = False) -> Writer:
    """(b) ``LSTMCell`` or ``GRUCell`` for each layer; ``compiled`` by ``torch.compile``, which takes half a minute."""
    weights, layers = weights_of(made), made.config.layers or 1
    assert made.config.hidden_size, "made with one"
    kind = nn.LSTMCell if made.config.cell == "lstm" else nn.GRUCell
    cells = []
    for n in range(layers):
        cell = kind(made.config.hidden_size if n else weights["embedding.weight"].shape[1], made.config.hidden_size)
        cell.load_state_dict({name: weights[f"rnn.{name}_l{n}"] for name in cell.state_dict()})
        cells.append(cell)
    embedding, _, head = stock(made)

    def step(ids: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        x, after = embedding(ids), []
        for cell, state in zip(cells, states, strict=True):
            after.append(cell(x, state))
            x = after[-1][0] if made.config.cell == "lstm" else after[-1]
        return (head(x) / TEMPERATURE).softmax(-1), after

    run = torch.compile(step) if compiled else step
    zeros = torch.zeros(rows, made.config.hidden_size)
    first = (zeros, zeros) if made.config.cell == "lstm" else zeros

    @torch.no_grad()
    def write(count: int) -> object:
        ids, states = torch.full((rows,), 5), [first] * layers
        for _ in range(count):
            probabilities, states = run(ids, states)
            ids = torch.multinomial(probabilities, 1)[:, 0]
        return ids

    return write


def draw(logits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An id a row in NumPy."""
    scaled = logits.astype(np.float64) / TEMPERATURE
    powers = np.exp(scaled - scaled.max(-1, keepdims=True)).cumsum(-1)
    return (powers < rng.random((len(logits), 1)) * powers[:, -1:]).sum(-1)


def onnx_graph(made: Bundle, rows: int) -> Any:
    """Embedding, ONNX's LSTM or GRU for each layer, head: ids and states in, logits and states out."""
    from onnx import TensorProto, helper, numpy_helper

    order = [0, 3, 1, 2] if made.config.cell == "lstm" else [1, 0, 2]  # ONNX has i, o, f, c and z, r, h
    width, layers, parts = made.config.hidden_size, made.config.layers, CELLS[made.config.cell].parts
    tensors = made.tensors

    def gates(array: np.ndarray) -> np.ndarray:
        return np.concatenate([array.reshape(len(order), width, -1)[gate] for gate in order])

    constants = {"embedding": tensors["embedding.weight"], "head": tensors["head.weight"].T.copy()}
    constants |= {"bias": tensors["head.bias"], "squeezed": np.array([1], np.int64)}
    nodes = [helper.make_node("Gather", ["embedding", "ids"], ["x0"])]
    ins = [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, rows])]
    outs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, rows, len(tensors["head.bias"])])]
    for n in range(layers):
        constants[f"W{n}"] = gates(tensors[f"rnn.weight_ih_l{n}"])[None]
        constants[f"R{n}"] = gates(tensors[f"rnn.weight_hh_l{n}"])[None]
        biases = [gates(tensors[f"rnn.bias_{part}_l{n}"]).ravel() for part in ("ih", "hh")]
        constants[f"B{n}"] = np.concatenate(biases)[None]
        first, last = [f"{part}{n}" for part in parts], [f"{part}{n}_after" for part in parts]
        extra = {"linear_before_reset": 1} if made.config.cell == "gru" else {}
        inputs = [f"x{n}", f"W{n}", f"R{n}", f"B{n}", "", *first]
        kind = made.config.cell.upper()
        nodes.append(helper.make_node(kind, inputs, [f"y{n}", *last], hidden_size=width, **extra))
        nodes.append(helper.make_node("Squeeze", [f"y{n}", "squeezed"], [f"x{n + 1}"]))
        for names, values in ((first, ins), (last, outs)):
            values += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, rows, width]) for name in names]
    nodes.append(helper.make_node("MatMul", [f"x{layers}", "head"], ["product"]))
    nodes.append(helper.make_node("Add", ["product", "bias"], ["logits"]))
    stored = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "network", ins, outs, stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def onnx_runtime(made: Bundle, rows: int, int8: bool) -> Writer:
    """(c) ONNX Runtime with the state in and out; int8 by its own dynamic quantisation."""
    import onnx
    import onnxruntime as ort

    folder = Path(tempfile.mkdtemp())
    path = folder / "network.onnx"
    onnx.save(onnx_graph(made, rows), path)
    if int8:
        from onnxruntime.quantization import quantize_dynamic

        quantize_dynamic(path, folder / "int8.onnx")
        path = folder / "int8.onnx"
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = torch.get_num_threads()
    settings.log_severity_level = 3
    session = ort.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()][1:]
    rng = np.random.default_rng(1)

    def write(count: int) -> object:
        ids = np.full((1, rows), 5, np.int64)
        state = [np.zeros((1, rows, made.config.hidden_size or 0), np.float32) for _ in names]
        for _ in range(count):
            logits, *state = session.run(None, {"ids": ids, **dict(zip(names, state, strict=True))})
            ids = draw(logits[0], rng)[None]
        return ids

    return write


def keras_layers(made: Bundle, rows: int) -> Writer:
    """(d) Keras' layers called directly, the state handed on."""
    import keras

    width, layers = made.config.hidden_size, made.config.layers or 1
    kind = keras.layers.LSTM if made.config.cell == "lstm" else keras.layers.GRU
    stack = [kind(width, return_sequences=True, return_state=True) for _ in range(layers)]
    weights = weights_of(made)

    @torch.no_grad()
    def write(count: int) -> object:
        ids, states = torch.full((rows, 1), 5), [None] * layers
        for _ in range(count):
            x = weights["embedding.weight"][ids]
            for n, layer in enumerate(stack):
                x, *states[n] = layer(x, initial_state=states[n])
            logits = x[:, -1] @ weights["head.weight"].T + weights["head.bias"]
            ids = torch.multinomial((logits / TEMPERATURE).softmax(-1), 1)
        return ids

    return write


def others(made: Bundle, rows: int) -> dict[str, Writer]:
    """All rivals but the plain loop, as far as their packages are installed."""
    found: dict[str, Writer] = {"PyTorch, oneDNN off (b)": without_onednn(made, rows)}
    found["PyTorch cells (b)"] = by_cells(made, rows)
    found["PyTorch compiled (b)"] = by_cells(made, rows, compiled=True)
    optional: dict[str, Callable[[], Writer]] = {
        "ONNX Runtime fp32 (c)": lambda: onnx_runtime(made, rows, int8=False),
        "ONNX Runtime int8 (c)": lambda: onnx_runtime(made, rows, int8=True),
        "Keras (d)": lambda: keras_layers(made, rows),
    }
    for name, make in optional.items():
        try:
            found[name] = make()
        except ImportError as error:
            print(f"{name} is left out: {error}")
    return found
