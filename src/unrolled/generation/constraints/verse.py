"""The constraint of verse: what each line must look like, how long it may be, and what it has to end with."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ...config import GenerateOptions
from ...text import UNITS
from ...text.grapheme import compiled
from ...text.patterns import Pattern
from .base import Constraint

RHYME = re.compile(r"(?:[aeiouy]+[^\W\d_aeiouy]+e|[aeiouy]+[^\W\d_aeiouy]*)\Z")
"""The end of a word from its last vowels on, a silent e with them: what rhymes in English, about."""
LATIN = re.compile(r"[a-z]\Z")
BEHIND = r"[^\p{L}\p{M}]+\Z"
"""What stands behind the last letter of a line; vowel signs and the like are letters."""
FREE = "-"
"""In a scheme of rhymes, a line that rhymes with none."""


@dataclass(frozen=True)
class Rules:
    """What lines of verse must be, each list in turns; empty ones ask for nothing.

    ``patterns`` are for whole lines, ``endings`` are the last letters of lines. Lines of one letter of the scheme
    ``rhymes`` end alike: with so many ``letters``, or where these are 0 with the same syllable. A line has at most
    ``longest`` characters.
    """

    patterns: tuple[Pattern, ...] = ()
    endings: tuple[str, ...] = ()
    rhymes: str = ""
    letters: int = 2
    longest: int = 60

    def pattern(self, number: int) -> Pattern | None:
        """Return what a line must match."""
        return self.patterns[number % len(self.patterns)] if self.patterns else None

    def ending(self, words: tuple[str, ...]) -> tuple[str, str]:
        """Return the letters that the line behind others must end with, and the word that may not rhyme with itself.

        ``words`` are the last words of the lines before.
        """
        number = len(words)
        own = self.endings[number % len(self.endings)].casefold() if self.endings else ""
        place = number % len(self.rhymes) if self.rhymes else 0
        stanza = words[number - place :]
        if self.rhymes and self.rhymes[place] != FREE and self.rhymes[place] in self.rhymes[:place]:
            word = stanza[self.rhymes[:place].index(self.rhymes[place])]
            return self.rhyme(word) or own, word
        return own, ""

    def rhyme(self, word: str) -> str:
        """Return the end of a word that a rhyme shares."""
        if self.letters:
            return word[-self.letters :]
        if LATIN.search(word):
            found = RHYME.search(word)
            return found[0] if found else word[-1:]
        return UNITS["syllable"].split(word)[-1] if word else ""


@dataclass(frozen=True)
class Verse(Constraint):
    """The line that is being written, and the last words of the lines before."""

    rules: Rules
    line: str = ""
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, rules: Rules, before: str) -> Verse:
        """Return the constraint behind a prompt, whose lines are taken as they are."""
        *lines, line = before.split("\n")
        return cls(rules, line, tuple(last_word(each) for each in lines if each.strip()))

    def after(self, unit: int, text: str) -> Verse | None:
        verse = self
        for character in text:
            further = verse.read(character)
            if further is None:
                return None
            verse = further
        return verse

    def read(self, character: str) -> Verse | None:
        """Return the constraint after one more character; None where the line cannot go on so."""
        if character != "\n":
            longer = replace(self, line=self.line + character)
            return longer if longer.can_go_on() else None
        if not self.line.strip():  # a blank line parts two stanzas
            stanza = len(self.rules.rhymes) or 1
            return replace(self, line="") if self.words and len(self.words) % stanza == 0 else None
        return replace(self, line="", words=(*self.words, last_word(self.line))) if self.is_whole() else None

    def is_whole(self) -> bool:
        """Tell whether the line is one that was asked for."""
        pattern, (ending, word) = self.rules.pattern(len(self.words)), self.rules.ending(self.words)
        own = last_word(self.line)
        return own.endswith(ending) and (not word or own != word) and (pattern is None or pattern.matches(self.line))

    def can_go_on(self) -> bool:
        """Tell whether the line can still become one that was asked for."""
        pattern, (ending, _) = self.rules.pattern(len(self.words)), self.rules.ending(self.words)
        if len(self.line) > self.rules.longest or (pattern and not pattern.matches(self.line, begun=True)):
            return False
        left = self.rules.longest - len(self.line)
        if last_word(self.line).endswith(ending):
            return True
        written = self.line.casefold()
        return any(written.endswith(ending[:size]) and len(ending) - size <= left for size in range(len(ending)))

    def may_end(self) -> bool:
        return not self.line.strip() or self.is_whole()

    def options(self, options: GenerateOptions) -> GenerateOptions:
        return options


def last_word(line: str) -> str:
    """Return the last word of a line in small letters, without what stands behind it."""
    letters = compiled(BEHIND).sub("", line.casefold())
    return re.split(r"[\s—-]", letters)[-1] if letters else ""
