"""A Markov chain that writes no units that it only reads: words that stand in its text, and none made up of letters.

Words that are seldom are spelled by letters, and a chain that wrote these would go from letter to letter of all words
that it spells. And in a text with spaces no word begins right behind a letter, which shorter contexts do not know.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np

from ..arrays import ArrayX, DoublesN, FlagsV, IdsBT, NumbersBTO, NumbersNO, NumbersX
from ..text.vocabulary import SPECIAL, Vocabulary
from .markov import NONE, Chain, Level

FIRST = np.zeros(1, np.int64)
"""The first node where there is one context of no units."""


@dataclass(frozen=True)
class Joints:
    """Which units end in a letter [V], and which begin with one: in a text with spaces, none of these follows those."""

    ends: FlagsV
    begins: FlagsV

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Joints:
        """Return those of a vocabulary: all false where units do not have their spaces with them."""
        spaced, special = vocabulary.kind.spaced, [False] * SPECIAL
        ends = [*special, *(spaced and is_letter(unit[-1]) for unit in vocabulary.units)]
        begins = [*special, *(spaced and is_letter(unit[0]) for unit in vocabulary.units)]
        return cls(np.array(ends), np.array(begins))


def is_letter(character: str) -> bool:
    """Tell whether a character is a letter, or a mark on one."""
    return unicodedata.category(character)[0] in "LM"


class WrittenChain(Chain):
    """A chain without some units, whose probability the others have after each context, in proportion.

    Nodes are those of the whole chain, but for the first: of no units before there are two contexts, 0 and, behind a
    letter, 1, which has no unit that begins with one.
    """

    def __init__(self, whole: Chain, units: NumbersX, joints: Joints) -> None:
        self.vocabulary, self.order, self.joints = whole.vocabulary, whole.order, joints
        kept = np.ones(self.vocabulary, bool)
        kept[units] = False
        first, remaining = opened(whole.levels[0], kept, joints)
        self.levels = [first]
        suffixes = joints.ends.astype(np.int64)  # of each n-gram, the number of the one without its first unit
        for length, level in enumerate(whole.levels[1:], 2):
            owners = np.repeat(np.arange(len(level.left)), np.diff(level.starts))
            shares = np.where(kept[level.units], level.shares, 0.0)
            shorter = level.left * np.where(suffixes == NONE, 1.0, remaining[suffixes])
            remaining = np.bincount(owners, shares, len(level.left)) + shorter
            scale = np.divide(1.0, remaining, out=np.zeros_like(remaining), where=remaining > 0)
            # where all that followed a context is left out, it is as if the context had never occurred
            left = np.where(remaining > 0, shorter * scale, 1.0)
            self.levels.append(Level(level.keys, level.starts, level.units, shares * scale[owners], left))
            suffixes = level.units if length == 2 else whole.find(length - 1, suffixes[owners], level.units)

    def check(self, nodes: NumbersX) -> None:
        """Raise ``ValueError`` where nodes [N, order] are no n-grams of this tree."""
        if nodes[:, 0].min(initial=0) < 0 or nodes[:, 0].max(initial=0) > 1:
            raise ValueError(f"its first nodes go from {nodes[:, 0].min()} to {nodes[:, 0].max()}, and they are 0 or 1")
        super().check(with_first(nodes, FIRST))

    def read(self, ids: IdsBT, nodes: NumbersNO) -> NumbersBTO:
        """Return the nodes [B, T, order] after each of the ids [B, T]."""
        return with_first(super().read(ids, with_first(nodes, FIRST)), self.joints.ends[ids])


def with_first(nodes: NumbersX, first: ArrayX) -> NumbersX:
    """Return nodes [..., order] with other first ones."""
    found = nodes.copy()
    found[..., 0] = first
    return found


def opened(level: Level, kept: FlagsV, joints: Joints) -> tuple[Level, DoublesN]:
    """Return the level of one unit with its two contexts, and what their units had of the whole one's probability."""
    size = len(level.units)
    whole = np.where(kept, level.shares + level.left[0] / size, 0.0)  # the even distribution below it has all units
    behind = np.where(joints.begins, 0.0, whole)
    rows = [whole, behind if behind.sum() > 0 else whole]
    sums = np.array([row.sum() for row in rows])
    shares = np.concatenate([row / total for row, total in zip(rows, sums, strict=True)])
    keys, units = np.arange(2 * size), np.tile(level.units, 2)
    return Level(keys, np.array([0, size, 2 * size]), units, shares, np.zeros(2)), sums
