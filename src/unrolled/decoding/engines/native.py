"""The engine ``native``: the network in the C kernels, its weights packed once, in fp32, bf16 or int8."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from ... import kernels
from ...bundle import Bundle
from ...cells import CELLS
from ...cells.base import Array
from ...config import GenerateOptions
from ...errors import MissingExtraError
from ...kernels.inference import PackedNetwork, Shape
from ...kernels.structures import Filters
from ...tasks import TASKS
from ...text.base import Ids
from ...text.vocabulary import SPECIAL
from ..sampling import COLD
from .base import DrawingEngine, Drawn, EngineState, Logits, Scanned
from .reading import LightReader
from .reference import first_state, float_tensors, for_rows, input_table

MOST = 2**31 - 1


def open_bundle(bundle: Bundle, device: str, weights: str) -> Native:
    """The engine for a model; the device is always the CPU."""
    library = kernels.load()
    if library is None:
        raise MissingExtraError(f"the native engine is {kernels.reason_missing()}; or use --engine reference")
    spec = TASKS[bundle.config.task].network(bundle.config, bundle.vocabularies)
    cell = CELLS[spec.cell]
    shape = Shape(cell.name, cell.gates, spec.layers, spec.hidden_size, spec.inputs, len(cell.parts) > 1)
    tensors = float_tensors(bundle)
    network = PackedNetwork(library, shape, input_table(spec, tensors), tensors, weights)
    return Native(network, cell.parts, first_state(bundle))


def open_reader(bundle: Bundle, device: str, weights: str) -> LightReader:
    """The reader for a model; the device is always the CPU."""
    from .reference import open_reader as slow

    return slow(bundle, device, weights)


class Native(DrawingEngine):
    """A ``PackedNetwork`` behind the contract of an engine; rows are shared out to threads."""

    def __init__(self, network: PackedNetwork, parts: tuple[str, ...], first: dict[str, Array]) -> None:
        self.network, self.parts, self.first = network, parts, first
        self.threads = int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)

    def start(self, rows: int) -> EngineState:
        return for_rows(self.first, rows)

    def scan(self, ids: Ids, state: EngineState) -> Scanned:
        logits, after = self.network.scan(ids, self.ordered(state), self.threads)
        return logits, self.named(after)

    def draw(
        self, logits: Logits, state: EngineState, options: GenerateOptions, uniforms: NDArray[np.float64]
    ) -> Drawn:
        ids, last, after = self.network.draw(logits, self.ordered(state), as_filters(options), uniforms, self.threads)
        return ids, last, self.named(after)

    def ordered(self, state: EngineState) -> tuple[NDArray[np.float32], ...]:
        """The state's parts in the cell's order."""
        return tuple(state[part] for part in self.parts)

    def named(self, state: tuple[NDArray[np.float32], ...]) -> EngineState:
        """The state's parts by name, without the kernels' padding."""
        return {name: part[..., : self.network.shape.hidden] for name, part in zip(self.parts, state, strict=True)}


def as_filters(options: GenerateOptions) -> Filters:
    """The kernels' form of the filters."""
    return Filters(
        temperature=options.temperature if options.temperature >= COLD else 0.0,
        top_p=1.0 if options.top_p is None else options.top_p,
        min_p=options.min_p or 0.0,
        top_k=min(options.top_k or 0, MOST),
        special=SPECIAL,
        ends=not options.endless,
    )
