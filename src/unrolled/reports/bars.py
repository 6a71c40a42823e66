"""A distribution as bars of text."""

from __future__ import annotations

from collections.abc import Sequence

EIGHTHS = " ▏▎▍▌▋▊▉"


def bars(pairs: Sequence[tuple[str, float]], width: int = 40) -> list[str]:
    """Return a line for each (label, share): the label as Python writes it, the share in per cent, and a bar."""
    labels = [repr(label) for label, _ in pairs]
    widest = max(map(len, labels), default=0)
    lines = zip(labels, pairs, strict=True)
    return [f"{label:<{widest}}  {share:6.1%}  {bar(share, width)}".rstrip() for label, (_, share) in lines]


def bar(share: float, width: int) -> str:
    """Return a bar of a share of the width, to an eighth of a column."""
    eighths = round(share * width * 8)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()
