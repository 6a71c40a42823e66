"""Documents: what ends in a text, and how a text is put together again from what ended."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable

SEPARATORS = {"whole": "", "files": "", "lines": "\n", "blank-lines": "\n\n", "rows": "\n"}
"""What an end of a document stands for in a text, by the kind of document."""
BLANK = re.compile(r"\n[^\S\n]*\n\s*")


def split_documents(text: str, kind: str) -> list[str]:
    """Return the documents of a text; empty ones do not count."""
    if kind in ("lines", "rows"):
        return [line for line in text.split("\n") if line.strip()]
    if kind == "blank-lines":
        return [part.strip("\n") for part in BLANK.split(text) if part.strip()]
    return [text]


def duplicates(documents: Collection[Hashable]) -> int:
    """Return how many documents stand in a list more than once, each time after the first."""
    return len(documents) - len(set(documents))
