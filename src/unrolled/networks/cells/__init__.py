"""Recurrent cells: the table, the mathematics of each, and their scans."""

from ...errors import OptionError
from .base import Cell
from .elman import Elman
from .gru import GRU
from .lstm import LSTM
from .window import Window

CELLS: dict[str, Cell] = {"elman": Elman(), "gru": GRU(), "lstm": LSTM()}
"""Every recurrent cell by its name; a new one is one file and one line here."""


def find_cell(name: str, context: int) -> Cell:
    """The cell of a name; that of a window looks ``context`` units back, at least 1, else ``OptionError``."""
    if name == "window" and context < 1:
        raise OptionError(f"a window looks at least 1 unit back, and the context is {context}")
    return Window(context) if name == "window" else CELLS[name]
