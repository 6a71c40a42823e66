"""Subtitles (.srt, .vtt): the words alone.

The lines of each cue stay as they stand, and cue follows cue without a blank line: sentences go on from one to another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .html import unescape
from .paragraphs import lines_in

CLOCK = r"(?:\d{1,4}:)?\d{1,2}:\d{1,2}(?:[.,:]\d{1,3})?"
TIME = re.compile(rf"[ \t]*{CLOCK}[ \t]*-->[ \t]*{CLOCK}")
TIMES = re.compile(f"^{TIME.pattern}", re.MULTILINE)
NUMBER = re.compile(r"\s*\d+\s*\Z")
TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>|<[\d:.]+>")
WORD_TIME = re.compile(r"<\d[\d:.]*>")
STYLE = re.compile(r"\{\\[^{}\n]*\}|\{[a-zA-Z]:[^{}\n]*\}")
BLOCKS = ("NOTE", "STYLE", "REGION")
FIRST_LINES = 5
"""Lines with something in them among which the first time must stand."""


def is_subtitles(text: str) -> bool:
    """Tell whether a text is a file of subtitles, by its first lines."""
    lines = [line for line in text[:4000].split("\n") if line.strip()][:FIRST_LINES]
    return is_vtt(text) or any(map(TIME.match, lines))


def is_vtt(text: str) -> bool:
    """Tell whether a text begins as WebVTT does."""
    return re.match(r"\s*WEBVTT(?:\s|\Z)", text) is not None


def strip_timecodes(text: str) -> str:
    """Return the words of all cues; a text without a time in it stays as it is.

    In automatic captions, which show each line again in the next cue, a line counts once.
    """
    if not TIMES.search(text):
        return text
    entities, rolling = is_vtt(text), WORD_TIME.search(text) is not None
    found: list[str] = []
    for line in cues_of(text):
        words = STYLE.sub("", TAG.sub("", line))
        words = " ".join((unescape(words) if entities else words).split())
        if words and not (rolling and found[-1:] == [words]):
            found.append(words)
    return "\n".join([*found, ""])


def cues_of(text: str) -> Iterator[str]:
    """Yield the lines of all cues."""
    cue: list[str] | None = None
    for line in lines_in(text):
        if "-->" in line and TIME.match(line):
            yield from without_blocks(without_name(cue or []))
            cue = []
        elif cue is not None:
            cue.append(line)
    yield from without_blocks(cue or [])


def without_name(cue: list[str]) -> list[str]:
    """Return the lines of a cue without the number or the name of the next one, which stands above its time."""
    end = len(cue)
    while end and not cue[end - 1].strip():
        end -= 1
    above = end == len(cue)  # the last line stands right above the time
    after_blank = end > 1 and not cue[end - 2].strip()
    is_number = end > 0 and NUMBER.match(cue[end - 1]) is not None
    named = above + after_blank + is_number >= 2
    return cue[: end - 1] if named else cue


def without_blocks(cue: list[str]) -> list[str]:
    """Return the lines of a cue without notes and styles: such a block begins after a blank line, and ends at one."""
    found, inside, blank = [], False, False
    for line in cue:
        inside = inside or (blank and line.split(" ")[0].split("\t")[0] in BLOCKS)
        blank = not line.strip()
        inside = inside and not blank
        if not inside and not blank:
            found.append(line)
    return found
