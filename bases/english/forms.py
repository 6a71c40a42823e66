"""The forms in which people have the same book: wrapped or not, with this or that kind of quotation marks and dashes.

A network that has read one form alone pays about 0.2 bits a character for every other. So each book of the corpus,
whose paragraphs are single lines, takes a form by chance.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

UNWRAPPED = 0.3
"""Share of the books whose paragraphs stay single lines, as in what word processors save."""
NARROWEST, WIDEST = 60, 80
"""Columns of the rest, which is wrapped as Project Gutenberg's editions are."""
CURLY = 0.5
SINGLE = 0.3
"""Share of the books whose speech is in single quotation marks, as British editions have it."""
DASHES = ("--", "—")

OPENING = re.compile(r"""(?<![^\s(\[—\-"'‘“])(["'])(?=[\w“‘"'(\[—…$£])|(?<=[—\-])(["'])(?=\w)""")
"""A straight mark behind a space, a bracket or a dash and before a word opens what is quoted."""
ELIDED = re.compile(r"‘(?=(?:tis|twas|twere|twill|twould|em|til|bout|cause|cos|neath|gainst|mid|un|uns|n|o)\b)", re.I)
"""Words whose first letters are left out, which begin with an apostrophe."""
INNER = re.compile(r"‘((?:[^‘’“”\n]|’(?=\w))*)’(?!\w)")
"""What is quoted in single marks within one paragraph; an apostrophe has a letter behind it."""
SPACES = re.compile(r"(?<=\S) {2,}(?=\S)")
INVISIBLE = {ord(each): None for each in "\u200a\u200b\ufeff"}
SWAPPED = str.maketrans("“”", "‘’")
STRAIGHT = str.maketrans("“”‘’", "\"\"''")


@dataclass(frozen=True)
class Form:
    """How a book is written down; ``width`` is in columns, 0 leaves every paragraph in one line."""

    width: int
    curly: bool
    single: bool
    dash: str

    @classmethod
    def by_chance(cls, seed: str) -> Form:
        """Draw a form; the same seed gives the same one."""
        rng = random.Random(seed)
        width = 0 if rng.random() < UNWRAPPED else rng.randint(NARROWEST, WIDEST)
        return cls(width, rng.random() < CURLY, rng.random() < SINGLE, rng.choice(DASHES))

    def applied(self, text: str) -> str:
        """Return a book of the corpus in this form."""
        text = SPACES.sub(" ", text.translate(INVISIBLE)).replace("--", "—").replace("—", self.dash)
        text = curled(text)
        if self.single:
            text = INNER.sub(r"«\1»", text).translate(SWAPPED).replace("«", "“").replace("»", "”")
        if not self.curly:
            text = text.translate(STRAIGHT)
        return wrapped(text, self.width) if self.width else text


def curled(text: str) -> str:
    """Return a text whose straight quotation marks and apostrophes are curly, by what stands beside each."""
    text = OPENING.sub(lambda found: "“" if '"' in found[0] else "‘", text)
    return ELIDED.sub("’", text.replace('"', "”").replace("'", "’"))


def wrapped(text: str, width: int) -> str:
    """Return a text whose lines have at most ``width`` characters where their words allow it; short ones stay."""
    return re.sub(rf"(?=[^\n]{{{width + 1}}})([^\n]{{1,{width}}}) +", r"\1\n", text)
