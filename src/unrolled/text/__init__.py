"""Units of text and their vocabulary."""

from .base import Unit
from .bpe import Bpe
from .byte import Byte
from .char import Char
from .gpt2 import Gpt2Tokens
from .grapheme import Grapheme
from .syllable import Syllable
from .word import Word

UNITS: dict[str, Unit] = {
    "char": Char(),
    "grapheme": Grapheme(),
    "syllable": Syllable(),
    "word": Word(),
    "byte": Byte(),
    "bpe": Bpe(),
    "gpt2": Gpt2Tokens(),
}
"""Every unit by its name; a new one is one file and one line here."""
