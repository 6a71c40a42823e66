"""Examples: a source and what is to be made of it, side by side in batches of nearly the same length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import TrainOptions
from ..text.base import Ids
from ..text.vocabulary import BOUNDARY, Vocabulary
from .batches import Batch, Batches
from .encoder_input import EncoderInput, Numbers, Ragged, Rows

EVALUATION_BATCH_SIZE = 64
"""Examples side by side where nothing is learnt."""
EVALUATION_POSITIONS = 1 << 14
"""Places of these, at most: the rows times the longest."""
SHUFFLE = 0.15
"""Examples that differ so little in length, relative to it, are neighbours by chance."""


@dataclass(frozen=True)
class Examples:
    """Sources and their targets: the ids of what is to be written, its end included, or of an answer.

    Where the places of a source answer and not all of them do, ``places`` [as ``targets``] are those that do, rising;
    the others count in no loss and no figure. Without it, targets stand at the first places, one after another.
    """

    sources: Rows
    targets: Ragged
    places: Ragged | None = None

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def sizes(self) -> Numbers:
        """Places of source and target together."""
        return self.sources.sizes + self.targets.sizes

    def batch(self, which: Numbers) -> Batch:
        """Return some examples side by side: each unit of a target is predicted from the boundary and those before."""
        targets = self.targets.take(which)
        assert targets.sizes is not None, "rows of unequal length"
        inputs = np.roll(targets.values, 1, axis=1)
        inputs[:, 0] = BOUNDARY
        counts = np.arange(targets.values.shape[1]) < targets.sizes[:, None]
        if self.places is not None:
            return self.spread(targets.values, counts, which)
        return Batch(inputs, targets.values, np.ones(len(which), bool), counts, which)

    def spread(self, targets: Ids, counts: NDArray[np.bool_], which: Numbers) -> Batch:
        """Return some examples whose targets [B, T], as far as they count, stand at the places that answer them."""
        assert self.places is not None, "only called where there are any"
        places = self.places.take(which).values
        answers = np.zeros((len(which), max(1, int(self.sources.sizes[which].max()))), np.int32)
        answering = np.zeros(answers.shape, bool)
        rows = np.nonzero(counts)[0]
        answers[rows, places[counts]] = targets[counts]
        answering[rows, places[counts]] = True
        return Batch(np.zeros_like(answers), answers, np.ones(len(which), bool), answering, which)

    def first(self, count: int) -> Examples:
        """Return the first so many examples."""
        places = None if self.places is None else self.places.first(count)
        return Examples(self.sources.first(count), self.targets.first(count), places)


@dataclass(frozen=True)
class ExampleDataset:
    """What is trained on, what is held out, and what is only reported, with the vocabulary of the targets.

    The cost of a target is told in bits per character of what it stands for, or per label where targets are labels.
    """

    vocabularies: Mapping[str, Vocabulary]
    target: str
    train: Examples
    valid: Examples
    test: Examples

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the targets."""
        return self.vocabularies[self.target]

    @property
    def per(self) -> str:
        """Costs are told by the character that is written, or by the label."""
        return "label" if self.vocabulary.unit == "label" else "char"

    def part(self, name: str) -> Examples:
        """Return a part by its name."""
        part: Examples = getattr(self, name)
        return part

    def units(self, part: str) -> int:
        """Return how many units a part has to predict."""
        return len(self.part(part).targets.flat)

    def characters_of(self, part: str) -> int:
        """Return how many characters the targets of a part stand for, or how many labels they are."""
        flat = self.part(part).targets.flat
        return len(flat) if self.per == "label" else self.vocabulary.characters(flat)

    def release(self) -> None:
        """All of it is in memory, and stays there."""

    def unlabelled(self) -> None:
        """Nothing can be left out of an example."""

    def beginning(self, part: str, units: int) -> ExampleDataset:
        """Return the same with no more examples in a part than have so many units to predict, but for one."""
        examples = self.part(part)
        count = int(np.searchsorted(examples.targets.starts, units))
        changed: Any = {part: examples.first(count)}
        return replace(self, **changed)

    def counts(self, part: str = "train") -> Numbers:
        """Return how often each unit is a target in a part."""
        return self.vocabulary.count(self.part(part).targets.flat)

    def batches(self, settings: TrainOptions) -> Batches:
        """Return the training part in batches."""
        assert settings.batch_size and settings.sequence_length, "the recipe fills these in"
        return ExampleBatches(self.train, settings.batch_size, settings.sequence_length, settings.seed)

    def held_out(self, part: str, window: int = 0, rows: int | None = None) -> Iterator[Batch]:
        """Yield all examples of a part, each once."""
        examples = self.part(part)
        order = np.argsort(-examples.sizes, kind="stable")
        for first, last in grouped(examples.sizes[order], EVALUATION_BATCH_SIZE, EVALUATION_POSITIONS):
            yield examples.batch(order[first:last])

    def inputs(
        self, part: str, documents: Numbers | None, rng: np.random.Generator | None = None
    ) -> EncoderInput | None:
        """Return the sources of some examples."""
        assert documents is not None, "an example is a document"
        return self.part(part).sources.take(documents)


class ExampleBatches(Batches):
    """Examples of nearly the same length side by side: at most ``batch_size``, fewer where they are long.

    So that a batch takes about the same time, its rows times the length of the longest stay below ``batch_size`` x
    ``length``, but for the chance by which neighbours are chosen.
    """

    def __init__(self, examples: Examples, batch_size: int, length: int, seed: int) -> None:
        super().__init__(min(batch_size, max(1, len(examples))), length, seed)
        self.examples, self.sizes = examples, examples.sizes
        self.groups = list(grouped(np.sort(self.sizes)[::-1], self.batch_size, self.batch_size * length))
        self.order = lru_cache(2)(self.shuffled)

    @property
    def steps_per_epoch(self) -> int:
        return len(self.groups)

    @property
    def units_per_step(self) -> float:
        return len(self.examples.targets.flat) / len(self.groups)

    def batch(self, step: int) -> Batch:
        epoch, place = divmod(step, self.steps_per_epoch)
        order, turns = self.order(epoch)
        first, last = self.groups[int(turns[place])]
        return self.examples.batch(order[first:last])

    def shuffled(self, epoch: int) -> tuple[Numbers, Numbers]:
        """Return an epoch's order: of the examples, long ones first but for some chance; and of the groups."""
        rng = self.rng(6, epoch)
        noise = 1 + SHUFFLE * (rng.random(len(self.sizes)) - 0.5)
        return np.argsort(-self.sizes * noise, kind="stable"), rng.permutation(len(self.groups))


def grouped(descending: Numbers, rows: int, places: int) -> Iterator[tuple[int, int]]:
    """Yield where groups begin and end: at most so many rows, and at most so many places together."""
    first = 0
    while first < len(descending):
        last = min(len(descending), first + max(1, min(rows, places // max(1, int(descending[first])))))
        yield first, last
        first = last
