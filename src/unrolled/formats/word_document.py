"""The text of a Word document (.docx).

Paragraphs and headings in their order; rows of tables with tabs; text boxes once, before the paragraph that they are
fixed to. Footnotes and endnotes stand at the end. Left out: headers and footers, comments, deleted and hidden text, the
codes of fields. Of tracked changes the new text is read.
"""

from __future__ import annotations

import posixpath

from ..errors import InputError
from .paragraphs import Paragraphs, some
from .xml_events import SKIP, Reader, skip
from .zipped import Archive

FAMILIES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
}
LEFT_OUT = (
    "w:del",
    "w:moveFrom",
    "w:tabs",
    "w:sdtPr",
    "w:rt",
    "w:trPr",
    "w:tcPr",
    "w:tblPr",
    "w:sectPr",
    "w:instrText",
)
SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")
"""Kinds of footnotes that are the line above them."""
NOT_WORD = {"xl": "a spreadsheet", "ppt": "a presentation", "visio": "a drawing"}
LIST = -1
"""The lines of all lists: Word's paragraphs say that they are items, and not where a list begins."""
GREEK = dict(
    zip(
        "ABGDEZHQIKLMNXOPRSTUFCYWabgdezhqiklmnxoprstufcyw",
        "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψω",
        strict=True,
    )
)
"""Letters of the font Symbol."""


def read(raw: bytes, name: str, notes: list[str] | None = None) -> str:
    """Return the text of a Word document; raises ``InputError`` for what is none."""
    archive = Archive(raw, name)
    main = related(archive, "").get("officeDocument", "word/document.xml")
    what = NOT_WORD.get(main.split("/")[0])
    if what:
        raise InputError(f"{name} is {what}, and no Word document; save its text as .txt or .csv and give that")
    story = Story()
    archive.xml(main, story)
    parts = related(archive, main)
    for kind in ("footnotes", "endnotes"):
        part = parts.get(kind, "")
        if part in archive:
            archive.xml(part, story)
    return some(story.paragraphs.text(), name)


def related(archive: Archive, part: str) -> dict[str, str]:
    """Return the parts that a part of a document names, by their kinds; ``""`` is the document as a whole."""
    folder, file = posixpath.split(part)
    member = posixpath.join(folder, "_rels", file + ".rels")
    relations = Relations(folder)
    if member in archive:
        archive.xml(member, relations)
    return relations.found


class Relations(Reader):
    """Collects the targets of the relationships of a part."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder, self.found = folder, dict[str, str]()
        self.starts = {"Relationship": self.relation}

    def relation(self, attributes: dict[str, str]) -> None:
        """Keep the first target of each kind, as a path in the archive."""
        if attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", self.folder, attributes.get("Target", "")))
            self.found.setdefault(attributes.get("Type", "").rpartition("/")[2], target.lstrip("/"))


class Story(Reader):
    """Collects the text of the parts of a document."""

    families = FAMILIES

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs = Paragraphs()
        self.taking = self.hidden = False
        self.items: list[bool] = []  # whether the paragraphs that are open are items of lists
        self.chosen: list[bool] = []  # whether one of the alternatives that are open was read
        write = self.paragraphs.write
        self.starts = dict.fromkeys(LEFT_OUT, skip) | {
            "w:p": self.begin_paragraph,
            "w:pStyle": self.style,
            "w:numPr": self.item,
            "w:r": self.begin_run,
            "w:vanish": self.vanish,
            "w:t": self.begin_text,
            "m:t": self.begin_text,
            "w:tab": lambda _: write("\t"),
            "w:ptab": lambda _: write("\t"),
            "w:br": lambda _: write("\n"),
            "w:cr": lambda _: write("\n"),
            "w:noBreakHyphen": lambda _: write("-"),
            "w:sym": self.symbol,
            "w:tbl": lambda _: self.paragraphs.begin_table(),
            "w:tr": lambda _: self.paragraphs.begin_row(),
            "w:tc": lambda _: self.paragraphs.begin_cell(),
            "w:footnote": note,
            "w:endnote": note,
            "mc:AlternateContent": lambda _: self.chosen.append(False),
            "mc:Choice": self.alternative,
            "mc:Fallback": self.alternative,
        }
        self.ends = {
            "w:p": self.end_paragraph,
            "w:t": self.end_text,
            "m:t": self.end_text,
            "w:tbl": self.paragraphs.end_table,
            "w:tr": self.paragraphs.end_row,
            "w:tc": self.paragraphs.end_cell,
            "mc:AlternateContent": self.chosen.pop,
        }

    def text(self, data: str) -> None:
        """Take the text of runs."""
        if self.taking:
            self.paragraphs.pieces.append(data.replace("\n", " ") if "\n" in data else data)

    def begin_paragraph(self, attributes: dict[str, str]) -> None:
        """Open a paragraph, in a text box within another."""
        self.items.append(False)
        self.paragraphs.begin()

    def end_paragraph(self) -> None:
        """Close a paragraph."""
        item = self.items.pop()
        self.paragraphs.lines.append(LIST if item else 0)
        self.paragraphs.end()
        self.paragraphs.lines.pop()

    def style(self, attributes: dict[str, str]) -> None:
        """Note that a paragraph has the style of an item."""
        if value_of(attributes, "val").startswith("List"):
            self.item(attributes)

    def item(self, attributes: dict[str, str]) -> None:
        """Note that a paragraph is an item of a list."""
        self.items[-1:] = [True]

    def begin_run(self, attributes: dict[str, str]) -> None:
        """Open a run, which is seen unless it says otherwise."""
        self.hidden = False

    def vanish(self, attributes: dict[str, str]) -> None:
        """Note that a run is hidden."""
        self.hidden = value_of(attributes, "val") not in ("0", "false", "off")

    def begin_text(self, attributes: dict[str, str]) -> None:
        """Open the text of a run."""
        self.taking = not self.hidden

    def end_text(self) -> None:
        """Close the text of a run."""
        self.taking = False

    def symbol(self, attributes: dict[str, str]) -> None:
        """Write a character that is named by its place in a font, where it is a letter."""
        try:
            place = int(value_of(attributes, "char")[:8], 16)
        except ValueError:
            return
        if 0xF000 <= place < 0xF100:
            self.paragraphs.write(
                GREEK.get(chr(place - 0xF000), "") if value_of(attributes, "font") == "Symbol" else ""
            )
        elif 0x20 <= place < 0xD800:
            self.paragraphs.write(chr(place))

    def alternative(self, attributes: dict[str, str]) -> str | None:
        """Read the first of several forms of one thing."""
        if not self.chosen:
            return None
        before, self.chosen[-1] = self.chosen[-1], True
        return SKIP if before else None


def note(attributes: dict[str, str]) -> str | None:
    """Leave out the line above the footnotes."""
    return SKIP if value_of(attributes, "type") in SEPARATORS else None


def value_of(attributes: dict[str, str], name: str) -> str:
    """Return an attribute by its local name, or nothing."""
    return next((value for key, value in attributes.items() if key.rpartition(" ")[2] == name), "")
