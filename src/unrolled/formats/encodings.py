"""Bytes to text: find the encoding, normalise the newlines, and say what was found."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

from ..errors import InputError
from .leftout_bytes import LEAVE_OUT, LeftOut, counting
from .legacy_encodings import Guess, guess_escaped, guess_legacy

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a document in RTF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.doc, .xls or .ppt)"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "gzip inside gzip"),
    (b"(\xb5/\xfd", "a file that zstd has compressed"),
    (b"BZh", "a file that bzip2 has compressed"),
    (b"\xfd7zXZ\x00", "a file that xz has compressed"),
    (b"PAR1", "a table in Parquet"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x7fELF", "a program"),
)
ALLOWED = "unrolled reads plain text in UTF-8, UTF-16 or an encoding that --encoding names"
SAMPLE = 1 << 16  # bytes looked at to tell text from anything else
TELLING = 4 * SAMPLE  # bytes that a legacy encoding is guessed from
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
HIGH = re.compile(rb"[\x80-\xff]")
NOT_LEADING = bytes(range(0xC2))
"""All bytes but those that begin a character of several bytes in UTF-8."""
ESCAPES = (b"\x1b$", b"\x1b(", b"\x1b)", b"~{")
"""What begins other letters in encodings of seven bits, which pass for ASCII."""
SHIFTS = b"\x0e\x0f"
"""The signs by which ISO-2022 goes to other letters and back, behind an escape."""
TOO_MANY = 0.01
"""The share of bytes that may be left out of a text in an encoding that the user named."""
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
MAX_ROWS = 4
"""Rows of 256 characters that nearly all letters of a text are of, unless it is written in ideographs."""

Blocks = Callable[[], Iterable[bytes]]
"""Gives the bytes of a text block by block, each time it is called."""


@dataclass(frozen=True)
class Decoded:
    """A text and how it was written; ``notes`` are what a user should know of that."""

    text: str
    encoding: str
    newline: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Encoding:
    """How some bytes are to be read: in an encoding, but for what is left out."""

    guess: Guess
    left_out: LeftOut = field(default_factory=LeftOut)

    @property
    def name(self) -> str:
        """The encoding's name, as ``bytes.decode`` takes it."""
        return self.guess.encoding

    def notes(self, name: str) -> tuple[str, ...]:
        """Return what a user should know of it."""
        return (*self.left_out.note(name, self.name), *self.guess.note(name))


def decode(raw: bytes, name: str, encoding: str | None = None) -> Decoded:
    """Turn bytes into text whose lines end with a line feed; ``name`` is what messages call them.

    A few bytes that are of no character are left out, and told in a note. Raises ``InputError`` for what is no text.
    """
    found = find_encoding(lambda: [raw], name, encoding)
    text = raw.decode(found.name, LEAVE_OUT)
    return Decoded(normalise_newlines(text), found.name, found_newline(text), found.notes(name))


def find_encoding(blocks: Blocks, name: str, encoding: str | None = None) -> Encoding:
    """Return how some bytes are to be read; raises ``InputError`` if they do not look like text.

    An encoding that is named is taken, unless more than a few bytes are none of it.
    """
    if encoding is not None:
        return checked(Guess(encoding), blocks, name)
    first = next(iter(blocks()), b"")
    for mark, found in BYTE_ORDER_MARKS:
        if first.startswith(mark):
            return counted(Guess(found), blocks, name)
    refuse_signature(first, name)
    sample = first[:SAMPLE]
    shifted = sample.translate(None, SHIFTS) if ESCAPES[0] in sample else sample
    if len(CONTROL.findall(shifted)) > len(shifted) / 100:
        wide = find_wide(sample)
        if wide is None:
            raise InputError(f"{name} holds binary data, not text; {ALLOWED}: save it as .txt first")
        return counted(Guess(wide), blocks, name)
    evidence = Utf8Evidence()
    for block in chain(blocks(), [b""]):
        evidence.add(block)
    escaped = guess_escaped(evidence.telling, name) if evidence.escapes and not evidence.left_out.bytes else None
    if escaped or not evidence.is_utf8:
        return counted(escaped or guess_legacy(evidence.telling, name), blocks, name)
    return Encoding(Guess("utf-8"), evidence.left_out)


@dataclass
class Utf8Evidence:
    """What speaks for UTF-8, and what against it, in bytes that come block by block; an empty block is their end."""

    letters: int = 0
    """Bytes that begin a character of several bytes."""
    left_out: LeftOut = field(default_factory=LeftOut)
    head: bytes = b""
    tail: bytes = b""
    escapes: bool = False
    telling: bytes = b""
    """The part that tells another encoding: from the line of the first byte beyond ASCII on, or of the first escape."""

    def __post_init__(self) -> None:
        self.decoder = codecs.getincrementaldecoder("utf-8")(LEAVE_OUT)

    @classmethod
    def of(cls, raw: bytes) -> Utf8Evidence:
        """Return the evidence of some bytes that are all there."""
        found = cls()
        for block in (raw, b""):
            found.add(block)
        return found

    def add(self, block: bytes) -> None:
        """Look at a block."""
        self.head = self.head or block[:4]
        self.tail = (self.tail + block[-4:])[-4:]
        escapes = any(each in block for each in ESCAPES)
        if not block.isascii() or self.decoder.getstate()[0] or escapes:
            self.telling = self.telling or telling_part(block)
            with counting(self.left_out):
                self.decoder.decode(block, not block)
            self.letters += len(block.translate(None, NOT_LEADING))
        self.escapes = self.escapes or escapes
        self.left_out.line += block.count(b"\n")

    @property
    def is_utf8(self) -> bool:
        """Whether the text is UTF-8, but for a few bytes.

        Bytes of another encoding seldom make up a character of UTF-8 by chance, and mostly break one: in GBK, where it
        happens most often, every sixth pair does. A character cut off at the beginning or the end tells nothing.
        """
        broken = self.left_out.places
        return not broken or self.letters - broken >= broken or self.left_out.bytes <= self.cut_off

    @property
    def cut_off(self) -> int:
        """How many bytes at the beginning and the end are of a character that is cut off there."""
        begin = next((n for n, byte in enumerate(self.head) if not 0x80 <= byte < 0xC0), 0)
        lead = next((n for n, byte in enumerate(self.tail[::-1], 1) if not 0x80 <= byte < 0xC0), 0)
        # one byte alone may as well be a letter of another encoding, but for a capital one at the end of a word
        wanted = 0xC2 <= self.tail[-lead] < (0xF5 if lead > 1 else 0xDF) if lead else False
        return begin * (begin > 1) + lead * wanted  # one byte may as well be a quotation mark or a currency sign


