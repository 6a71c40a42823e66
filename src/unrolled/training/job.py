"""The work of a run as plain data: what to learn from, and how."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..config import ModelOptions, RunOptions, TrainOptions
from ..datasets.dataset import Dataset
from .base_model import PretrainedModel
from .schedule import Plan


@dataclass(frozen=True)
class TrainingJob:
    """All that a run is given; options may still have gaps.

    ``replay``, ``validations`` and ``scored`` are the plans of an earlier run that is repeated, the steps after which
    it validated, and how many held-out units it read to validate (0 are all); ``replayed`` is the model that tells of
    it. ``given`` are the options as the user gave them; ``other_budget`` says that a stopped run had another budget.
    """

    split: Dataset
    corpus: dict[str, Any]
    model: ModelOptions
    train: TrainOptions
    run: RunOptions
    resume_file: Path | None = None
    replay: list[Plan] = field(default_factory=list)
    validations: list[int] = field(default_factory=list)
    scored: int = 0
    replayed: str | None = None
    given: dict[str, Any] = field(default_factory=dict)
    other_budget: bool = False
    notes: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    why_unit: str = ""
    shown: tuple[tuple[str, str], ...] = ()
    base: PretrainedModel | None = None
    start: dict[str, Any] = field(default_factory=dict)
    """What a record tells of the start, where it was chosen."""

    def about(self) -> dict[str, Any]:
        """Return what a resume file says of it, so that it can be gathered again."""
        return {
            "digest": self.corpus["digest"],
            "cutter": self.corpus["cutter"],
            "replay": self.replay,
            "validations": self.validations,
            "replayed": self.replayed,
            "base": self.base and self.base.path,
            "start": self.start,
            "read": self.corpus.get("read", {}),
            "run": asdict(self.run),
            "given": self.given,
        }
