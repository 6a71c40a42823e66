"""The work of a run as plain data: what to learn from, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import ModelOptions, RunOptions, TrainOptions
from ..data.material import Material
from .base import Base
from .schedule import Plan


@dataclass(frozen=True)
class Work:
    """All that a run is given; options may still have gaps."""

    split: Material
    corpus: dict[str, Any]
    model: ModelOptions
    train: TrainOptions
    run: RunOptions
    resume_file: Path | None = None
    replay: list[Plan] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    why_unit: str = ""
    shown: tuple[tuple[str, str], ...] = ()
    base: Base | None = None
