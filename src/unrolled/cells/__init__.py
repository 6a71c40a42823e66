"""Recurrent cells: the table, the mathematics of each, and their scans."""

from .base import Cell
from .elman import Elman
from .gru import GRU
from .lstm import LSTM

CELLS: dict[str, Cell] = {"elman": Elman(), "gru": GRU(), "lstm": LSTM()}
"""Every cell by its name; a new one is one file and one line here."""
