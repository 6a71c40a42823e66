"""The unit ``bpe``: frequent byte sequences, learnt from the text (Sennrich et al. 2016, on bytes as GPT-2 has it).

Tokens are written as ``byte`` writes its bytes, in the order in which they were learnt: that order is the whole
tokenizer. ``tokenizers`` learns it; to split a text needs nothing but the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from ..errors import MissingExtraError
from .base import Ids, Unit
from .byte import BYTES, Byte, as_bytes
from .word import words

NEVER = 1 << 31  # the rank of what is no token
SIZE = 4096  # tokens, where nothing else is asked for
MOST_KEPT = 1 << 16  # pieces whose tokens are kept, so that a service that reads for months does not grow
LONGEST = 48  # characters of a piece: merging takes the square of it


class Bpe(Byte):
    """Tokens of bytes; ``ranks`` tells in which order they were learnt."""

    grows = True
    spaced = True
    several = True

    def __init__(self, ranks: Mapping[str, int] | None = None) -> None:
        self.ranks = ranks or {}
        self.merged: dict[str, list[str]] = {}

    def __reduce__(self) -> tuple[type[Bpe], tuple[Mapping[str, int]]]:
        """Without what was met: it only saves time."""
        return type(self), (self.ranks,)

    def split(self, text: str) -> list[str]:
        return [token for piece in self.pieces(text) for token in self.merge(piece)]

    def pieces(self, text: str) -> list[str]:
        """A text's words, which no token crosses."""
        return pieces(text)

    def possible(self, unit: str) -> bool:
        return bool(unit) and max(unit) < chr(256)

    def known(self, units: Mapping[str, int]) -> Unit:
        return Bpe(units)

    def encode(self, text: str, index: Mapping[str, int], unknown: int) -> Ids:
        return Unit.encode(self, text, index, unknown)

    def merge(self, piece: str) -> list[str]:
        """The tokens of a piece: of all neighbours that make a token, those learnt first are joined first."""
        found = self.merged.get(piece)
        if found is None:
            found = self.merge_bytes(list(as_bytes(piece).decode("latin-1")))
            if len(self.merged) >= MOST_KEPT:
                self.merged.clear()
            self.merged[piece] = found
        return found

    def merge_bytes(self, tokens: list[str]) -> list[str]:
        """The same of a piece's bytes."""
        while len(tokens) > 1:
            ranks = [self.ranks.get(left + right, NEVER) for left, right in pairwise(tokens)]
            first = min(ranks)
            if first == NEVER:
                break
            tokens = join_pairs(tokens, ranks, first)
        return tokens

    def learn(self, texts: Iterable[str], given: Iterable[str], size: int | None, least: int) -> list[str]:
        """The bytes and what is learnt on top of them; raises ``MissingExtraError`` where ``tokenizers`` is missing."""
        try:
            from tokenizers import Tokenizer, models, trainers
        except ImportError:
            raise MissingExtraError("--unit bpe needs tokenizers; run: pip install 'unrolled[train]'") from None
        tokenizer = Tokenizer(models.BPE())
        trainer = trainers.BpeTrainer(
            vocab_size=size or SIZE, min_frequency=least, initial_alphabet=list(BYTES), show_progress=False
        )
        found = (piece for text in texts for part in self.parts(text) for piece in self.pieces(part))
        tokenizer.train_from_iterator((as_bytes(piece).decode("latin-1") for piece in found), trainer)
        vocabulary = tokenizer.get_vocab()
        return sorted(vocabulary, key=vocabulary.__getitem__)


def pieces(text: str) -> list[str]:
    """A text's words, which no token crosses; long ones in parts."""
    return [word[at : at + LONGEST] for word in words(text) for at in range(0, len(word), LONGEST)]


def join_pairs(tokens: list[str], ranks: list[int], rank: int) -> list[str]:
    """The tokens with all neighbours of a rank joined, from the left."""
    joined, place = [], 0
    while place < len(tokens):
        pair = place < len(ranks) and ranks[place] == rank
        joined.append(tokens[place] + tokens[place + 1] if pair else tokens[place])
        place += 1 + pair
    return joined
