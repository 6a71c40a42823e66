"""The unit ``bpe``: frequent sequences of characters, learnt from the text (Sennrich et al. 2016), on top of bytes.

Tokens are written as ``byte`` writes its bytes, in the order in which they were learnt: that order is the whole
tokenizer. ``tokenizers`` learns it; to split a text needs nothing but the order. What is learnt holds whole characters,
so that what is written does, too: bytes alone stand only for characters that are too rare to be tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import groupby, pairwise, repeat

from ..errors import MissingExtraError
from .base import Ids, Unit
from .byte import BYTES, Byte, as_bytes
from .word import words

NEVER = 1 << 31  # the rank of what is no token
SIZE = 4096  # tokens, where nothing else is asked for
MOST_KEPT = 1 << 16  # pieces whose tokens are kept, so that a service that reads for months does not grow
ASCII = 128  # bytes that are a character
MAX_PIECE_CHARACTERS = 48  # characters of a piece: merging takes the square of it


class Bpe(Byte):
    """Tokens of bytes; ``ranks`` tells in which order they were learnt."""

    grows = True
    apart = False  # a token may cross what parts two texts
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
        """Return a text's words, which no token crosses."""
        return pieces(text)

    def possible(self, unit: str) -> bool:
        return bool(unit) and max(unit) < chr(256)

    def known(self, units: Mapping[str, int]) -> Unit:
        return Bpe(units)

    def encode(self, text: str, index: Mapping[str, int], unknown: int) -> Ids:
        return Unit.encode(self, text, index, unknown)

    def merge(self, piece: str) -> list[str]:
        """Return the tokens of a piece: of all neighbours that make a token, those learnt first are joined first."""
        found = self.merged.get(piece)
        if found is None:
            found = self.merge_bytes(list(as_units(piece)))
            if len(self.merged) >= MOST_KEPT:
                self.merged.clear()
            self.merged[piece] = found
        return found

    def merge_bytes(self, tokens: list[str]) -> list[str]:
        """Return the same of a piece's bytes."""
        while len(tokens) > 1:
            ranks = [self.ranks.get(left + right, NEVER) for left, right in pairwise(tokens)]
            first = min(ranks)
            if first == NEVER:
                break
            tokens = join_pairs(tokens, ranks, first)
        return tokens

    def learn(self, texts: Iterable[str], given: Iterable[str], size: int | None, least: int) -> list[str]:
        """Return the bytes, the characters, and what is learnt on top of them.

        Raises ``MissingExtraError`` where ``tokenizers`` is missing.
        """
        try:
            from tokenizers import Tokenizer, models, trainers
        except ImportError:
            raise MissingExtraError("--unit=bpe needs tokenizers; run: pip install 'unrolled[train]'") from None
        found = Counter(piece for text in texts for part in self.parts(text) for piece in self.pieces(part))
        size = size or SIZE
        letters, beginnings = frequent_letters(found, (size - len(BYTES)) // 2)
        known = {*BYTES[:ASCII], *letters}
        room = max(0, size - len(BYTES) - len(letters) - len(beginnings))
        tokenizer = Tokenizer(models.BPE())
        trainer = trainers.BpeTrainer(
            vocab_size=len(known) + room, min_frequency=least, initial_alphabet=sorted(known), show_progress=False
        )
        tokenizer.train_from_iterator(runs(found, known), trainer)
        vocabulary = tokenizer.get_vocab()
        learnt = [token for token in sorted(vocabulary, key=vocabulary.__getitem__) if len(token) > 1]
        return [*BYTES, *beginnings, *map(as_units, letters), *map(as_units, learnt)]


def frequent_letters(found: Mapping[str, int], room: int) -> tuple[list[str], list[str]]:
    """Return the most frequent characters of several bytes, and what leads to them, the shortest first.

    They are as many as there is ``room`` for.
    """
    counts: Counter[str] = Counter()
    for piece, times in found.items():
        for letter in piece:
            counts[letter] += times
    letters: list[str] = []
    beginnings: set[str] = set()
    for letter, _ in counts.most_common():
        units = as_units(letter)
        if len(units) == 1 or "\ud800" <= letter <= "\udfff":  # half of a pair is no character
            continue
        more = {units[:size] for size in range(2, len(units))} - beginnings
        if len(letters) + len(beginnings) + 1 + len(more) > room:
            break
        letters.append(letter)
        beginnings |= more
    return letters, sorted(beginnings, key=lambda units: (len(units), units))


def runs(found: Mapping[str, int], known: Set[str]) -> Iterator[str]:
    """Yield what stands between unknown characters in each piece, as often as the piece was found."""
    for piece, times in found.items():
        for inside, letters in groupby(piece, known.__contains__):
            if inside:
                yield from repeat("".join(letters), times)


def as_units(text: str) -> str:
    """Return the bytes of a text, written as ``byte`` writes them."""
    return as_bytes(text).decode("latin-1")


def pieces(text: str) -> list[str]:
    """Return a text's words, which no token crosses; long ones in parts."""
    most = MAX_PIECE_CHARACTERS
    return [word[at : at + most] for word in words(text) for at in range(0, len(word), most)]


def join_pairs(tokens: list[str], ranks: list[int], rank: int) -> list[str]:
    """Return the tokens with all neighbours of a rank joined, from the left."""
    joined, place = [], 0
    while place < len(tokens):
        pair = place < len(ranks) and ranks[place] == rank
        joined.append(tokens[place] + tokens[place + 1] if pair else tokens[place])
        place += 1 + pair
    return joined