def counted(guess: Guess, blocks: Blocks, name: str) -> Encoding:
    """Return an encoding with what is left out when bytes are read in it; raises ``InputError`` for what is none."""
    refuse_no_encoding(guess.encoding)
    left_out = LeftOut()
    try:
        decoder = codecs.getincrementaldecoder(guess.encoding)(LEAVE_OUT)
        with counting(left_out):
            for block in blocks():
                decoder.decode(block)
                left_out.line += block.count(b"\n")
            decoder.decode(b"", True)
    except (ValueError, LookupError) as error:  # what odd codecs raise
        raise InputError(
            f"{name} cannot be read as {guess.encoding!r} ({error}); {ALLOWED}: name the right one"
        ) from None
    return Encoding(guess, replace(left_out, line=1))


def checked(guess: Guess, blocks: Blocks, name: str) -> Encoding:
    """Return an encoding that the user named; raises ``InputError`` where more than a few bytes are none of it."""
    found = counted(guess, blocks, name)
    size = sum(map(len, blocks()))
    if found.left_out.bytes > max(1, TOO_MANY * size):
        raise InputError(
            f"{name} is not {guess.encoding}: {found.left_out.bytes:,} of its {size:,} bytes cannot be read, the first "
            f"in line {found.left_out.lines[0]:,}; {ALLOWED}: name the right one"
        )
    return found


def refuse_no_encoding(name: str) -> None:
    """Raise ``InputError`` for what is no encoding of texts: some codecs turn bytes into bytes."""
    try:
        " ".encode(name)
    except (LookupError, ValueError):
        raise InputError(f"there is no encoding {name!r}; try --encoding=utf-8 or --encoding=cp1252") from None


def refuse_signature(raw: bytes, name: str) -> None:
    """Raise ``InputError`` for a file of a kind that begins with bytes of its own, and is no text."""
    for signature, what in SIGNATURES:
        if raw.startswith(signature):
            raise InputError(f"{name} is {what}, not text; {ALLOWED}: save it as .txt first")


def find_wide(sample: bytes) -> str | None:
    """Return the encoding of a text in UTF-16 or UTF-32 that has no byte order mark; None for anything else.

    Its characters are letters, signs and spaces of a few rows of 256, or ideographs; random ones are not.
    """
    for encoding in WIDE:
        text = sample[: len(sample) // 4 * 4].decode(encoding, "replace")
        good = sum(unicodedata.category(each)[0] in "LMNPZS" or each in "\n\r\t" for each in text)
        few = len({ord(each) >> 8 for each in text}) <= MAX_ROWS or is_ideographic(text)
        if text and good - text.count("\ufffd") > 0.97 * len(text) and few:
            return encoding
    return None


def is_ideographic(text: str) -> bool:
    """Tell whether nearly all of a text is Chinese, Japanese, Korean or ASCII, with an end of a line or a sentence."""
    inside = sum(each < "\x80" or "\u3000" <= each <= "\ud7a3" or each >= "\uff00" for each in text)
    return inside > 0.97 * len(text) and any(each in text for each in "\n 。、")


def telling_part(block: bytes) -> bytes:
    """Return the part of a block that tells its encoding: from the line of its first high byte or escape on."""
    first = HIGH.search(block)
    place = min(place for place in (first.start() if first else len(block), *map(block.find, ESCAPES)) if place >= 0)
    begin = max(place - SAMPLE, block.rfind(b"\n", 0, place) + 1)
    return first_lines(block[begin : begin + TELLING + SAMPLE], TELLING)


def first_lines(raw: bytes, size: int) -> bytes:
    """Return the beginning of a text, cut at the end of a line: a cut through a character would spoil the guess."""
    return raw if len(raw) <= size else raw[: raw.rfind(b"\n", 0, size) + 1] or raw[:size]


def normalise_newlines(text: str) -> str:
    """Return the same text with a line feed at the end of every line."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def found_newline(text: str) -> str:
    """Return the line ending of a text: "lf", "crlf", "cr" or "mixed"."""
    windows = text.count("\r\n")
    others = (("crlf", windows), ("cr", text.count("\r") - windows), ("lf", text.count("\n") - windows))
    found = [name for name, count in others if count]
    return found[0] if len(found) == 1 else "mixed" if found else "lf"
