"""The engine ``native``: the network in the C kernels, its weights packed once, in fp32, bf16 or int8.

What only models of sources need is imported where it is used: a process that writes little spends its time starting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import kernels
from ..arrays import DoublesBT, FloatsBLH, FloatsBLK, FloatsBV, FloatsX, IdsBT
from ..config import GenerateOptions
from ..cores import default_threads
from ..errors import MissingExtraError
from ..kernels.inference import PackedNetwork, Shape
from ..kernels.structures import Filters
from ..model_file.bundle import Bundle
from ..networks.cells import CELLS
from ..networks.cells.base import Recurrence
from ..networks.spec import NetworkSpec
from ..sampling import COLD, asked_for
from ..tasks import TASKS
from ..text.vocabulary import SPECIAL
from .base import DrawingEngine, Drawn, EngineState, FirstState, Scanned, check_like
from .reference import first_state, float_tensors, for_rows, input_table

if TYPE_CHECKING:
    from ..kernels.attention import Attended, PackedMemory
    from .encoder import LayerScan
    from .reader import AttentionMemory, LightReader

MAX_INT32 = 2**31 - 1
NATIVE_FILTERS = ("temperature", "top_k", "top_p", "min_p")
"""The filters that the kernels have, too."""


def open_bundle(bundle: Bundle, device: str, weights: str) -> Native:
    """Return the engine for a model; the device is always the CPU."""
    spec, tensors = TASKS[bundle.config.task].network(bundle.config, bundle.vocabularies), float_tensors(bundle)
    return Native(pack(find_library(), spec, tensors, weights), CELLS[spec.cell].parts, first_state(bundle))


def open_reader(bundle: Bundle, device: str, weights: str) -> LightReader:
    """Return the reader for a model; the device is always the CPU."""
    from .reader import LightReader

    library = find_library()
    spec, tensors = TASKS[bundle.config.task].network(bundle.config, bundle.vocabularies), float_tensors(bundle)
    packed = pack(library, spec, tensors, weights) if spec.pooling == "none" else None

    def make_writer(first: FirstState, memory: AttentionMemory | None) -> Native:
        assert packed, "what only answers writes nothing"
        return Native(packed, CELLS[spec.cell].parts, first, packed_memory(memory) if memory else None)

    return LightReader(spec, tensors, lambda cell, recurrence: kernel_scan(library, cell, recurrence), make_writer)


def find_library() -> kernels.Library:
    """Return the kernels, or the sentence that says why there are none."""
    library = kernels.load()
    if library is None:
        raise MissingExtraError(f"the native engine is {kernels.reason_missing()}; or use --engine=reference")
    return library


def pack(library: kernels.Library, spec: NetworkSpec, tensors: dict[str, FloatsX], weights: str) -> PackedNetwork:
    """Return the network that writes, in the kernels."""
    cell = kernel_of(spec.cell)
    shape = Shape(cell, spec.layers, spec.hidden_size, spec.inputs, spec.attention)
    return PackedNetwork(library, shape, input_table(spec, tensors), tensors, weights)


def kernel_of(cell: str) -> kernels.CellKernel:
    """Return what the kernels are told of a cell that has some."""
    found = CELLS[cell].kernel
    assert found, "no other cell is opened here"
    return found


def kernel_scan(library: kernels.Library, cell: str, recurrence: Recurrence) -> LayerScan:
    """Return a layer's scan in the kernels."""
    from ..kernels.encoder import PackedLayer

    layer = PackedLayer(library, kernel_of(cell), recurrence.w_hh, recurrence.b_hh)
    return lambda a: layer.scan(a, default_threads())[0]


def packed_memory(memory: AttentionMemory) -> PackedMemory:
    """Return the places of sources as the kernels read them, padding left out."""
    from ..kernels.attention import pack_memory

    real = np.arange(memory.keys.shape[1]) < memory.sizes[:, None]
    return pack_memory(memory.keys[real], memory.values[real], memory.sizes.tolist())


class Native(DrawingEngine):
    """A ``PackedNetwork`` behind the contract of an engine; rows are shared out to threads."""

    def __init__(
        self,
        network: PackedNetwork,
        parts: tuple[str, ...],
        first: FirstState,
        memory: PackedMemory | None = None,
    ) -> None:
        self.network, self.parts, self.first, self.memory = network, parts, first, memory
        self.threads: int | None = None  # as many as there are cores at each call: it may be in a forked process

    def start(self, rows: int) -> EngineState:
        return for_rows(self.first, rows)

    def check(self, state: EngineState) -> None:
        check_like(state, self.start(1))

    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        attended, threads = self.attended(state), self.threads_for(len(ids))
        if attended is None:
            logits, after = self.network.scan(ids, self.ordered(state), threads)
            return logits, {**state, **self.named(after)}
        logits, after, weights = self.network.scan_weights(ids, self.ordered(state), threads, attended)
        return logits, {**state, **self.named(after), "attention": weights}

    def can_draw(self, options: GenerateOptions) -> bool:
        return kernels_can_draw(options)

    def draw(self, logits: FloatsBV, state: EngineState, options: GenerateOptions, uniforms: DoublesBT) -> Drawn:
        threads = self.threads_for(len(uniforms))
        given = (logits, self.ordered(state), as_filters(options), uniforms, threads, self.attended(state))
        ids, last, after = self.network.draw(*given)
        return ids, last, {**state, **self.named(after)}

    def threads_for(self, rows: int) -> int:
        """Threads to share rows out to; one row needs no look at the cores, which takes as long as a small step."""
        return 1 if rows == 1 else self.threads or default_threads()

    def attended(self, state: EngineState) -> Attended | None:
        """Return what the rows look at, if they look at anything."""
        if not self.memory:
            return None
        from ..kernels.attention import Attended

        return Attended(self.memory, state["source"])

    def ordered(self, state: EngineState) -> tuple[FloatsBLH, ...]:
        """Return the state's parts in the cell's order."""
        return tuple(state[part] for part in self.parts)

    def named(self, state: tuple[FloatsBLK, ...]) -> EngineState:
        """Return the state's parts by name, without the kernels' padding."""
        return {name: part[..., : self.network.shape.hidden] for name, part in zip(self.parts, state, strict=True)}


def kernels_can_draw(options: GenerateOptions) -> bool:
    """Tell whether the kernels know all filters that the options ask for."""
    return asked_for(options).keys() <= set(NATIVE_FILTERS)


def as_filters(options: GenerateOptions) -> Filters:
    """Return the kernels' form of the filters."""
    return Filters(
        temperature=options.temperature if options.temperature >= COLD else 0.0,
        top_p=1.0 if options.top_p is None else options.top_p,
        min_p=options.min_p or 0.0,
        top_k=min(options.top_k or 0, MAX_INT32),
        special=SPECIAL,
        ends=not options.endless,
    )
