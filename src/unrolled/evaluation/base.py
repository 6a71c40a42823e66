"""What an evaluation found, in plain data."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Example:
    """A source, all that was wanted of it, and what the model made of it, with figures of its own by their names."""

    source: str
    wanted: tuple[str, ...]
    got: str
    figures: Mapping[str, float]
    ids: tuple[int, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Return the example as JSON has it."""
        return {"source": self.source, "wanted": list(self.wanted), "got": self.got, **self.figures}


@dataclass(frozen=True)
class Classes:
    """The labels one by one, in the order of the ``confusion`` matrix (rows gold, columns predicted).

    ``confused`` are the most frequent errors: (wanted, got, how often).
    """

    labels: tuple[str, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    counts: tuple[int, ...]
    confusion: tuple[tuple[int, ...], ...]
    confused: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Evaluation:
    """How a model did on ``examples``, which are as they came.

    ``figures`` have the most telling first; ``signatures`` tell of some how they were computed. ``worst`` are places
    in ``examples``, the worst first, ranked by the figure ``by``. ``baseline`` is what counting words achieves (for a
    classifier), and ``notes`` are what has to be known beside the figures, such as why there is no baseline.
    """

    task: str
    model: str
    figures: Mapping[str, float]
    examples: tuple[Example, ...]
    worst: tuple[int, ...]
    by: str
    signatures: Mapping[str, str] = field(default_factory=dict)
    classes: Classes | None = None
    baseline: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()

    @property
    def references(self) -> int:
        """How many texts or labels were wanted: a source can have several."""
        return sum(len(each.wanted) for each in self.examples)

    def shown(self, count: int = 5) -> list[Example]:
        """Return the worst examples, at most so many."""
        return [self.examples[place] for place in self.worst[:count]]

    def noting(self, *notes: str) -> Evaluation:
        """Return the same with more notes, before those that it has."""
        return dataclasses.replace(self, notes=(*notes, *self.notes))

    def summary(self, count: int = 5) -> dict[str, Any]:
        """Return all but the examples as JSON has it, with the worst of them."""
        figures = {
            "task": self.task,
            "model": self.model,
            "sources": len(self.examples),
            "references": self.references,
            **self.figures,
            "signatures": dict(self.signatures),
            "classes": dataclasses.asdict(self.classes) if self.classes else None,
            "baseline": dict(self.baseline) if self.baseline else None,
            "by": self.by,
            "worst": [each.facts() for each in self.shown(count)],
            "notes": list(self.notes),
        }
        kept = ("baseline", "notes") if self.classes else ("notes",)
        return {name: value for name, value in figures.items() if name in kept or value not in (None, {})}
