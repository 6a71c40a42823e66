"""The text of an electronic book (.epub): its chapters in the order of reading, without the table of contents."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

from ..errors import InputError, UnrolledError
from .encodings import decode
from .html import charset_of, read_page
from .paragraphs import some
from .xml_events import Reader
from .zipped import Archive

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
OBFUSCATIONS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""What makes fonts unusable elsewhere, and leaves the text readable."""
PAGES = ("application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/x-dtbook+xml")


def read(raw: bytes, name: str, notes: list[str] | None = None) -> str:
    """Return the text of an electronic book; raises ``InputError`` for what is none, or is locked.

    Chapters that are missing or damaged are left out, and told in ``notes``.
    """
    archive = Archive(raw, name)
    refuse_locked(archive)
    container = Book()
    archive.xml(CONTAINER, container)
    if not container.packages:
        raise InputError(f"{name} names no book in {CONTAINER}; convert it again, or give its text as .txt")
    package = inside("", container.packages[0])
    book = Book()
    archive.xml(package, book)
    chapters = []
    for item in book.order:
        href = book.items.get(item)
        if href is None:
            continue
        try:
            chapters.append(chapter(archive, inside(package, href)))
        except UnrolledError as error:
            if archive.left < 0:  # a bomb is not left out
                raise
            if notes is not None:
                notes.append(f"{name}: left out a chapter: {error}")
    return some("\n".join(filter(None, chapters)), name)


def chapter(archive: Archive, member: str) -> str:
    """Return the text of one page of a book."""
    raw = archive.read(member)
    where = f"{archive.name} ({member})"
    try:
        page = decode(raw, where, charset_of(raw))
    except InputError:  # it names one encoding and has another
        page = decode(raw, where)
    return read_page(page.text.lstrip("\ufeff"))


def inside(package: str, href: str) -> str:
    """Return the member that a reference stands for, wherever it seems to lead."""
    path = posixpath.join("/", posixpath.dirname(package), unquote(href.partition("#")[0]))
    return posixpath.normpath(path).lstrip("/")


def refuse_locked(archive: Archive) -> None:
    """Raise ``InputError`` for a book whose pages are encrypted."""
    if ENCRYPTION in archive:
        encryption = Encryption()
        archive.xml(ENCRYPTION, encryption)
        if encryption.methods - set(OBFUSCATIONS):
            raise InputError(
                f"{archive.name} is locked (DRM), and locked books cannot be read; give one without a lock, or its "
                "text as .txt"
            )


class Encryption(Reader):
    """Collects the ways in which members are encrypted."""

    def __init__(self) -> None:
        super().__init__()
        self.methods: set[str] = set()
        self.in_key = 0
        self.starts = {
            "EncryptedKey": lambda _: self.key(1),
            "EncryptionMethod": self.method,
        }
        self.ends = {"EncryptedKey": lambda: self.key(-1)}

    def key(self, change: int) -> None:
        """Count the keys that are open: how they are encrypted is told apart."""
        self.in_key += change

    def method(self, attributes: dict[str, str]) -> None:
        """Keep a way, unless it is that of a key."""
        if not self.in_key:
            self.methods.add(attributes.get("Algorithm", ""))


class Book(Reader):
    """Collects what a container names as its books, and what a book names as its pages."""

    def __init__(self) -> None:
        super().__init__()
        self.packages: list[str] = []
        self.items: dict[str, str] = {}
        self.order: list[str] = []
        self.starts = {"rootfile": self.package, "item": self.item, "itemref": self.reference}

    def package(self, attributes: dict[str, str]) -> None:
        """Keep the path of a book."""
        if "full-path" in attributes:
            self.packages.append(attributes["full-path"])

    def item(self, attributes: dict[str, str]) -> None:
        """Keep the path of a page by its name."""
        navigates = "nav" in attributes.get("properties", "").split()
        if attributes.get("media-type", PAGES[0]) in PAGES and not navigates and "href" in attributes:
            self.items.setdefault(attributes.get("id", ""), attributes["href"])

    def reference(self, attributes: dict[str, str]) -> None:
        """Keep the place of a page in the order of reading."""
        if attributes.get("linear") != "no" and attributes.get("idref") not in self.order[-1:]:
            self.order.append(attributes.get("idref", ""))
