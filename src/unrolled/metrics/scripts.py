"""Which scripts write no space between words: there a metric or a baseline counts characters."""

from __future__ import annotations

from collections.abc import Sequence

from ..text.grapheme import compiled

LOOKED_AT = 300_000  # characters
LETTER = r"[\p{L}\p{M}]"
UNSPACED = (
    r"[\p{Script=Myanmar}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Tibetan}\p{Script=Han}"
    r"\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Javanese}\p{Script=Balinese}\p{Script=Tai_Tham}]"
)


def unspaced(texts: Sequence[str]) -> bool:
    """Tell whether more than half of the texts' letters are of a script that writes no space between words.

    Decided by script, not by counting spaces: Burmese puts them between phrases, and some corpora between syllables.
    """
    text = "".join(each[:LOOKED_AT] for each in texts[:10_000])[:LOOKED_AT]
    return 2 * len(compiled(UNSPACED).findall(text)) > len(compiled(LETTER).findall(text))
