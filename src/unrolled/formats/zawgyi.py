"""Zawgyi: the old Burmese encoding that uses Unicode's numbers for other letters. It is told apart, never read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from itertools import islice

from ..errors import InputError

BURMESE = re.compile(r"[\u1000-\u109f]")
SIGN = re.compile(r"\u1039(?![\u1000-\u1021])|(?<![\u1000-\u109f])\u1031")
"""What Burmese in Unicode never has: a stacker with nothing under it, a vowel before its consonant.

Short words pass for either encoding, and the detector then guesses.
"""
LOOKED_AT = 20_000  # characters of a part
MAX_PARTS = 50  # that are looked at
SURE = 0.95


def refuse_zawgyi(text: str, name: str) -> None:
    """Raise ``InputError`` for a text that is in Zawgyi, all of it or from somewhere on.

    Without ``myanmartools`` (extra ``train``) nothing is looked for.
    """
    parts = list(islice(suspect(text), MAX_PARTS))
    if not parts:
        return
    try:
        from myanmartools import ZawgyiDetector  # type: ignore[import-untyped]
    except ImportError:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of how it opens its table
        detector = ZawgyiDetector()
    for begin, end in parts:
        if detector.get_zawgyi_probability(text[begin:end]) > SURE:
            line = text.count("\n", 0, begin) + 1
            where = f" from line {line:,} on" if line > 1 else ""
            raise InputError(
                f"{name} is Burmese in the old encoding Zawgyi{where}, and unrolled reads Unicode; convert it first, "
                "for example with ICU: uconv -f utf-8 -t utf-8 -x Zawgyi-my IN > OUT"
            )


def suspect(text: str) -> Iterator[tuple[int, int]]:
    """Yield where parts of a text begin and end that may be Zawgyi.

    They are single lines with a sign of it: other lines may be Unicode.
    """
    first = BURMESE.search(text)
    place = first.start() if first else len(text)
    while sign := SIGN.search(text, place):
        begin = max(place, text.rfind("\n", 0, sign.start()) + 1, sign.start() - LOOKED_AT // 2)
        end = text.find("\n", sign.start(), sign.start() + LOOKED_AT // 2)
        place = end if end > 0 else min(len(text), sign.start() + LOOKED_AT // 2)
        yield begin, place
