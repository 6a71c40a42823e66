"""The C structures of ``native/unrolled.h``, field by field."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_int32, c_int64, c_void_p
from typing import Any

PRECISION_CODES = {"fp32": 0, "bf16": 1, "int8": 2}
ATTENTION_CODES = {"none": 0, "dot": 1, "additive": 2}


def code_of(precision: str, among: tuple[str, ...] = tuple(PRECISION_CODES)) -> int:
    """Return a precision's number; raises ``ValueError`` for one that is not ``among`` those to choose from."""
    if precision not in among:
        raise ValueError(f"the precision is {precision}; it must be {' or '.join(among)}")
    return PRECISION_CODES[precision]


SIZES: list[tuple[str, Any]] = [(name, c_int64) for name in ("steps", "rows", "hidden", "begin", "end")]
KIND: list[tuple[str, Any]] = [("cell", c_int32), ("kind", c_int32)]


class ForwardScan(ctypes.Structure):
    """``forward_scan``."""

    _fields_ = [(n, c_void_p) for n in ("a", "b_hh", "ids", "w", "gates", "kept", "h", "c", "q")] + SIZES + KIND


class BackwardScan(ctypes.Structure):
    """``backward_scan``."""

    _fields_ = (
        [(n, c_void_p) for n in ("ids", "table", "w", "gates", "kept", "h", "c", "outputs")]
        + [(n, c_void_p) for n in ("da", "du", "dh", "dc", "q")]
        + SIZES
        + KIND
    )


class Matrix(ctypes.Structure):
    """``matrix``."""

    _fields_ = [(name, c_void_p) for name in ("weights", "scales", "starts")]


class Attention(ctypes.Structure):
    """``attention``."""

    _fields_ = [
        ("looks", c_int32),
        ("query", Matrix),
        ("hidden", Matrix),
        *((name, c_void_p) for name in ("b_query", "b_hidden", "v")),
    ]


class Network(ctypes.Structure):
    """``network``."""

    _fields_ = [
        *((name, c_int32) for name in ("cell", "kind", "layers", "hidden", "ids", "outputs")),
        ("table", c_void_p),
        ("w_ih", POINTER(Matrix)),
        ("w_hh", POINTER(Matrix)),
        ("b_ih", POINTER(c_void_p)),
        ("b_hh", POINTER(c_void_p)),
        ("head", Matrix),
        ("b_head", c_void_p),
        ("attention", Attention),
    ]


class Memory(ctypes.Structure):
    """``memory``."""

    _fields_ = [
        *((name, c_void_p) for name in ("keys", "values", "starts", "source", "weights")),
        ("longest", c_int64),
    ]


class Filters(ctypes.Structure):
    """``filters``."""

    _fields_ = [
        *((name, c_double) for name in ("temperature", "top_p", "min_p")),
        ("top_k", c_int32),
        ("special", c_int32),
        ("ends", c_int32),
    ]


class Ngrams(ctypes.Structure):
    """``ngrams``."""

    _fields_ = [(name, c_void_p) for name in ("starts", "units", "shares", "sums", "left")]


class Tree(ctypes.Structure):
    """``tree``."""

    _fields_ = [
        ("levels", POINTER(Ngrams)),
        ("joints", c_void_p),
        *((name, c_int32) for name in ("order", "ids", "outputs")),
    ]


class Ranking(ctypes.Structure):
    """``ranking``."""

    _fields_ = [
        ("logits", c_void_p),
        *((name, c_int64) for name in ("rows", "apart")),
        *((name, c_int32) for name in ("size", "special", "ends", "count")),
        *((name, c_void_p) for name in ("ids", "values", "sums")),
    ]


class Loss(ctypes.Structure):
    """``loss``."""

    _fields_ = [
        *((name, c_void_p) for name in ("logits", "nats", "targets")),
        *((name, c_int64) for name in ("begin", "end")),
        ("size", c_int32),
        ("kept", c_float),
        ("scale", c_float),
    ]


NETWORK: list[Any] = [POINTER(Network), POINTER(Memory)]
Scan = ctypes.CFUNCTYPE(c_int, *NETWORK, c_void_p, c_int64, c_int64, c_void_p, c_void_p, c_void_p)
Draw = ctypes.CFUNCTYPE(
    c_int, *NETWORK, POINTER(Filters), c_void_p, c_int64, c_int64, c_void_p, c_void_p, c_void_p, c_void_p
)

Write = ctypes.CFUNCTYPE(
    c_int, POINTER(Tree), POINTER(Filters), c_void_p, c_int64, c_int64, c_void_p, c_void_p, c_void_p
)


class Variant(ctypes.Structure):
    """``variant``: the functions for one instruction set."""

    _fields_ = [
        ("name", c_char_p),
        ("pairs", c_int32),
        ("open", c_int32),
        ("forward", ctypes.CFUNCTYPE(None, POINTER(ForwardScan))),
        ("backward", ctypes.CFUNCTYPE(None, POINTER(BackwardScan))),
        ("scan", Scan),
        ("draw", Draw),
        ("write", Write),
        ("rank", ctypes.CFUNCTYPE(None, POINTER(Ranking))),
        ("lose", ctypes.CFUNCTYPE(None, POINTER(Loss))),
    ]


ABI = 3
"""``UNROLLED_ABI``: the number of what the sizes do not show."""
STRUCTURES: list[type[ctypes.Structure]] = [
    ForwardScan,
    BackwardScan,
    Matrix,
    Attention,
    Network,
    Memory,
    Filters,
    Ngrams,
    Tree,
    Ranking,
    Loss,
    Variant,
]
"""In the order of ``UNROLLED_SHAPES``."""


def abi_table() -> list[int]:
    """Return ``UNROLLED_ABI_TABLE`` as Python has it: a library must say the same before anything in it is called."""
    lasts = [(each, each._fields_[-1][0]) for each in STRUCTURES]
    shapes = [number for each, last in lasts for number in (ctypes.sizeof(each), getattr(each, last).offset)]
    return [ABI, len(shapes), *shapes]
