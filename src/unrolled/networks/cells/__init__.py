"""Recurrent cells: the table, the mathematics of each, and their scans."""

from ...errors import OptionError
from .base import Cell
from .elman import Elman
from .gru import GRU
from .lstm import LSTM
from .window import Window

CELLS: dict[str, Cell] = {each.name: each for each in (Elman(), GRU(), LSTM())}
"""Every cell that looks back without end, by its name; a new one is one file and one line here."""
WINDOWS: dict[str, type[Window]] = {Window.name: Window}
"""Every cell that is made for a number of units to look back, by its name."""


def facts_of(name: str) -> Cell | type[Cell]:
    """Return what a cell says of itself whatever its context is: the cell, or its class."""
    return WINDOWS[name] if name in WINDOWS else CELLS[name]


def find_cell(name: str, context: int) -> Cell:
    """Return the cell of a name; that of a window looks ``context`` units back, at least 1, else ``OptionError``."""
    if name not in WINDOWS:
        return CELLS[name]
    if context < 1:
        raise OptionError(f"a {name} looks at least 1 unit back, and the context is {context}")
    return WINDOWS[name](context)
