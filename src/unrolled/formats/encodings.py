"""Bytes to text: find the encoding, normalise the newlines, and say what was found."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from ..errors import InputError, MissingExtraError

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
    (b"PK\x03\x04", "a zip archive (a .docx or .epub is one)"),
    (b"\x1f\x8b", "gzip inside gzip"),
    (b"\x7fELF", "a program"),
)
ALLOWED = "unrolled reads plain text in UTF-8, UTF-16 or an encoding that --encoding names"
SAMPLE = 1 << 16  # bytes looked at to tell text from anything else
# Encodings that texts are found in; among all that there are, a French page passes for one of a Baltic DOS
LEGACY = ["cp1250", "cp1251", "cp1252", "cp1253", "cp1255", "cp1256", "iso8859_2", "koi8_r", "cp850", "mac_roman"]
LEGACY += ["cp932", "euc_jp", "gb18030", "big5", "cp949"]
# charset-normalizer puts equals in the alphabet's order: French would be cp1250, were the usual one not preferred
USUAL = "cp1252"
WESTERN = {"Danish", "Dutch", "English", "Finnish", "French", "German", "Italian"}
WESTERN |= {"Norwegian", "Portuguese", "Spanish", "Swedish", "Unknown"}
TOLERANCE = 0.02  # of charset-normalizer's "chaos", a share of suspicious characters
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Decoded:
    """A text and how it was written."""

    text: str
    encoding: str
    newline: str


def decode(raw: bytes, name: str, encoding: str | None = None) -> Decoded:
    """Turn bytes into text whose lines end with a line feed; ``name`` is what messages call them."""
    encoding = encoding or find_encoding(raw, name)
    refuse_no_encoding(encoding)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name} is not {encoding}: byte {error.start} cannot be read; {ALLOWED}: name the right one"
        ) from None
    except ValueError as error:  # what odd codecs and odd names raise
        raise InputError(f"{name} cannot be read as {encoding!r} ({error}); {ALLOWED}: name the right one") from None
    return Decoded(normalise_newlines(text), encoding, found_newline(text))


def refuse_no_encoding(name: str) -> None:
    """Raise ``InputError`` for what is no encoding of texts: some codecs turn bytes into bytes."""
    try:
        " ".encode(name)
    except (LookupError, ValueError):
        raise InputError(f"there is no encoding {name!r}; try --encoding=utf-8 or --encoding=cp1252") from None


def normalise_newlines(text: str) -> str:
    """Return the same text with a line feed at the end of every line."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def found_newline(text: str) -> str:
    """Return the line ending of a text: "lf", "crlf", "cr" or "mixed"."""
    windows = text.count("\r\n")
    others = (("crlf", windows), ("cr", text.count("\r") - windows), ("lf", text.count("\n") - windows))
    found = [name for name, count in others if count]
    return found[0] if len(found) == 1 else "mixed" if found else "lf"


def find_encoding(raw: bytes, name: str) -> str:
    """Return the encoding of some bytes; raises ``InputError`` if they do not look like text."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return encoding
    for signature, what in SIGNATURES:
        if raw.startswith(signature):
            raise InputError(f"{name} is {what}, not text; {ALLOWED}: save it as .txt first")
    wide = find_utf16(raw[:SAMPLE])
    if wide:
        return wide
    if len(CONTROL.findall(raw[:SAMPLE])) > len(raw[:SAMPLE]) / 100:
        raise InputError(f"{name} holds binary data, not text; {ALLOWED}: save it as .txt first")
    return "utf-8" if is_utf8(raw) else guess_legacy(raw, name)


def find_utf16(sample: bytes) -> str | None:
    """UTF-16 without a byte order mark shows in zeros at every other byte."""
    zeros = [sample[start::2].count(0) / max(1, len(sample) // 2) for start in (0, 1)]
    if max(zeros) < 0.3 or min(zeros) > 0.05:
        return None
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def is_utf8(raw: bytes) -> bool:
    """Tell whether all bytes are valid UTF-8."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def first_lines(raw: bytes, size: int) -> bytes:
    """Return the beginning of a text, cut at the end of a line: a cut through a character would spoil the guess."""
    return raw if len(raw) <= size else raw[: raw.rfind(b"\n", 0, size) + 1] or raw[:size]


def guess_legacy(raw: bytes, name: str) -> str:
    """Return the likeliest encoding of bytes that are not UTF-8."""
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        raise MissingExtraError(
            f"{name} is not UTF-8; name its encoding with --encoding, or install charset-normalizer to have it guessed"
        ) from None
    sample = first_lines(raw, 4 * SAMPLE)
    guesses = from_bytes(sample, cp_isolation=LEGACY) or from_bytes(sample)
    best = guesses.best()
    if best is None:
        raise InputError(f"{name} is in no encoding that I know; {ALLOWED}: save it as UTF-8")
    equal = [each for each in guesses if each.coherence >= best.coherence and each.chaos <= best.chaos + TOLERANCE]
    usual = best.language in WESTERN and any(USUAL in each.could_be_from_charset for each in equal)
    return USUAL if usual else best.encoding
