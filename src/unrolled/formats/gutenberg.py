"""Project Gutenberg's header and licence, and how to take them off."""

from __future__ import annotations

import re

START = re.compile(r"^\s*\*\*\*\s*START OF TH(?:E|IS) PROJECT GUTENBERG EBOOK.*?\*\*\*[^\n]*$", re.I | re.M | re.S)
END = re.compile(
    r"^\s*(?:\*\*\*\s*END OF TH(?:E|IS) PROJECT GUTENBERG EBOOK|End of (?:the )?Project Gutenberg)", re.I | re.M
)


def strip_gutenberg(text: str) -> str:
    """Return the book alone, where the text has Project Gutenberg's marks; otherwise the text as it is."""
    start = START.search(text)
    end = END.search(text, start.end() if start else 0)
    book = text[start.end() if start else 0 : end.start() if end else len(text)]
    return book.strip("\n") + "\n" if start or end else text
