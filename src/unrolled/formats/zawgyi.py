"""Zawgyi: the old Burmese encoding that uses Unicode's numbers for other letters. It is told apart, never read."""

from __future__ import annotations

import re
import warnings

from ..errors import InputError

BURMESE = re.compile(r"[\u1000-\u109f]")
SIGN = re.compile(r"\u1039(?![\u1000-\u1021])|(?<![\u1000-\u109f])\u1031")
"""What Burmese in Unicode never has: a stacker with nothing under it, a vowel before its consonant.

Short words pass for either encoding, and the detector then guesses.
"""
LOOKED_AT = 20_000  # characters
SURE = 0.95


def refuse_zawgyi(text: str, name: str) -> None:
    """Raise ``InputError`` for a text in Zawgyi; without ``myanmartools`` (extra ``train``) nothing is looked for."""
    first = BURMESE.search(text)
    if not first or not SIGN.search(text):
        return
    try:
        from myanmartools import ZawgyiDetector  # type: ignore[import-untyped]
    except ImportError:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of how it opens its table
        detector = ZawgyiDetector()
    if detector.get_zawgyi_probability(text[first.start() : first.start() + LOOKED_AT]) > SURE:
        raise InputError(
            f"{name} is Burmese in the old encoding Zawgyi, and unrolled reads Unicode; convert it first, "
            "for example with ICU: uconv -f utf-8 -t utf-8 -x Zawgyi-my IN > OUT"
        )
