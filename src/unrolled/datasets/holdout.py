"""What is held out of a text, of documents, of labels and of rows: the one place where parts are cut.

The last share of the whole is held out (nanoGPT's way): ``test`` at the very end, ``valid`` before it. Of few documents
characters are, of many whole documents, of labelled ones the last of each label. What is cut is described by sizes and
labels alone, so a text on the disk is cut as one in memory is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..config import TrainOptions
from ..errors import InputError
from ..files import is_file
from ..formats.documents import copies_told, near_copy
from ..formats.sources import Source
from ..text.labels import Labels

Row = TypeVar("Row")
Document = tuple[str, Labels]
"""A text, and the labels that stand on it."""
CUTTER = 2
"""The version of these rules, which a model's record names: an older model is judged on the parts it was cut with.

1 (before 0.1.0): a label of documents could lose all of them to two parts, and of texts beyond ``LARGE`` bytes lines
were cut within, whole texts of several files began anew with each, and no second part could be held out; what was
read at once lost its whole share, however large it was.
"""
PARTS = ("train", "valid", "test")
FEWEST = 2
"""Units that a part needs, one to read and one to predict; and the fewest characters that are held out."""
FEWEST_DOCUMENTS = 10
"""Documents, of which whole ones are held out; of fewer, the last characters."""
LARGE = 64 << 20
"""Bytes from which on a text is read from the disk, and characters from which on ``MOST_HELD_OUT`` is the most."""
MOST_HELD_OUT = 1_000_000
"""Characters of a part of a large text: a tenth of a gigabyte would take longer to score than to learn."""


@dataclass(frozen=True, order=True)
class Place:
    """A place between characters: before the character of that number in the document of that number."""

    document: int
    character: int = 0


def share_of(whole: int, share: float) -> int:
    """Return the size of a held-out share; nanoGPT rounds the training part down."""
    return whole - int(whole * (1 - share) + 1e-9)


def shares(options: TrainOptions) -> dict[str, float]:
    """Return the shares that are held out at the end, by part; a part that has a file of its own has none."""
    return {name: 0.0 if isinstance(given := getattr(options, name), str) else given or 0.0 for name in PARTS[1:]}


def cut_places(sizes: Sequence[int], options: TrainOptions, cutter: int = CUTTER) -> dict[str, Place]:
    """Return where the held-out parts of documents begin that have no labels; each ends where the next one begins.

    ``sizes`` are the documents' characters. A part that is empty begins where it ends.
    """
    characters, documents = sum(sizes), len(sizes)
    many = documents >= FEWEST_DOCUMENTS
    whole = documents if many else characters
    most = whole if characters <= LARGE or cutter < 2 else max(1, MOST_HELD_OUT * whole // characters)
    places, end = {}, whole
    for name in reversed(PARTS[1:]):
        size = min(share_of(whole, shares(options)[name]), most, end)
        end -= size if many or size >= FEWEST else 0
        places[name] = Place(end) if many else place_of(end, sizes)
    return places


def note_bound(characters: int, options: TrainOptions) -> tuple[str, ...]:
    """Return a note where less of a text without labels is held out than the share that is asked for."""
    if characters <= LARGE or max(shares(options).values()) * characters <= MOST_HELD_OUT:
        return ()
    return (f"of {characters:,} characters, a held-out part has {MOST_HELD_OUT:,} at most, whatever its share",)


def refuse_too_little(units: int, name: str) -> None:
    """Raise ``InputError`` where too few units of a text are left to train on."""
    if units < FEWEST:
        raise InputError(f"{name} leaves {units} units to train on; give more text, or --valid=0")


def place_of(character: int, sizes: Sequence[int]) -> Place:
    """Return the place before a character of all documents in a row: where one ends, the next one begins."""
    for document, size in enumerate(sizes):
        if character < size:
            return Place(document, character)
        character -= size
    return Place(len(sizes))


def between(documents: Sequence[Document], begin: Place, end: Place) -> list[Document]:
    """Return documents from one place to another, those cut in two with the labels of the whole."""
    found = []
    for number in range(begin.document, min(end.document + 1, len(documents))):
        text, labels = documents[number]
        first = begin.character if number == begin.document else 0
        part = text[first : end.character] if number == end.document else text[first:]
        found += [(part, labels)] if part else []
    return found


def hold_out(
    rest: list[Row],
    whole: Sequence[Row],
    share: float,
    label: Callable[[Row], Hashable],
    keep_one: bool = True,
) -> tuple[list[Row], list[Row]]:
    """Cut a share of the whole off the end of the rest: of the rows of each label, where there are enough of them.

    With ``keep_one``, one row of each label is left to be learnt.
    """
    left = held_out_of_each(Counter(map(label, whole)), share)
    if not left:
        return hold_out_groups(rest, share_of(len(whole), share), id)
    learnt = Counter(map(label, rest))
    kept: list[Row] = []
    held: list[Row] = []
    for row in reversed(rest):
        key = label(row)
        wanted = left.get(key, 0) > 0 and learnt[key] > keep_one
        left[key] = left.get(key, 0) - wanted
        learnt[key] -= wanted
        (held if wanted else kept).append(row)
    return kept[::-1], held[::-1]


def held_out_of_each(counts: Mapping[Hashable, int], share: float) -> dict[Hashable, int]:
    """Return how many rows of each label to hold out: its share, and one more where most of one was rounded off.

    Nothing, where there is one label, or where none stands on two rows.
    """
    left = {label: int(count * share) for label, count in counts.items()}
    missing = share_of(sum(counts.values()), share) - sum(left.values())
    remainders = sorted(counts, key=lambda label: left[label] - counts[label] * share)
    for label in [each for each in remainders if counts[each] - left[each] > 1][: max(0, missing)]:
        left[label] += 1
    return left if len(counts) > 1 and any(left.values()) else {}


def hold_out_groups(rest: list[Row], size: int, group: Callable[[Row], Hashable]) -> tuple[list[Row], list[Row]]:
    """Cut so many rows off the end, or a few less, whole groups of them; a group larger than that is single rows."""
    counts = Counter(map(group, rest))
    groups = [group(row) if counts[group(row)] <= size else (place, id(row)) for place, row in enumerate(rest)]
    held, left = set[Hashable](), size
    for row, key in zip(reversed(rest), reversed(groups), strict=True):
        together = counts[key] if key == group(row) else 1
        if key not in held and together <= left:
            held.add(key)
            left -= together
    pairs = list(zip(rest, groups, strict=True))
    return [row for row, key in pairs if key not in held], [row for row, key in pairs if key in held]


def hold_out_ends(
    rest: list[Document], whole: Sequence[Document], share: float
) -> tuple[list[Document], list[Document]]:
    """Cut a share of each document of the whole off the end of what is left of it: each has a label to be learnt."""
    pairs = zip(rest, whole, strict=True)
    cuts = [(text, labels, len(text) - share_of(len(all_of_it), share)) for (text, labels), (all_of_it, _) in pairs]
    kept = [(text[:cut], labels) for text, labels, cut in cuts]
    return kept, [(text[cut:], labels) for text, labels, cut in cuts if cut < len(text)]


def cut_rows(
    rows: Sequence[Row],
    options: TrainOptions,
    read: Callable[[str], Sequence[Row]],
    label: Callable[[Row], Hashable] | None = None,
    group: Callable[[Row], Hashable] | None = None,
) -> dict[str, list[Row]]:
    """Return the rows of every part: shares off the end, or what ``read`` makes of a part's own file.

    With a ``label``, the last rows of each label are held out, but never all of them; with a ``group``, rows of one
    group stay together, unless they are more than all that is held out. Raises ``InputError`` if none is left.
    """
    rest = list(rows)
    cut: dict[str, list[Row]] = {}
    for name in reversed(PARTS[1:]):
        given, share = getattr(options, name), shares(options)[name]
        if isinstance(given, str):
            cut[name] = list(read(given))
        elif label:
            rest, cut[name] = hold_out(rest, rows, share, label)
        else:
            rest, cut[name] = hold_out_groups(rest, share_of(len(rows), share), group or id)
    cut["train"] = rest
    if not rest:
        raise InputError(f"there are {len(rows)} rows and none is left to train on; give more, or --valid=0")
    return {name: cut[name] for name in PARTS}


def files_of_part(given: str) -> Source:
    """Return the file of a held-out part, or several of them, which are named with commas between them."""
    names = given.split(",")
    return given if len(names) == 1 or is_file(given) else [Path(name) for name in names]


def repeated(parts: Mapping[str, Sequence[tuple[str, ...]]], name: str) -> tuple[str, ...]:
    """Return a note of rows that are copies or near copies of others: how many, and how many held-out ones are known.

    A held-out row is known where a copy or a near copy of it is learnt; where none is, what is held out judges well,
    and there is no note.
    """
    rows = [row for part in PARTS for row in parts[part]]
    numbers = list(map(near_copy, rows))
    note = copies_told(rows, numbers, name)
    if not note:
        return ()
    learnt = set(numbers[: len(parts["train"])])
    held_out = numbers[len(parts["train"]) :]
    known = sum(number in learnt for number in held_out)
    if held_out and not known:
        return ()
    return (f"{note}; {known:,} of {len(held_out):,} held-out {name} have such a copy among those that are learnt",)


def connected(pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the number of every pair's group: pairs that share a side, directly or through others, are of one."""
    leader = list(range(len(pairs)))

    def lead(place: int) -> int:
        while leader[place] != place:
            leader[place] = place = leader[leader[place]]
        return place

    first: dict[tuple[int, str], int] = {}
    for place, pair in enumerate(pairs):
        for side in enumerate(pair):
            leader[lead(place)] = lead(first.setdefault(side, place))
    return {pair: lead(place) for place, pair in enumerate(pairs)}
