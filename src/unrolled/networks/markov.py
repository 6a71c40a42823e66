"""The Markov chain of n units: counts of n-grams, plain or smoothed by interpolated and modified Kneser–Ney.

Chen and Goodman 1999, section 3. The baseline of every text: what the last few units alone tell about the next one.
The n-grams are a tree: each is a child of its context, which is the n-gram without its last unit. A document begins
with the boundary and ends before the next one; no n-gram reaches across. Nothing comes before a boundary, so that what
begins with one counts as often as it stands there, as in the longest n-grams (Heafield et al. 2013, section 3.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..arrays import (
    ArrayBT,
    ArrayJ,
    ArrayK,
    ArrayN,
    ArrayT,
    ArrayX,
    ArrayY,
    DoublesK,
    DoublesN,
    DoublesNV,
    FlagsN,
    NumbersBO,
    NumbersBTO,
    NumbersJ,
    NumbersK,
    NumbersN,
    NumbersNO,
    NumbersT,
    NumbersX,
)
from ..text.vocabulary import BOUNDARY

MIN_DISCOUNT = 0.1
"""Taken off every n-gram at least, so that a text too small to tell discounts leaves something to shorter contexts."""
KEPT = 1e-9
"""Of plain counts, left for shorter contexts: what never followed a context costs 30 bits more."""
SPELLED = "spelled"
"""The table of the units that only spell words that are none themselves: they are read, and never written."""
NONE = -1
"""In place of an n-gram that the text does not have."""

Tensors = dict[str, ArrayY]
"""The tables of a tree, by name."""


@dataclass(frozen=True)
class Level:
    """The n-grams of one length, sorted by context and unit: ``keys`` are context * V + unit.

    ``starts`` [contexts + 1] tells where each context's n-grams begin, ``shares`` what each n-gram has of its context's
    probability, ``left`` [contexts] what is left for shorter contexts.
    """

    keys: NumbersN
    starts: NumbersJ
    units: NumbersN
    shares: DoublesN
    left: DoublesK

    @property
    def sums(self) -> DoublesN:
        """The shares of each context, summed from its first n-gram to each."""
        all_of_it = np.concatenate([[0.0], np.cumsum(self.shares)])
        owners = np.repeat(self.starts[:-1], np.diff(self.starts))
        sums: DoublesN = all_of_it[1:] - all_of_it[owners]
        return sums


def count(ids: ArrayT, vocabulary: int, order: int, smoothing: str = "kneser-ney") -> Tensors:
    """Return the tree of a text's n-grams of up to ``order`` units, as the tensors of a bundle.

    For each length, ``units`` are the last ones of its n-grams, ``starts`` tell where each context's begin, and
    ``counts`` are how often an n-gram stands in the text; with smoothing, below the longest, after how many different
    units.
    """
    levels = list(raw_levels(ids.astype(np.int64), vocabulary, order))
    tensors: Tensors = {}
    contexts = 1
    for length, level in enumerate(levels, 1):
        counts = level.counts
        if smoothing == "kneser-ney" and length < order:
            longer = levels[length].endings if length < len(levels) else np.empty(0, np.int64)
            varied = np.bincount(longer, minlength=len(counts))
            counts = np.where(level.opening, counts, varied)
        owners, units = np.divmod(level.keys, vocabulary)
        tensors[f"units_{length}"] = small(units)
        tensors[f"starts_{length}"] = np.searchsorted(owners, np.arange(contexts + 1)).astype(np.int32)
        tensors[f"counts_{length}"] = small(counts)
        contexts = len(units)
    return tensors


def check_tables(tensors: Mapping[str, ArrayX], vocabulary: int, order: int) -> None:
    """Raise ``ValueError`` where tensors are no tree that ``count`` makes for so many ids and up to ``order`` units."""
    check_spelled(tensors.get(SPELLED), vocabulary)
    tensors = {name: table for name, table in tensors.items() if name != SPELLED}
    lengths = range(1, len(tensors) // 3 + 1)
    names = {f"{name}_{length}" for name in ("units", "starts", "counts") for length in lengths}
    if set(tensors) != names or not 1 <= len(lengths) <= order:
        raise ValueError(f"the tables of a Markov chain of the order {order} are others than {sorted(tensors)[:9]}")
    for name, table in tensors.items():
        if table.ndim != 1 or table.dtype not in (np.uint8, np.int32):
            raise ValueError(f"the table {name} is {table.dtype} {list(table.shape)}, and it must be whole numbers")
    contexts = 1
    for length in lengths:
        units, starts, counts = (tensors[f"{name}_{length}"] for name in ("units", "starts", "counts"))
        check_level(units, starts, counts, contexts, vocabulary)
        contexts = len(tensors[f"units_{length}"])
    if len(tensors["units_1"]) != vocabulary:
        raise ValueError(f"the n-grams of one unit are {len(tensors['units_1'])}, and there are {vocabulary} units")


def check_spelled(units: ArrayX | None, vocabulary: int) -> None:
    """Raise ``ValueError`` for units that are only read, if a file names some, that are none of the vocabulary."""
    if units is None:
        return
    if units.ndim != 1 or units.dtype != np.int32 or not len(units) or len(units) >= vocabulary:
        raise ValueError(f"the table {SPELLED} is {units.dtype} {list(units.shape)}, and it must be some whole numbers")
    if units[0] < 0 or units[-1] >= vocabulary or (units[1:] <= units[:-1]).any():
        raise ValueError(f"the units in the table {SPELLED} are none of the vocabulary, or not in their order")


def check_level(units: ArrayN, starts: ArrayJ, counts: ArrayK, contexts: int, vocabulary: int) -> None:
    """Raise ``ValueError`` where the n-grams of one length are not sorted by so many contexts and by unit."""
    if len(starts) != contexts + 1 or starts[0] != 0 or starts[-1] != len(units) or (starts[1:] < starts[:-1]).any():
        raise ValueError(f"the n-grams of {contexts} contexts do not begin where they must")
    if len(counts) != len(units) or not len(units) or counts.min() < 0:
        raise ValueError("the counts of n-grams are not as many as these, or below 0")
    if units.min() < 0 or units.max() >= vocabulary:
        raise ValueError(f"the units of n-grams go from {units.min()} to {units.max()}, and there are {vocabulary}")
    rising = units[1:] > units[:-1]
    begins = starts[1:-1]
    rising[begins[(begins > 0) & (begins < len(units))] - 1] = True
    if not rising.all():
        raise ValueError("the units of a context's n-grams are not in their order")


@dataclass(frozen=True)
class Raw:
    """What was counted of one length.

    ``endings`` are the n-grams without their first unit, ``opening`` tells which begin with the boundary.
    """

    keys: NumbersN
    counts: NumbersN
    endings: NumbersN
    opening: FlagsN


def raw_levels(ids: NumbersT, vocabulary: int, order: int) -> Iterator[Raw]:
    """Yield the n-grams of each length up to ``order`` that the text has; of one unit, the whole vocabulary."""
    positions = np.arange(len(ids))
    begun = np.maximum.accumulate(np.where(ids == BOUNDARY, positions, 0))
    reach = positions - before(begun, 0) + 1  # units back to the last boundary before
    events = positions[1:] if len(ids) and ids[0] == BOUNDARY else positions
    yield Raw(
        np.arange(vocabulary),
        np.bincount(ids[events], minlength=vocabulary),
        np.zeros(vocabulary, np.int64),
        np.zeros(vocabulary, np.bool_),
    )
    grams, opening = ids, np.arange(vocabulary) == BOUNDARY
    for length in range(2, order + 1):
        ends = positions[reach >= length]
        if not len(ends):
            return
        keys, numbers, counts = np.unique(
            grams[ends - 1] * vocabulary + ids[ends], return_inverse=True, return_counts=True
        )
        endings = np.zeros(len(keys), np.int64)
        endings[numbers] = grams[ends]
        opening = opening[keys // vocabulary]
        yield Raw(keys, counts, endings, opening)
        grams = np.full(len(ids), NONE, np.int64)
        grams[ends] = numbers


def before(values: NumbersN, first: int) -> NumbersN:
    """Return what stood one place earlier."""
    return np.insert(values[:-1], 0, first) if len(values) else values


def small(values: NumbersN) -> ArrayN:
    """Return the numbers in one byte or in four."""
    return values.astype(np.uint8 if values.max(initial=0) < 256 else np.int32)


def discounts(counts: DoublesN) -> DoublesK:
    """Return what is taken off n-grams counted once, twice, and more often (Chen and Goodman 1999, equation 26)."""
    once, twice, thrice, four = (max(1.0, float((counts == times).sum())) for times in (1, 2, 3, 4))
    share = once / (once + 2 * twice)
    taken = [1 - 2 * share * twice / once, 2 - 3 * share * thrice / twice, 3 - 4 * share * four / thrice]
    return np.array([0.0, *np.clip(taken, MIN_DISCOUNT, [1, 2, 3])])


class Chain:
    """A tree of n-grams that predicts.

    Where a text has come to is told by the ``nodes`` of its last 0, 1, 2, … units: their numbers among the n-grams of
    that length.
    """

    def __init__(self, tensors: Mapping[str, ArrayY], vocabulary: int, smoothing: str) -> None:
        self.vocabulary, self.order = vocabulary, sum(name.startswith("units_") for name in tensors)
        self.levels = [level_of(tensors, length, vocabulary, smoothing) for length in range(1, self.order + 1)]

    def start(self, rows: int) -> NumbersBO:
        """Return the nodes of every row before the first unit."""
        nodes = np.full((rows, self.order), NONE, np.int64)
        nodes[:, 0] = 0
        return nodes

    def check(self, nodes: NumbersNO) -> None:
        """Raise ``ValueError`` where nodes are no n-grams of this tree."""
        contexts = np.array([len(level.left) for level in self.levels])
        if (nodes < NONE).any() or (nodes >= contexts).any() or nodes[:, 0].any():
            raise ValueError(f"its nodes go from {nodes.min()} to {nodes.max()}, and the chain has other n-grams")

    def read(self, ids: ArrayBT, nodes: NumbersBO) -> NumbersBTO:
        """Return the nodes after each of the ids."""
        after = np.full((*ids.shape, self.order), NONE, np.int64)
        after[..., 0] = 0
        for length in range(1, self.order):
            context = np.concatenate([nodes[:, None, length - 1], after[:, :-1, length - 1]], 1)
            found = self.find(length, context, ids)
            after[..., length] = found if length == 1 else np.where(ids == BOUNDARY, NONE, found)
        return after

    def find(self, length: int, contexts: NumbersX, ids: ArrayX) -> NumbersX:
        """Return the number of each n-gram of a length, a unit after its context."""
        keys = self.levels[length - 1].keys
        wanted = contexts * self.vocabulary + ids
        indices = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where((keys[indices] == wanted) & (contexts != NONE), indices, NONE)

    def predict(self, nodes: NumbersNO) -> DoublesNV:
        """Return the probabilities of every unit after nodes."""
        probabilities = np.full((len(nodes), self.vocabulary), 1 / self.vocabulary)
        for level, contexts in zip(self.levels, nodes.T, strict=True):
            rows = np.flatnonzero(contexts != NONE)
            present = contexts[rows]
            probabilities[rows] *= level.left[present, None]
            sizes = level.starts[present + 1] - level.starts[present]
            grams = ranges(level.starts[present], sizes)
            probabilities[np.repeat(rows, sizes), level.units[grams]] += level.shares[grams]
        return probabilities

    def probability(self, ids: ArrayN, nodes: NumbersNO) -> DoublesN:
        """Return the probability of one unit each after nodes."""
        probabilities = np.full(len(ids), 1 / self.vocabulary)
        for length, (level, contexts) in enumerate(zip(self.levels, nodes.T, strict=True), 1):
            grams = self.find(length, contexts, ids)
            probabilities *= np.where(contexts != NONE, level.left[contexts], 1.0)
            probabilities += np.where(grams != NONE, level.shares[grams], 0.0)
        return probabilities


def level_of(tensors: Mapping[str, ArrayY], length: int, vocabulary: int, smoothing: str) -> Level:
    """Return the n-grams of one length, with their probabilities."""
    units, starts, counts = (tensors[f"{name}_{length}"].astype(np.int64) for name in ("units", "starts", "counts"))
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    totals = np.bincount(owners, counts, len(starts) - 1)
    divisors = np.maximum(totals, 1)
    if smoothing == "none":
        off = KEPT * counts.astype(np.float64)
    else:
        off = discounts(counts.astype(np.float64))[np.minimum(counts, 3)]
    freed = np.bincount(owners, off, len(starts) - 1)
    left = np.where(totals > 0, freed / divisors, 1.0)
    return Level(owners * vocabulary + units, starts, units, (counts - off) / divisors[owners], left)


def ranges(starts: NumbersN, sizes: NumbersN) -> NumbersK:
    """Return the numbers from each start on, so many each, in a row."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + sizes, sizes)


def bits_of(train: ArrayN, held_out: ArrayT, vocabulary: int, order: int, smoothing: str = "kneser-ney") -> DoublesK:
    """Return the bits of every unit of a held-out text but the first, for a chain that counted a training text.

    ``order`` is the length of the longest n-gram: each unit is predicted from up to ``order - 1`` units before it.
    """
    chain = Chain(count(train, vocabulary, order, smoothing), vocabulary, smoothing)
    nodes = chain.read(held_out[None, :-1], chain.start(1))[0]
    bits: DoublesK = -np.log2(chain.probability(held_out[1:], nodes))
    return bits
