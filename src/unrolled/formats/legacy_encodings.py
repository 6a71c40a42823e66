"""Texts from before Unicode: which of a hundred encodings their bytes are likely to be in, and which else.

The guess is chardet's. It has seen little of texts with a few letters beyond ASCII: of these it is asked for all
candidates, and cp1252, in which most of them are, is taken unless another is clearly better.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import InputError, MissingExtraError

USUAL = "cp1252"
UNUSUAL = b"\x81\x8d\x8f\x90\x9d"
"""Bytes that are no character in it."""
STRAY = 0.025
"""The share of them among high bytes up to which they may be there by mistake."""
RARE = 0.4
"""The share of high bytes among these and ASCII letters up to which a text may be written in Latin letters."""
IN_A_ROW = re.compile(rb"[\x80-\xff]{4,}")
MARKUP = re.compile(rb"<[^<>]{1,500}>")
SAME = re.compile(rb"([\x80-\xff])\1+")
MANY_IN_A_ROW = 0.15
"""The share of high bytes that stand four and more in a row from which on a text is written in other letters, however
much markup or code stands around them: it is 0.02 at most in texts in Latin letters, 0.29 at least in others.
"""
CLEARLY, CLEARLY_OF_FEW, FEW = 1.25, 2.5, 12
"""How many times as sure the detector must be of another encoding than the usual one; and so of a few high bytes."""
MIN_GAIN = 0.025
"""How much surer it must be: chardet's confidence is below 0.1 for a line, and 0.2 to 0.4 for a page."""
ODD = 0.3
"""The share of letters beyond ASCII from which on odd ones speak against an encoding."""
DOUBTFUL = 0.92
"""The share of the best guess's confidence from which on a second one is told."""
INSIDE_WORDS = "’‘'-–—‐·…"
"""Signs that stand behind a letter, or between two."""
PARTS = 8
"""Parts of a text that are looked at for themselves: a broken byte speaks in one of them alone."""
SURER = 1.25
"""How many times as sure the detector must be of a part's encoding which some bytes elsewhere are none of."""
SEVEN_BITS = ("iso2022", "hz")


@dataclass(frozen=True)
class Guess:
    """An encoding, and another one that it may be, if there is doubt."""

    encoding: str
    second: str | None = None

    def note(self, name: str) -> tuple[str, ...]:
        """Return what is said of an encoding that nobody would expect."""
        if self.encoding in ("utf-8", "utf-8-sig"):
            return ()
        doubt = f", though it may be {self.second}" if self.second else ""
        return (f"{name}: read as {self.encoding}{doubt}; if letters look wrong, name another with --encoding",)


def guess_legacy(sample: bytes, name: str) -> Guess:
    """Return the likeliest encoding of bytes that are not UTF-8; raises ``InputError`` where it is none."""
    sample, found = unbroken(without_strays(without_markup(sample)), name)
    if not found:
        raise InputError(f"{name} is in no encoding that unrolled knows; save it as UTF-8")
    best = of_latin_letters(sample, found) if is_latin(sample) else next(iter(found))
    text = sample.decode(best, "ignore")
    likely = (each for each in found if found[each] >= DOUBTFUL * found.get(best, 0))
    return Guess(best, next((each for each in likely if sample.decode(each, "ignore") != text), None))


def without_markup(sample: bytes) -> bytes:
    """Return the lines of a text that have bytes beyond ASCII, without markup: only these tell its encoding.

    No character of an encoding with several bytes ends with an angle bracket or a line feed.
    """
    return b"\n".join(line for line in MARKUP.sub(b" ", sample).split(b"\n") if not line.isascii()) or sample


def without_strays(sample: bytes) -> bytes:
    """Return a text without bytes that the usual encoding has no character for, where a few of many are such ones."""
    high = sum(byte > 0x7F for byte in sample)
    without = sample.translate(None, UNUSUAL)
    return without if 0 < len(sample) - len(without) <= STRAY * high and is_latin(sample) else sample


