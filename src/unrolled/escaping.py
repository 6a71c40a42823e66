r"""What comes from outside, made fit to be shown: names of files, labels, records, and text that a model writes.

A terminal obeys control characters: an escape sequence in the name of a file can clear the screen, retitle the window
or hide what stands beside it, and a control of direction turns a line around ("Trojan Source", 2021).
"""

from __future__ import annotations

import json
import re
from typing import Any

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0, DEL, C1, separators of lines and paragraphs, controls of direction, and surrogates, which no UTF-8 has."""
LAYOUT = "\n\t"
"""The controls that text of several lines may keep."""


def escaped(text: str, keep: str = "") -> str:
    r"""Return a text with visible escapes, as ``\x1b``, in place of control characters; those in ``keep`` stay."""
    return CONTROLS.sub(lambda found: found[0] if found[0] in keep else visible(found[0]), text)


def visible(letter: str) -> str:
    r"""Return a character as Python writes it in a string: ``\n``, ``\x1b``, ``\u202e``."""
    return letter.encode("unicode_escape").decode()


def cleaned(text: str) -> str:
    """Return a text without control characters, but for newlines and tabs."""
    return CONTROLS.sub(lambda found: found[0] if found[0] in LAYOUT else "", text)


def json_line(value: Any) -> str:
    """Return a value as JSON in one line; other scripts stand in it as they are.

    Control characters as escapes of JSON.
    """
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
