"""A dataset, of a text (``TextDataset``) or of examples (``ExampleDataset``), and how a task is asked for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..config import ModelOptions, ReadOptions, TrainOptions
from ..text.vocabulary import Vocabulary
from .batches import Batch, Batches
from .encoder_input import EncoderInput, Numbers
from .holdout import CUTTER

if TYPE_CHECKING:
    from ..tasks.caption.rows import OpenVisionEncoder

SHOWN_EXAMPLES = 3
"""Held-out examples that are shown."""


class Dataset(Protocol):
    """Three parts, "train", "valid" and "test"; the last two may be empty."""

    @property
    def vocabularies(self) -> Mapping[str, Vocabulary]:
        """All vocabularies by their name in a bundle."""

    @property
    def vocabulary(self) -> Vocabulary:
        """That of the targets."""

    @property
    def per(self) -> str:
        """What a cost is told by: "char", a character of what targets stand for, or "label"."""

    @property
    def train(self) -> Sized:
        """What is learnt from."""

    @property
    def valid(self) -> Sized:
        """What is held out."""

    @property
    def test(self) -> Sized:
        """What is only reported."""

    def units(self, part: str) -> int:
        """Return how many units a part has to predict."""

    def characters_of(self, part: str) -> int:
        """Return how many characters these stand for, or how many labels they are: what its cost is told by."""

    def release(self) -> None:
        """Let go of memory that is not needed for now."""

    def unlabelled(self) -> Dataset | None:
        """Return the same without what the network can also do without, if there is any such thing."""

    def beginning(self, part: str, units: int) -> Dataset:
        """Return the same with about so many units to predict in a part, at most."""

    def counts(self, part: str = "train") -> Numbers:
        """Return how often each unit is a target of a part."""

    def batches(self, settings: TrainOptions) -> Batches:
        """Return the training part in batches."""

    def held_out(self, part: str, window: int = 0, rows: int | None = None) -> Iterator[Batch]:
        """Return every target of a part once."""

    def inputs(
        self, part: str, documents: Numbers | None, rng: np.random.Generator | None = None
    ) -> EncoderInput | None:
        """Return what the network is given of some documents before it reads: labels, sources; None for nothing."""


@dataclass(frozen=True)
class ReadRequest:
    """How a source is to be read: ``known`` vocabularies only get what they lack; ``tell`` hears what takes long.

    ``open_vision_encoder`` opens a pretrained network that sees, by its name. ``cutter`` is the version of the rules by
    which parts are cut (see ``holdout``).
    """

    reading: ReadOptions
    model: ModelOptions
    train: TrainOptions
    known: Mapping[str, Vocabulary] | None = None
    tell: Callable[[str, float], None] | None = None
    open_vision_encoder: OpenVisionEncoder | None = None
    cutter: int = CUTTER

    def vocabulary(self, name: str, texts: Sequence[str], model: ModelOptions, size: int | None = None) -> Vocabulary:
        """Return what is known of a name with the letters that it lacks for some texts; or else what they teach."""
        known = (self.known or {}).get(name)
        if known:
            return known.extended(texts)
        return Vocabulary.of(model.unit, texts, None, model.vocabulary_size or size, model.min_count)


@dataclass(frozen=True)
class LoadedData:
    """What was read: in ids, with what is known of it, and with the options that depend on it."""

    split: Dataset
    about: dict[str, Any]
    model: ModelOptions
    why_unit: str
    notes: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    """What is told of how it was read, which is as it should be."""
    shown: tuple[tuple[str, str], ...] = ()
    """A few held-out sources and their targets, or beginnings of lines and their rest, to show what becomes of them."""
