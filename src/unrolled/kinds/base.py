"""What a kind of model is: the facts by which one differs from another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..networks.shapes import Shapes
    from ..networks.spec import NetworkSpec


OF_NETWORKS = frozenset(
    {
        *("context", "hidden_size", "layers", "dropout"),
        *("minutes", "steps", "epochs", "batch_size", "sequence_length", "batches", "patience", "schedule", "device"),
        *("learning_rate", "weight_decay", "gradient_clip", "label_smoothing"),
    }
)
"""The options that every network has, of whatever kind."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What the rest of the package may ask of a kind of model: plain data, and names of modules that are opened late.

    A fact that is left out means no, or that the kind has nothing of its own there.
    """

    options: frozenset[str] = frozenset()
    """The options that it has and not every other kind: names of fields in ``config``."""
    called: str
    """What messages call it."""
    title: str
    """One model in a word and its sizes: a template over its options, of which ``cell`` tells a window's width, too."""
    counted: bool = False
    """Whether it is a chain of n-grams, counted in one pass; else it is a network that learns step by step."""
    of_cells: bool = False
    """Whether it is a stack of cells, which begins in a state that can be given."""
    reads: bool = False
    """Whether it can read a source, as tasks other than ``language`` want it."""
    labels: bool = False
    """Whether labels can condition what it writes."""
    low_precision: bool = False
    """Whether its matrices can be kept and run in bf16 and int8."""
    engine: str = ""
    """The module of ``engines`` that alone runs it; without one, the user chooses an engine."""
    network: str = ""
    """The module of ``networks.pretrained`` that makes its torch module; without one, it is a stack of cells."""
    shapes: Callable[[NetworkSpec], Shapes] | None = None
    """The shape of every tensor of its network, by name, where that is no stack of cells."""
    recipe: str = ""
    """The module of ``training.recipes`` that chooses its sizes, where it learns step by step."""
    needs: str = ""
    """The package that it needs, which the extra of the kind's name installs."""
    in_folders: bool = False
    """Whether ``transformers`` can have it as a folder."""
