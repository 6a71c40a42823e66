"""Units of text and their vocabulary."""

from .base import Unit
from .char import Char

UNITS: dict[str, Unit] = {"char": Char()}
"""Every unit by its name; a new one is one file and one line here."""