def unbroken(sample: bytes, name: str) -> tuple[bytes, dict[str, float]]:
    """Return a sample and its candidates; or a part of it, where a few bytes break a surer encoding in the rest."""
    found = candidates(sample, name)
    lines = sample.split(b"\n")
    size = max(1, -(-len(lines) // PARTS))
    parts = [b"\n".join(lines[place : place + size]) for place in range(0, len(lines), size)]
    for part in parts if len(lines) > 1 else []:
        if part.isascii():  # or empty, where it is a blank line
            continue
        inside = candidates(part, name)
        best = max(inside, key=inside.__getitem__, default="")
        if best and best not in found and inside[best] > SURER * max(found.values(), default=0):
            sample, found = part, inside
    return sample, found


def guess_escaped(sample: bytes, name: str) -> Guess | None:
    """Return the encoding of seven bits that a text is in which passes for ASCII; None where it is in none."""
    best = next(iter(candidates(sample, name)), "")
    return Guess(best) if best.startswith(SEVEN_BITS) else None


def candidates(sample: bytes, name: str) -> dict[str, float]:
    """Return the encodings that some bytes can be in, the likeliest first, and how sure the detector is of each."""
    try:
        import chardet
    except ImportError:
        raise MissingExtraError(
            f"{name} is not UTF-8; name its encoding with --encoding, or install chardet to have it guessed"
        ) from None
    found: dict[str, float] = {}
    for each in chardet.detect_all(sample, True, max_bytes=len(sample), compat_names=False):
        if each["encoding"] and is_readable(sample, each["encoding"]):
            found.setdefault(codecs.lookup(each["encoding"]).name, each["confidence"])
    return found


def is_readable(sample: bytes, encoding: str) -> bool:
    """Tell whether some bytes can be read in an encoding, but for a character that is cut off at their end."""
    try:
        sample.decode(encoding)
    except UnicodeDecodeError as error:
        return error.end >= len(sample) - 1 and error.start > len(sample) - 4
    except (LookupError, ValueError):
        return False
    return True


def is_latin(sample: bytes) -> bool:
    """Tell whether a text is written in Latin letters: there are few bytes beyond ASCII, and they stand apart.

    A sign that is repeated, as in a ruled line, counts once.
    """
    high = sum(byte > 0x7F for byte in sample)
    letters = sum(byte < 0x80 for byte in sample if chr(byte).isalpha())
    together = sum(map(len, IN_A_ROW.findall(SAME.sub(rb"\1", sample))))
    return high <= RARE * (high + letters) and together <= max(FEW, MANY_IN_A_ROW * high)


def of_latin_letters(sample: bytes, found: Mapping[str, float]) -> str:
    """Return the encoding of a text in Latin letters, which East Asian ones never are."""
    single = {each: sure for each, sure in found.items() if len(b"\xe9\xe9".decode(each, "replace")) == 2}
    plain = [each for each in single if oddities(sample.decode(each, "ignore")) < ODD] or list(single) or list(found)
    best = max(plain, key=lambda each: found[each])
    if USUAL not in plain or sample.decode(best, "ignore") == sample.decode(USUAL, "ignore"):
        return USUAL if USUAL in plain else best
    high = sum(byte > 0x7F for byte in sample)
    times = CLEARLY if high >= FEW else CLEARLY_OF_FEW
    clear = found[best] > max(times * found[USUAL], found[USUAL] + MIN_GAIN)
    return best if clear else USUAL


def oddities(text: str) -> float:
    """Return the share of the letters and signs beyond ASCII that are odd where they stand.

    These are capitals behind small letters, other scripts' letters beside Latin ones, signs within words or where they
    never end one, and whatever is no letter or sign.
    """
    odd = total = 0
    for before, here, behind in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        if here > "\x7f":
            total += 1
            odd += is_odd(before, here, behind)
    return odd / max(1, total)


def is_odd(before: str, here: str, behind: str) -> bool:
    """Tell whether a character beyond ASCII is odd between two others."""
    kind = unicodedata.category(here)
    beside = [each for each in (before, behind) if each.isascii() and each.isalpha()]
    if kind[0] == "L":
        foreign = bool(beside) and not unicodedata.name(here, "").startswith("LATIN")
        return foreign or (kind == "Lu" and before.islower())
    if kind[0] == "M":
        return not before.isalpha()
    return (kind[0] == "C" and here != "\xad") or (
        before.isalpha() and here not in INSIDE_WORDS and (behind.isalpha() or here in "‚„“‘")
    )
