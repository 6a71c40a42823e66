"""Translation memories (.tmx, 1.1 to 1.4): the segments of each unit by their languages.

Of the codes that stand in segments nothing is kept; text that is marked (``hi``, and ``g`` of its successors) is.
"""

from __future__ import annotations

from ..errors import InputError
from .paragraphs import collapsed
from .xml_events import Reader, pieces, read_xml, skip

CODES = ("bpt", "ept", "it", "ph", "ut", "x", "bx", "ex")
LANGUAGE = ("http://www.w3.org/XML/1998/namespace lang", "lang")
MOST_UNITS = 5_000_000
"""Units of one file: each takes some hundreds of bytes."""


def read(raw: bytes, name: str) -> list[dict[str, str]]:
    """Return a row for each unit that has a segment: language, as it is written → text in one line.

    Where a unit has several segments of one language, the first is taken. Raises ``InputError`` for what is no
    translation memory.
    """
    memory = Memory(name)
    read_xml(pieces(raw), name, memory)
    if not memory.seen:
        raise InputError(f"{name} is XML, and no translation memory (TMX); save its text as .txt and give that")
    if not memory.rows:
        raise InputError(f"{name} holds no segment whose language is named; give a translation memory with text")
    return memory.rows


class Memory(Reader):
    """Collects the units of a translation memory."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.seen, self.rows = name, False, list[dict[str, str]]()
        self.languages: dict[str, str] = {}  # one string for each
        self.language = ""
        self.row: dict[str, str] = {}
        self.segment: list[str] | None = None
        self.starts = dict.fromkeys(CODES, skip) | {
            "tmx": self.begin,
            "tu": self.begin_unit,
            "tuv": self.begin_variant,
            "seg": self.begin_segment,
        }
        self.ends = {"tu": self.end_unit, "seg": self.end_segment}

    def text(self, data: str) -> None:
        """Take the text of segments."""
        if self.segment is not None:
            self.segment.append(data)

    def begin(self, attributes: dict[str, str]) -> None:
        """Note that this is a translation memory."""
        self.seen = True

    def begin_unit(self, attributes: dict[str, str]) -> None:
        """Open a unit."""
        self.row = {}

    def end_unit(self) -> None:
        """Close a unit."""
        if self.row:
            self.rows.append(self.row)
        if len(self.rows) > MOST_UNITS:
            raise InputError(f"{self.name} holds more than {MOST_UNITS:,} units, which are not read at once; split it")

    def begin_variant(self, attributes: dict[str, str]) -> None:
        """Note the language of a variant."""
        language = next((attributes[each] for each in LANGUAGE if each in attributes), "")
        self.language = self.languages.setdefault(language, language)

    def begin_segment(self, attributes: dict[str, str]) -> None:
        """Open a segment."""
        self.segment = []

    def end_segment(self) -> None:
        """Close a segment."""
        text = collapsed("".join(self.segment or ())).strip()
        if text and self.language:
            self.row.setdefault(self.language, text)
        self.segment = None
