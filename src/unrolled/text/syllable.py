"""The unit ``syllable``: a written syllable of Burmese; elsewhere a grapheme cluster.

Burmese puts no spaces between words, but its syllables show in its spelling (Ye Kyaw Thu's sylbreak): one begins at a
consonant that is neither stacked under another (U+1039 before it) nor the end of a syllable (U+103A or U+1039 behind).
"""

from __future__ import annotations

from .base import SpelledUnit
from .grapheme import CLUSTER, clusters, compiled

MEDIALS = r"[\u1037\u103b-\u103e]"
CONSONANT = r"[\u1000-\u1021\u103f\u104e]"
FINAL = rf"{CONSONANT}(?={MEDIALS}*[\u103a\u1039])"  # with asat, or with another stacked under it
STACKED = r"(?<=\u1039\p{M}*)\p{Lo}"  # with marks between, too: it is one grapheme cluster (UAX #29, GB9c)
BURMESE = rf"(?!{FINAL})[\u1000-\u1021\u1023-\u102a\u103f\u104e](?:\p{{M}}|{STACKED}|{FINAL}\p{{M}}+)*"
SYLLABLE = rf"{BURMESE}|{CLUSTER}"


class Syllable(SpelledUnit):
    """Burmese syllables, and grapheme clusters of all else; one that was never seen is spelled in clusters."""

    def split(self, text: str) -> list[str]:
        return clusters(text) if text.isascii() else list(compiled(SYLLABLE).findall(text))

    def spell(self, unit: str) -> list[str]:
        return clusters(unit)
