import ctypes
import re
from pathlib import Path

import pytest

from unrolled.kernels import structures
from unrolled.kernels.structures import BackwardScan, Filters, ForwardScan, Matrix, Network, Variant

HEADER = (Path(__file__).parents[2] / "native" / "unrolled.h").read_text()
PAIRS = {
    "forward_scan": ForwardScan,
    "backward_scan": BackwardScan,
    "matrix": Matrix,
    "network": Network,
    "filters": Filters,
    "variant": Variant,
}


def fields_of(name: str) -> list[str]:
    body = re.findall(r"typedef struct \{(.*?)\} (\w+);", HEADER, re.S)
    text = next(inside for inside, called in body if called == name)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    declarations = [each.strip() for each in text.split(";") if each.strip()]
    names = []
    for declaration in declarations:
        function = re.search(r"\(\*(\w+)\)", declaration)
        names += (
            [function[1]] if function else [re.sub(r".*[\s*]", "", part.strip()) for part in declaration.split(",")]
        )
    return names


@pytest.mark.parametrize("name", PAIRS)
def test_a_structure_has_the_fields_of_the_header_in_order(name):
    assert [field[0] for field in PAIRS[name]._fields_] == fields_of(name)


def test_cells_have_the_numbers_of_the_header():
    order = re.search(r"enum cell \{(.*?)\}", HEADER)[1].lower().replace(" ", "").split(",")
    assert {name: number for number, name in enumerate(order)} == structures.CELLS


def test_precisions_have_the_numbers_of_the_header():
    order = re.search(r"enum kind \{(.*?)\}", HEADER)[1].lower().replace(" ", "").split(",")
    assert {name: number for number, name in enumerate(order)} == structures.KINDS


def test_a_matrix_is_three_pointers():
    assert ctypes.sizeof(Matrix) == 3 * ctypes.sizeof(ctypes.c_void_p)
