"""The text of an OpenDocument text (.odt).

Paragraphs and headings in their order; items of lists and rows of tables as lines; white space as the format says
(OpenDocument 1.3, part 3, 6.1.2). Footnotes and endnotes stand at the end. Left out: headers and footers, annotations,
what tracked changes deleted, hidden sections, the readings above ruby text, descriptions of pictures.
"""

from __future__ import annotations

import re

from ..errors import InputError
from .paragraphs import Paragraphs, collapsed, some
from .xml_events import SKIP, Reader, skip
from .zipped import Archive

FAMILIES = {
    f"urn:oasis:names:tc:opendocument:xmlns:{each}:1.0": each for each in ("office", "text", "table", "drawing", "form")
} | {"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0": "svg"}
LEFT_OUT = (
    "text:tracked-changes",
    "text:note-citation",
    "text:ruby-text",
    "text:sequence-decls",
    "office:annotation",
    "office:forms",
    "office:scripts",
    "svg:title",
    "svg:desc",
)
KEPT = str.maketrans("\x00\x01\x02", " \t\n")
"""Characters that XML cannot hold, for white space that is meant."""
MOST_SPACES = 100
"""Spaces that one element can stand for here."""


def read(raw: bytes, name: str, notes: list[str] | None = None) -> str:
    """Return the text of an OpenDocument text; raises ``InputError`` for what is none."""
    archive = Archive(raw, name)
    kind = archive.read("mimetype")[:100].decode("latin-1").strip() if "mimetype" in archive else ""
    if kind and "opendocument.text" not in kind:
        raise InputError(f"{name} is {kind}, and no OpenDocument text; save its text as .txt or .csv and give that")
    if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise InputError(f"{name} is encrypted; save it without a password")
    content = Content()
    archive.xml("content.xml", content)
    for each in content.notes:
        content.paragraphs.add(each)
    return some(content.paragraphs.text(), name)


class Content(Reader):
    """Collects the text of ``content.xml``."""

    families = FAMILIES

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs = Paragraphs()
        self.open = 0  # paragraphs within each other
        self.in_note = 0
        self.notes: list[str] = []
        write = self.paragraphs.write
        self.starts = dict.fromkeys(LEFT_OUT, skip) | {
            "text:p": self.begin_paragraph,
            "text:h": self.begin_paragraph,
            "text:s": self.spaces,
            "text:tab": lambda _: write("\x01"),
            "text:line-break": lambda _: write("\x02"),
            "text:list": lambda _: self.paragraphs.begin_list(),
            "text:section": hidden,
            "text:note-body": self.begin_note,
            "table:table": lambda _: self.paragraphs.begin_table(),
            "table:table-row": lambda _: self.paragraphs.begin_row(),
            "table:table-cell": lambda _: self.paragraphs.begin_cell(),
            "table:covered-table-cell": lambda _: self.paragraphs.begin_cell(),
        }
        self.ends = {
            "text:p": self.end_paragraph,
            "text:h": self.end_paragraph,
            "text:list": self.paragraphs.end_list,
            "text:note-body": self.end_note,
            "table:table": self.paragraphs.end_table,
            "table:table-row": self.paragraphs.end_row,
            "table:table-cell": self.paragraphs.end_cell,
            "table:covered-table-cell": self.paragraphs.end_cell,
        }

    def text(self, data: str) -> None:
        """Take the text of paragraphs."""
        if self.open:
            self.paragraphs.pieces.append(data)

    def begin_paragraph(self, attributes: dict[str, str]) -> None:
        """Open a paragraph, in a frame within another."""
        self.open += 1
        self.paragraphs.begin()

    def end_paragraph(self) -> None:
        """Close a paragraph: white space in it is one space, but for what was meant."""
        self.open -= 1
        text = collapsed("".join(self.paragraphs.pieces)).strip(" ").translate(KEPT)
        self.paragraphs.pieces = []
        if self.in_note:
            self.notes.append(text)
        else:
            self.paragraphs.pieces.append(text)
        self.paragraphs.end()

    def spaces(self, attributes: dict[str, str]) -> None:
        """Write some spaces."""
        number = next((value for key, value in attributes.items() if key.endswith(" c")), "1")
        self.paragraphs.write("\x00" * min(int(number) if re.fullmatch("[0-9]{1,9}", number) else 1, MOST_SPACES))

    def begin_note(self, attributes: dict[str, str]) -> None:
        """Begin a footnote or an endnote: its paragraphs are kept for the end."""
        self.in_note += 1

    def end_note(self) -> None:
        """End a note."""
        self.in_note -= 1


def hidden(attributes: dict[str, str]) -> str | None:
    """Leave out a section that is not displayed."""
    return SKIP if "none" in (value for key, value in attributes.items() if key.endswith(" display")) else None
