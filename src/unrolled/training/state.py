"""The data of a run between two steps: all that a resume file holds, and nothing else that a run changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from ..networks.modules.stack import NetworkState
from .progress import RunProgress
from .recipes.text import RecipeSummary

PREFIXES = {"network": "network", "best": "best", "hidden_state": "state", "optimizers": "optimizer"}
"""Before the names of the tensors of a field, in a resume file."""
ENTRIES = ("ledger", "told", "before")
"""What a resume file calls the progress, the summary and the figures before the first step; the rest is the job's."""


@dataclass(frozen=True, eq=False)
class RunState:
    """A run between two steps, as plain data: from it, the next step is the one that the run would have made.

    ``network`` and ``best`` are weights by their names: those of the last step, and of the best validation (none
    before it). ``hidden_state`` is the state that the next batch begins with, ``optimizers`` what ``optimizer_state``
    tells of them. ``before`` are bits of held-out texts before the first step of a run that goes on from a model.
    ``job`` says from what and how to learn, as ``settings.of_stopped_run`` reads it.
    """

    network: dict[str, Tensor]
    best: dict[str, Tensor]
    hidden_state: NetworkState
    optimizers: dict[str, Tensor]
    progress: RunProgress
    summary: RecipeSummary
    before: dict[str, float | None]
    job: dict[str, Any]

    def to_tensors(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return all tensors by their names in a resume file, and everything else as JSON can hold it."""
        tensors = {
            f"{prefix}.{name}": tensor
            for field, prefix in PREFIXES.items()
            for name, tensor in getattr(self, field).items()
        }
        own = dict(zip(ENTRIES, (asdict(self.progress), asdict(self.summary), self.before), strict=True))
        return tensors, {**own, **self.job}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> RunState:
        """Return what ``to_tensors`` was made of; raises ``ValueError`` for a tensor that is of no field."""
        fields: dict[str, dict[str, Tensor]] = {prefix: {} for prefix in PREFIXES.values()}
        for name, tensor in tensors.items():
            prefix, _, own = name.partition(".")
            if prefix not in fields:
                raise ValueError(f"no run has a tensor {name[:60]!r}")
            fields[prefix][own] = tensor
        return cls(
            **{field: fields[prefix] for field, prefix in PREFIXES.items()},
            progress=RunProgress.from_plain(about["ledger"]),
            summary=RecipeSummary(**about["told"]),
            before=about.get("before", {}),
            job={name: value for name, value in about.items() if name not in ENTRIES},
        )
