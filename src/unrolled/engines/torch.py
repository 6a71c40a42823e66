"""The engine ``torch``: the network as the torch module that training uses, on any device."""

from __future__ import annotations

import numpy as np
import torch

from ..arrays import FloatsNE, IdsBT
from ..datasets.encoder_input import EncoderInput
from ..errors import ModelFileError
from ..model_file.bundle import Bundle
from ..networks.modules import Network, build
from ..networks.modules.base import Encoded, on_device
from ..networks.modules.device import find_device, refuse_inherited
from ..tasks import TASKS
from .base import Engine, EngineState, FirstState, Scanned, check_like, row_by_row
from .labels import START
from .reader import Answers, Reader
from .reference import first_state, for_rows


def open_bundle(bundle: Bundle, device: str, weights: str) -> Torch:
    """Return the engine for a model on a device (``auto``: the CPU)."""
    first = first_state(bundle) if bundle.config.kind.of_cells else {}
    return Torch(open_network(bundle, device), first)


def open_reader(bundle: Bundle, device: str, weights: str) -> TorchReader:
    """Return the reader for a model on a device (``auto``: the CPU)."""
    return TorchReader(open_network(bundle, device))


def open_network(bundle: Bundle, device: str) -> Network:
    """Return the torch module of a model."""
    network = build(TASKS[bundle.config.task].network(bundle.config, bundle.vocabularies))
    try:
        weights_of = {name: array for name, array in bundle.tensors.items() if not name.startswith(START)}
        network.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in weights_of.items()})
    except RuntimeError as error:
        raise ModelFileError(f"the weights do not fit their description ({error}); train the model again") from None
    network.unseen = max(vocabulary.unseen for vocabulary in bundle.vocabularies.values())  # that of the targets
    return network.to(find_device("cpu" if device == "auto" else device))


class Torch(Engine):
    """A ``Network`` without gradients, perhaps with sources to look back at."""

    def __init__(self, network: Network, first: FirstState, encoded: Encoded | None = None) -> None:
        self.network, self.device, self.first = network, network.head.bias.device, first
        self.encoded = encoded or Encoded()

    def start(self, rows: int) -> EngineState:
        if self.first:
            return for_rows(self.first, rows)
        return {name: part.cpu().numpy() for name, part in self.network.start(rows).items()}

    def check(self, state: EngineState) -> None:
        check_like(state, self.start(1))
        self.network.check({name: torch.from_numpy(part) for name, part in state.items()})

    @torch.no_grad()
    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        refuse_inherited(self.device.type)
        if ids.shape[1] == 1 and len(ids) > 1:
            return row_by_row(self.scan, ids, state)
        tensors = {name: torch.from_numpy(np.ascontiguousarray(part)).to(self.device) for name, part in state.items()}
        read = torch.from_numpy(np.ascontiguousarray(ids)).long().to(self.device)
        memory = self.encoded.memory.of(tensors["source"]) if self.encoded.memory else None
        encoded = Encoded(memory=memory, looked=[])
        logits, after = self.network(read, tensors, encoded=encoded)
        looked = {"attention": encoded.looked[0]} if encoded.looked else {}
        changed = {name: part.cpu().numpy() for name, part in (after | looked).items()}
        return logits.cpu().numpy(), {**state, **changed}


class TorchReader(Reader):
    """A ``Network`` that reads sources first."""

    def __init__(self, network: Network) -> None:
        self.network, self.device = network, network.head.bias.device

    @torch.no_grad()
    def encode(self, given: EncoderInput) -> Engine:
        refuse_inherited(self.device.type)
        encoded = self.network.encode(on_device(given, self.device))
        if encoded.answers is not None:
            return Answers(self.network.head(encoded.answers).cpu().numpy())
        assert encoded.first is not None, "it comes from the source"
        first = {name: part.cpu().numpy() for name, part in encoded.first.items()}
        return Torch(self.network, {**first, "source": np.arange(len(given))}, encoded)

    @torch.no_grad()
    def vectors(self, given: EncoderInput) -> FloatsNE:
        refuse_inherited(self.device.type)
        whole = self.network.encode(on_device(given, self.device)).whole
        assert whole is not None, "it reads sources"
        return whole.cpu().numpy()
