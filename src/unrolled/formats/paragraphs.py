"""The paragraphs, lists and tables of a document become one plain text.

Paragraphs are parted by a blank line. The items of a list and the rows of a table are lines, with a tab between cells.
No line ends with a space. Soft hyphens, which only show at the end of a line, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import InputError

DOUBLED_SPACES = re.compile(" {2,}")
BLANK_LINES = re.compile(r"\n{3,}")
SOFT_HYPHEN = "\xad"
LONGEST_ROW = 2000
"""Characters of a row that is written as one line; longer ones arrange a page, and hold paragraphs."""


MOST_LINES = 12
"""Ends of lines and paragraphs in one cell, likewise."""


class Paragraphs:
    """Takes a document's text piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[str] = []  # of the paragraph that is open
        self.outer: list[list[str]] = []  # the pieces of those around it
        self.blocks: list[str] = []  # in turn: what parts a block from the one before, and its text
        self.last = 0  # the list or the table that the last block is a line of; 0 is none
        self.lines: list[int] = [0]  # the list or the table that is open, and those around it
        self.count = 0
        self.rows: list[list[list[str]]] = []  # the rows that are open: a list of cells, which are lists of blocks
        self.around: list[tuple[list[str], int]] = []  # blocks before the cell that is open

    def write(self, text: str) -> None:
        """Add to the open paragraph."""
        self.pieces.append(text)

    def begin(self) -> None:
        """Open a paragraph; one that is open goes on afterwards."""
        self.outer.append(self.pieces)
        self.pieces = []

    def end(self) -> None:
        """Close a paragraph."""
        self.flush()
        if self.outer:
            self.pieces = self.outer.pop()

    def flush(self) -> None:
        """End what was written so far as a paragraph, or as a line of the open list."""
        if self.pieces:
            self.add("".join(self.pieces), self.lines[-1])
            self.pieces = []

    def add(self, text: str, lines: int = 0) -> None:
        """Add a block: a paragraph, or a line of a list or a table."""
        text = tidy(text)
        if text:
            self.blocks += ("\n" if lines and lines == self.last else "\n\n", text)
            self.last = lines

    def begin_list(self) -> None:
        """Open a list; the items of a list within it are its lines, too."""
        self.count += 1
        self.lines.append(self.lines[-1] or self.count)

    def end_list(self) -> None:
        """Close a list."""
        if len(self.lines) > 1:
            self.lines.pop()

    def begin_table(self) -> None:
        """Open a table."""
        self.count += 1
        self.lines.append(self.count)

    end_table = end_list

    def begin_row(self) -> None:
        """Open a row of a table."""
        self.rows.append([])

    def end_row(self) -> None:
        """Close a row: a line with tabs; the paragraphs of one cell alone, or of a long row, stay paragraphs."""
        cells = self.rows.pop()
        if is_line(cells):
            self.add("\t".join(" ".join(" ".join(cell[1::2]).split()) for cell in cells), self.lines[-1])
            return
        for cell in cells:
            self.blocks += cell
            self.last = 0

    def begin_cell(self) -> None:
        """Open a cell of a row."""
        self.begin()
        self.around.append((self.blocks, self.last))
        self.blocks, self.last = [], 0
        self.lines.append(0)

    def end_cell(self) -> None:
        """Close a cell."""
        self.end()
        self.lines.pop()
        cell = self.blocks
        self.blocks, self.last = self.around.pop()
        if self.rows:
            self.rows[-1].append(cell)
        else:
            self.blocks += cell

    def text(self) -> str:
        """Return the whole text; nothing if there is none."""
        self.flush()
        return "".join((*self.blocks[1:], "\n")) if self.blocks else ""


def is_line(cells: list[list[str]]) -> bool:
    """Tell whether the cells of a row are short enough to be written in one line."""
    if len(cells) < 2 or max(map(len, cells)) > LONGEST_ROW:  # before all blocks are counted, table by table
        return False
    size = sum(len(text) for cell in cells for text in cell)
    return size <= LONGEST_ROW and max(sum(text.count("\n") for text in cell) for cell in cells) <= MOST_LINES


def lines_in(text: str) -> Iterator[str]:
    """Yield the lines of a text without their ends, one after another: a list of all would be larger than the text."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def collapsed(text: str) -> str:
    """Return a text in which each run of spaces, tabs and ends of lines is one space."""
    for each in "\t\n\r\f":
        text = text.replace(each, " ")
    return DOUBLED_SPACES.sub(" ", text) if "  " in text else text


def tidy(text: str) -> str:
    """Return a paragraph without spaces at the ends of its lines, with at most one blank line at a place."""
    if SOFT_HYPHEN in text:
        text = text.replace(SOFT_HYPHEN, "")
    text = text.rstrip()
    if "\n" in text:
        text = BLANK_LINES.sub("\n\n", "\n".join(map(str.rstrip, text.split("\n")))).lstrip("\n")
    return text


def some(text: str, name: str) -> str:
    """Return a text; raises ``InputError`` if there is none in the document."""
    if not text:
        raise InputError(f"{name} holds no text, and text in pictures is not read; give a document with text")
    return text
