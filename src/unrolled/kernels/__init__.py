"""The only door to ``native/``: find the library, load it, choose the best variant for this processor, or say why not.

The C code is single-threaded and re-entrant; threads are Python's, over rows, while ctypes has released the GIL.
"""

from .cell import CellKernel
from .library import STOCK, STOCK_CALLED, Library, arithmetic, arithmetics, load, reason_missing

__all__ = ["STOCK", "STOCK_CALLED", "CellKernel", "Library", "arithmetic", "arithmetics", "load", "reason_missing"]
