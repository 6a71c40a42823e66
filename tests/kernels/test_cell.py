import re
from pathlib import Path

from unrolled.kernels.cell import CellKernel
from unrolled.networks.cells import CELLS, WINDOWS

NATIVE = Path(__file__).parents[2] / "native"
TABLE = re.findall(r"CELL\((\d+), (\w+), (\d+), ([01])\)", (NATIVE / "cells.h").read_text())


def test_the_table_of_the_kernels_says_of_every_cell_what_the_cell_says():
    said = [(cell.native, cell.name, cell.gates, cell.recurrent) for cell in CELLS.values() if cell.native is not None]
    assert [(int(number), name, int(gates), recurrent == "1") for number, name, gates, recurrent in TABLE] == said


def test_the_kernels_know_two_parts_of_a_state_and_no_others():
    for cell in CELLS.values():
        assert cell.kernel is None or cell.kernel.parts == cell.parts == ("h", "c")[: len(cell.parts)]


def test_a_cell_without_a_number_has_no_kernel():
    assert all(cell.native is None for cell in WINDOWS.values()) and WINDOWS["window"](3).kernel is None
    assert CELLS["gru"].kernel == CellKernel(1, 3, ("h",), keeps=True, separate=True)
