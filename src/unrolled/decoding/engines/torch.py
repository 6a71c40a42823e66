"""The engine ``torch``: the network as the torch module that training uses, on any device."""

from __future__ import annotations

import numpy as np
import torch

from ...bundle import Bundle
from ...cells.base import Array
from ...errors import ModelFileError
from ...layers import Network, build
from ...layers.device import find_device
from ...tasks import TASKS
from ...text.base import Ids
from ..condition import START
from .base import Engine, EngineState, Scanned, row_by_row
from .reference import first_state, for_rows


def open_bundle(bundle: Bundle, device: str, weights: str) -> Torch:
    """The engine for a model on a device (``auto``: the CPU)."""
    network = build(TASKS[bundle.config.task].network(bundle.config, bundle.vocabularies))
    try:
        weights_of = {name: array for name, array in bundle.tensors.items() if not name.startswith(START)}
        network.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in weights_of.items()})
    except RuntimeError as error:
        raise ModelFileError(f"the weights do not fit their description ({error}); train the model again") from None
    first = first_state(bundle) if bundle.config.model == "recurrent" else {}
    return Torch(network.to(find_device("cpu" if device == "auto" else device)), first)


class Torch(Engine):
    """A ``Network`` without gradients."""

    def __init__(self, network: Network, first: dict[str, Array]) -> None:
        self.network, self.device, self.first = network, network.head.weight.device, first

    def start(self, rows: int) -> EngineState:
        if self.first:
            return for_rows(self.first, rows)
        return {name: part.cpu().numpy() for name, part in self.network.start(rows).items()}

    @torch.no_grad()
    def scan(self, ids: Ids, state: EngineState) -> Scanned:
        if ids.shape[1] == 1 and len(ids) > 1:
            return row_by_row(self.scan, ids, state)
        tensors = {name: torch.from_numpy(np.ascontiguousarray(part)).to(self.device) for name, part in state.items()}
        logits, after = self.network(torch.from_numpy(np.ascontiguousarray(ids)).long().to(self.device), tensors)
        return logits.cpu().numpy(), {name: part.cpu().numpy() for name, part in after.items()}
