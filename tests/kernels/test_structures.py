import ctypes
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from unrolled.kernels import structures
from unrolled.kernels.structures import (
    Attention,
    BackwardScan,
    Filters,
    ForwardScan,
    Loss,
    Matrix,
    Memory,
    Network,
    Ngrams,
    Ranking,
    Tree,
    Variant,
)

NATIVE = Path(__file__).parents[2] / "native"
HEADER = (NATIVE / "unrolled.h").read_text()
SOURCE = """
#define LANES 8
#include "vector.h"
#define EVERY(name, type, of, lanes) \\
    void all_##name(const type *x, type *y, long n) { \\
        for (long i = 0; i < n; i += lanes) *(of *)(y + i) = name(*(of *)(x + i)); \\
    }
EVERY(vexp, float, vf, 8)
EVERY(vsigmoid, float, vf, 8)
EVERY(vtanh, float, vf, 8)
EVERY(dexp, double, vd, 4)
EVERY(dlog, double, vd, 4)
"""
PAIRS = {
    "forward_scan": ForwardScan,
    "backward_scan": BackwardScan,
    "matrix": Matrix,
    "attention": Attention,
    "network": Network,
    "memory": Memory,
    "filters": Filters,
    "ngrams": Ngrams,
    "tree": Tree,
    "ranking": Ranking,
    "loss": Loss,
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


def test_precisions_have_the_numbers_of_the_header():
    order = re.search(r"enum kind \{(.*?)\}", HEADER)[1].lower().replace(" ", "").split(",")
    assert {name: number for number, name in enumerate(order)} == structures.PRECISION_CODES


def test_attentions_have_the_numbers_of_the_header():
    order = re.search(r"enum looks \{(.*?)\}", HEADER)[1].lower().replace(" ", "").split(",")
    assert {name: number for number, name in enumerate(order)} == structures.ATTENTION_CODES


def test_the_table_of_the_header_names_every_structure_and_its_last_field():
    body = HEADER.split("#define UNROLLED_SHAPES")[1].split("#define")[0]
    named = re.findall(r"UNROLLED_SHAPE\((\w+), (\w+)\)", body)
    assert named == [(name, PAIRS[name]._fields_[-1][0]) for name in PAIRS]
    assert [PAIRS[name] for name, _ in named] == structures.STRUCTURES


def test_the_number_of_the_table_is_that_of_the_header():
    assert int(re.search(r"#define UNROLLED_ABI (\d+)", HEADER)[1]) == structures.ABI


def test_a_matrix_is_three_pointers():
    assert ctypes.sizeof(Matrix) == 3 * ctypes.sizeof(ctypes.c_void_p)


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    if not shutil.which("gcc"):
        pytest.skip("there is no compiler")
    folder = tmp_path_factory.mktemp("vector")
    (folder / "all.c").write_text(SOURCE)
    flags = ["-std=gnu11", "-O2", "-fPIC", "-shared", "-Wno-psabi", "-I", NATIVE]
    subprocess.run(["gcc", *flags, folder / "all.c", "-o", folder / "all.so"], check=True)
    return ctypes.CDLL(str(folder / "all.so"))


def run(functions, name: str, x: np.ndarray) -> np.ndarray:
    y = np.empty_like(x)
    getattr(functions, f"all_{name}")(
        ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(y.ctypes.data), ctypes.c_long(len(x))
    )
    return y.astype(np.float64)


def test_exp_is_right_to_its_relative_bound(functions):
    x = np.linspace(-87, 88, 2**20, dtype=np.float32)
    exact = np.exp(x.astype(np.float64))
    assert (np.abs(run(functions, "vexp", x) - exact) / exact).max() < 3e-7


def test_exp_of_doubles_is_right_to_its_relative_bound(functions):
    x = np.linspace(-699, 0, 2**20)
    exact = np.exp(x)
    assert (np.abs(run(functions, "dexp", x) - exact) / exact).max() < 1e-15


def test_exp_of_doubles_is_zero_far_below(functions):
    np.testing.assert_array_equal(run(functions, "dexp", np.array([-701.0, -1e300, -np.inf, -800.0])), 0)


def test_log_of_doubles_is_right_to_its_bound(functions):
    x = np.concatenate([np.geomspace(1e-300, 1e300, 2**18), np.linspace(0.5, 2, 2**18)])
    exact = np.log(x)
    assert (np.abs(run(functions, "dlog", x) - exact) / np.maximum(1, np.abs(exact))).max() < 1e-15


@pytest.mark.parametrize(
    ("name", "exactly", "bound"),
    [("vsigmoid", lambda x: 0.5 + 0.5 * np.tanh(x / 2), 2e-7), ("vtanh", np.tanh, 3e-7)],
)
def test_sigmoid_and_tanh_are_right_to_their_bounds(functions, name, exactly, bound):
    for reach in (1e-3, 1, 30, 1000):
        x = np.linspace(-reach, reach, 2**18, dtype=np.float32)
        assert np.abs(run(functions, name, x) - exactly(x.astype(np.float64))).max() < bound


@pytest.mark.parametrize("name", ["vexp", "vsigmoid", "vtanh", "dexp"])
def test_what_is_no_number_stays_that_whatever_its_bits(functions, name):
    bits, size = (np.uint64, 2**63 - 2**51) if name == "dexp" else (np.uint32, 2**31 - 2**22)
    quiet = size + np.array([0, 1, 511, 4095, 2**22 - 1, 77, 2048, 256], bits)  # the bits behind say nothing
    for x in (quiet, quiet | ~(bits(2) ** bits(8 * quiet.itemsize - 1) - bits(1))):
        assert np.isnan(run(functions, name, x.view(quiet.dtype.str.replace("u", "f")))).all()
