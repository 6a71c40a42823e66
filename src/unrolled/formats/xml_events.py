"""XML of unknown origin, element by element: nothing is kept of it but what the handlers keep.

Declarations of entities are refused, and nothing outside of the document is fetched; a DOCTYPE that only names an
external DTD, as TMX files have, is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html.entities import html5
from xml.parsers import expat

from ..errors import InputError
from ..untrusted import CHUNK

Start = Callable[[dict[str, str]], object]
"""Called with an element's attributes; what it returns decides whether the element is read: SKIP leaves it out."""

SKIP = "skip"
"""What the start of an element answers if nothing inside of it is wanted."""
DEEPEST_ELEMENT = 512
"""Elements within each other: each table in a table takes a handful of them."""
LONGEST_TAG = 4 << 20
"""Bytes of one tag or comment: older versions of expat read an unfinished one again with every chunk."""
MOST_NAMES = 50_000
"""Different names of elements and attributes: expat keeps each; the formats here have some hundreds."""
LONGEST_NAMESPACE = 500
"""Characters of the address of a namespace, which expat writes before the name of every element."""


def skip(attributes: dict[str, str]) -> str:
    """Leave out an element with all that it holds."""
    return SKIP


class Reader:
    """Handlers by the short names of elements: ``w:p`` where ``families`` has a prefix for its namespace.

    Without families the names are local ones: ``p`` in every namespace. ``text`` is given all characters, in pieces.
    """

    families: Mapping[str, str] | None = None

    def __init__(self) -> None:
        self.starts: dict[str, Start] = {}
        self.ends: dict[str, Callable[[], object]] = {}

    def text(self, data: str) -> object:
        """Take some characters."""


class Names(dict[str, str]):
    """Expat's ``address name`` → the short name of an element."""

    def __init__(self, families: Mapping[str, str] | None) -> None:
        super().__init__()
        self.families = families

    def __missing__(self, name: str) -> str:
        address, _, local = name.rpartition(" ")
        short = local if self.families is None else f"{self.families.get(address, '?')}:{local}"
        self[name] = short
        return short


class Walk:
    """One walk through a document: calls the handlers of a ``Reader`` and keeps the bounds."""

    def __init__(self, reader: Reader, name: str) -> None:
        self.name, self.starts, self.ends, self.text = name, reader.starts, reader.ends, reader.text
        self.names = Names(reader.families)
        self.kept: dict[str, str] = {}  # expat's own: all names so far
        self.depth = self.hidden = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Tell the handler of an element that it begins; within a skipped element nothing is told."""
        self.depth += 1
        if self.depth > DEEPEST_ELEMENT:
            raise self.refusal(f"elements more than {DEEPEST_ELEMENT} within each other")
        if not self.hidden:
            handler = self.starts.get(self.names[name])
            if handler and handler(attributes) is SKIP:
                self.hidden = self.depth

    def end(self, name: str) -> None:
        """Tell the handler of an element that it ends."""
        if not self.hidden:
            handler = self.ends.get(self.names[name])
            if handler:
                handler()
        elif self.hidden == self.depth:
            self.hidden = 0
        self.depth -= 1

    def characters(self, data: str) -> None:
        """Give characters to the reader."""
        if not self.hidden:
            self.text(data)

    def skipped_entity(self, name: str, is_parameter: bool) -> None:
        """Take an entity that an external DTD would declare for what HTML calls by its name."""
        if not is_parameter:
            self.characters(html5.get(name + ";", ""))

    def doctype(self, name: str, system: str | None, public: str | None, declares: int) -> None:
        """Refuse declarations inside of the document."""
        if declares:
            raise self.refusal("declarations in its DOCTYPE")

    def namespace(self, prefix: str | None, address: str | None) -> None:
        """Refuse addresses that are too long to be written before each name."""
        if address and len(address) > LONGEST_NAMESPACE:
            raise self.refusal(f"a namespace of more than {LONGEST_NAMESPACE} characters")

    def refusal(self, what: str) -> InputError:
        """Return the error for XML that is well-formed and yet not read."""
        return InputError(f"{self.name} has {what}, which are not read; save the text as .txt and give that")

    def parser(self, encoding: str | None) -> expat.XMLParserType:
        """Return an expat parser that calls this walk."""
        parser = expat.ParserCreate(encoding, " ", self.kept)
        parser.buffer_text, parser.buffer_size = True, 1 << 16
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self.characters, self.doctype
        parser.StartNamespaceDeclHandler = self.namespace
        parser.SkippedEntityHandler = self.skipped_entity
        return parser


def pieces(raw: bytes) -> Iterable[bytes]:
    """Return bytes in chunks: expat keeps what it is given at once."""
    return (raw[start : start + CHUNK] for start in range(0, len(raw), CHUNK))


def read_xml(chunks: Iterable[bytes], name: str, reader: Reader, encoding: str | None = None) -> None:
    """Walk through a document; raises ``InputError`` for what is no XML, or XML that is not read.

    ``name`` is what messages call it; ``encoding`` is taken instead of the one that it declares.
    """
    walk = Walk(reader, name)
    parser = walk.parser(encoding)
    given = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk)
            given += len(chunk)
            if len(walk.kept) > MOST_NAMES:
                raise walk.refusal(f"more than {MOST_NAMES:,} names of elements and attributes")
            if given - max(0, parser.CurrentByteIndex) > LONGEST_TAG:
                raise walk.refusal(f"a tag or a comment of more than {LONGEST_TAG:,} bytes")
        parser.Parse(b"", True)
    except InputError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: encodings that Python does not have
        raise InputError(f"{name} is damaged XML ({error}); save it again, or give its text as .txt") from None
