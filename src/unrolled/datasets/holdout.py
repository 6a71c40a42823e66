"""Rows cut into what is learnt, what is held out and what is only reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TypeVar

from ..config import TrainOptions
from ..errors import InputError
from ..formats.corpus import Source
from ..formats.documents import duplicates
from .text import PARTS, held_out_of_each, share_of

Row = TypeVar("Row")


def cut_rows(
    rows: Sequence[Row],
    options: TrainOptions,
    read: Callable[[str], Sequence[Row]],
    label: Callable[[Row], str] | None = None,
    group: Callable[[Row], Hashable] | None = None,
) -> dict[str, list[Row]]:
    """The rows of every part: shares off the end, or what ``read`` makes of a file.

    With a ``label``, the last rows of each label are held out, but never all of them; with a ``group``, rows of one
    group stay together, unless they are more than all that is held out.
    """
    rest = list(rows)
    cut: dict[str, list[Row]] = {}
    for name, share in (("test", options.test), ("valid", options.valid)):
        if isinstance(share, str):
            cut[name] = list(read(share))
        elif label:
            rest, cut[name] = cut_labelled(rest, rows, share or 0.0, label)
        else:
            rest, cut[name] = cut_groups(rest, share_of(len(rows), share or 0.0), group or id)
    cut["train"] = rest
    if not rest:
        raise InputError(f"there are {len(rows)} rows and none is left to train on; give more, or --valid 0")
    return {name: cut[name] for name in PARTS}


def cut_labelled(
    rest: list[Row], whole: Sequence[Row], share: float, label: Callable[[Row], str]
) -> tuple[list[Row], list[Row]]:
    """Cut a share of the whole off the end of the rest, of each label its own."""
    left = held_out_of_each(Counter((label(row),) for row in whole), share)
    if not left:
        return cut_groups(rest, share_of(len(whole), share), id)
    learnt = Counter((label(row),) for row in rest)
    kept: list[Row] = []
    held: list[Row] = []
    for row in reversed(rest):
        key = (label(row),)
        wanted = left.get(key, 0) > 0 and learnt[key] > 1
        left[key] = left.get(key, 0) - wanted
        learnt[key] -= wanted
        (held if wanted else kept).append(row)
    return kept[::-1], held[::-1]


def cut_groups(rest: list[Row], size: int, group: Callable[[Row], Hashable]) -> tuple[list[Row], list[Row]]:
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


def files_of_part(given: str) -> Source:
    """The file of a held-out part, or several of them, which are named with commas between them."""
    names = given.split(",")
    return given if len(names) == 1 or Path(given).is_file() else [Path(name) for name in names]


def repeated(rows: Sequence[Hashable], name: str) -> tuple[str, ...]:
    """A note of how many rows stand there more than once, if any do."""
    twice = duplicates(rows)
    shown = f"{twice:,} of {len(rows):,} {name} stand there more than once"
    return (f"{shown}; what is held out may have been learnt",) if twice else ()


def connected(pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The number of every pair's group: pairs that share a side, directly or through others, are of one."""
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
