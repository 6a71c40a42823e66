"""How far a run is: everything that training counts, as plain data that JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .schedule import Plan

MEMORISING = 1.01
"""Held-out bits this far above their best, while training bits go on falling, are memorisation."""


@dataclass
class RunProgress:
    """How far a run is; all bits are per character, or per label.

    ``plans`` are those of its ``Schedule``, which adds to the same list; ``seconds`` have been counted from the first
    step on, ``validating`` are those of them that went into validations. ``loss_sum`` and ``loss_count`` are of the
    steps since the last validation.
    """

    step: int = 0
    seconds: float = 0.0
    plans: list[Plan] = field(default_factory=list)
    curve: list[dict[str, float]] = field(default_factory=list)
    loss_sum: float = 0.0
    loss_count: int = 0
    best_bits: float = math.inf
    best_step: int = 0
    best_train_bits: float = math.inf
    without_progress: int = 0
    next_validation: int = 0
    warned: bool = False
    validating: float = 0.0
    validations: int = 0
    scored: int = 0
    """Held-out units that validations read: 0 are all of them."""
    old_scored: int = 0
    """The same of the text of the model that a run goes on from."""

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> RunProgress:
        """Return what ``dataclasses.asdict`` made of a progress, and JSON of that: plans are pairs again."""
        return cls(**{**plain, "plans": [(step, steps) for step, steps in plain["plans"]]})

    def add(self, bits: float) -> None:
        """Count a step and its training loss."""
        self.step += 1
        self.loss_sum += bits
        self.loss_count += 1

    @property
    def stepping(self) -> float:
        """Seconds that did not go into validations."""
        return self.seconds - self.validating

    @property
    def train_bits(self) -> float:
        """Mean training loss since the last validation; right after one, that before it."""
        if self.loss_count:
            return self.loss_sum / self.loss_count
        return self.curve[-1]["train"] if self.curve else math.nan

    def validated(self, bits: float) -> bool:
        """Note a validation; whether it is the best so far."""
        self.curve.append({"step": self.step, "seconds": self.seconds, "train": self.train_bits, "valid": bits})
        better = bits < self.best_bits
        if better:
            self.best_bits, self.best_step, self.best_train_bits = bits, self.step, self.train_bits
        self.without_progress = 0 if better else self.without_progress + 1
        return better

    def forget_losses(self) -> None:
        """Begin a new mean of the training loss."""
        self.loss_sum, self.loss_count = 0.0, 0

    def memorising(self, per: str = "char") -> str | None:
        """Return the alarm in words, once, when the network memorises the text."""
        bits = self.curve[-1]["valid"]
        if self.warned or bits < MEMORISING * self.best_bits or self.train_bits >= self.best_train_bits:
            return None
        self.warned = True
        return (
            f"it begins to memorise: held-out text rose from {self.best_bits:.3f} bits/{per} (step {self.best_step}) "
            f"to {bits:.3f} while training fell to {self.train_bits:.3f}; the best is kept, and more text, more "
            f"--dropout or a smaller --hidden-size would help"
        )
