"""Mutations of a file taken apart: of its numbers, types, shapes, names, JSON and header, by one generator."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from .forge import Forgery, Tensor, seal

ODD = [None, True, False, 0, 1, -1, 2, 3, 16, 17, 8192, 2**31, 2**63, 2**64, 10**40, 1.5, float("nan"), float("inf")]
ODD += ["", "a", "lstm", "gru", "window", "none", "byte", "bpe", "word", "gpt2", "markov", "classify", "translate"]
ODD += ["\0", "\ud800", "../../etc/passwd", "\x1b]0;x\x07", "x" * 10_000, [], [1], [[[]]], {}, {"a": 1}]
BITS = [0, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F7FFFFF, 0xFF7FFFFF, 1, 0x80000000, 0x3F800000, 0x74FC6F7C]
JSON = ["", "null", "NaN", "1e999", '"x"', "{", "[]", "9" * 5000, "[" * 100_000, '{"a":' * 3000 + "1" + "}" * 3000]
VERSIONS = ["unrolled 2", "unrolled x", "unrolled ", "unrolled 0", "unrolled -1", "unrolled " + "9" * 5000, "other 1"]
SIDES = [0, 1, 2, 16, 17, 64, 100, 128]


def any_tensor(forged: Forgery, rng: random.Random) -> str:
    return rng.choice(list(forged.tensors))


def bits(forged: Forgery, rng: random.Random) -> None:
    """Flip some bits of a tensor."""
    tensor = forged.tensors[any_tensor(forged, rng)]
    raw = bytearray(tensor.raw)
    for _ in range(rng.choice([1, 1, 4, 64])):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    tensor.raw = bytes(raw)


def floats(forged: Forgery, rng: random.Random) -> None:
    """Put odd floating-point numbers, or odd bytes, into a tensor."""
    tensor = forged.tensors[any_tensor(forged, rng)]
    if tensor.dtype != "F32":
        raw = np.frombuffer(tensor.raw, np.uint8).copy()
        raw[rng.randrange(len(raw))] = rng.choice([0, 1, 127, 128, 255])
    else:
        raw = np.frombuffer(tensor.raw, np.uint32).copy()
        raw[[rng.randrange(len(raw)) for _ in range(rng.choice([1, 4, 50]))]] = rng.choice(BITS)
        if rng.random() < 0.3:
            raw[:] = rng.choice(BITS)
    tensor.raw = raw.tobytes()


def numbers(forged: Forgery, rng: random.Random) -> None:
    """Change whole numbers: all, one, their order."""
    name = rng.choice([name for name, each in forged.tensors.items() if each.dtype in ("I32", "I64", "U8")])
    array = forged.tensors[name].array.astype(np.int64)
    place = tuple(rng.randrange(size) for size in array.shape)
    changes: list[Callable[[], np.ndarray]] = [
        lambda: array + rng.choice([1, -1, 1000, 10**6, 2**30]),
        lambda: np.where(np.indices(array.shape)[0] == place[0], rng.choice([-1, -(2**31), 2**31 - 1]), array),
        lambda: np.full_like(array, rng.choice([0, -1, 2**31 - 1, 10**6])),
        lambda: array[::-1],
        lambda: np.sort(array),
        lambda: array[: rng.choice([0, 1, len(array) - 1])],
    ]
    kind = np.int64 if forged.tensors[name].dtype == "I64" else np.int32
    forged.tensors[name] = Tensor.of(rng.choice(changes)().astype(kind))


def shapes(forged: Forgery, rng: random.Random) -> None:
    """Cut, turn, double or reshape a tensor."""
    name = any_tensor(forged, rng)
    array = forged.tensors[name].array
    changes: list[Callable[[], np.ndarray]] = [
        lambda: array[: len(array) // 2],
        lambda: array[..., : array.shape[-1] // 2],
        lambda: array.reshape(-1),
        lambda: array[None],
        lambda: array[..., None],
        lambda: array[:1],
        lambda: array[:0],
        lambda: array[:-1],
        lambda: np.concatenate([array, array]),
        lambda: np.concatenate([array, array], -1),
        lambda: array.T,
        lambda: np.resize(array, [rng.choice(SIDES if array.ndim < 4 else SIDES[:3]) for _ in array.shape]),
    ]
    forged.tensors[name] = Tensor.of(rng.choice(changes)())


def types(forged: Forgery, rng: random.Random) -> None:
    """Give a tensor another type, or one that there is not."""
    name = any_tensor(forged, rng)
    with np.errstate(all="ignore"):
        kind = rng.choice([np.uint16, np.int8, np.int32, np.float64, np.float16, np.bool_, np.int64])
        forged.tensors[name] = Tensor.of(forged.tensors[name].array.astype(kind))
    if rng.random() < 0.3:
        forged.tensors[name].dtype = rng.choice(["BF16", "F8_E4M3", "F8_E5M2", "U64", "C64", "F4", "X", ""])


def names(forged: Forgery, rng: random.Random) -> None:
    """Take a tensor away, or give it a name that another kind of model has."""
    tensor = forged.tensors.pop(any_tensor(forged, rng))
    if rng.random() < 0.7:
        others = ["x", "", "start.h", "head.project.weight", "condition.state.weight", "rnn.weight_hh_l1", "units_5"]
        forged.tensors[rng.choice([*others, "head.weight.scale", "state.h", "logits"])] = tensor


def scales(forged: Forgery, rng: random.Random) -> None:
    """Pretend that a matrix is narrow."""
    name = rng.choice([name for name, each in forged.tensors.items() if len(each.shape) == 2 and each.dtype == "F32"])
    array = forged.tensors[name].array
    forged.tensors[name] = Tensor.of((array * 50).clip(-127, 127).astype(np.int8))
    count = len(array)
    each: list[np.ndarray] = [np.full(count, value, np.float32) for value in (0, np.nan, np.inf, 3e38, 1e30)]
    each += [np.ones(1, np.float32), np.ones(count + 1, np.float32), np.ones((count, 2), np.float32)]
    forged.tensors[f"{name}.scale"] = Tensor.of(rng.choice(each))
    forged.meta["weights"] = rng.choice(["fp32", "bf16", "int8"])


def entries(forged: Forgery, rng: random.Random) -> None:
    """Change an entry of the JSON that a header's string holds, at any depth."""
    name = rng.choice([name for name, value in forged.meta.items() if value.startswith("{")])
    told = forged.told(name)
    inside = told
    while isinstance(inside, dict | list) and inside:
        key = rng.choice(list(inside)) if isinstance(inside, dict) else rng.randrange(len(inside))
        if rng.random() < 0.5 or not isinstance(inside[key], dict | list) or not inside[key]:
            if rng.random() < 0.2:
                del inside[key]
            else:
                inside[key] = rng.choice(ODD)
            break
        inside = inside[key]
    forged.say(name, told)


def vocabularies(forged: Forgery, rng: random.Random) -> None:
    """Change what a vocabulary holds."""
    told = forged.told("vocabularies")
    own = told[rng.choice(list(told))]
    units = own["units"]
    changes: list[Callable[[], Any]] = [
        lambda: units[: len(units) // 2],
        lambda: units[:1] * len(units),
        lambda: [*units, *map(str, range(rng.choice([1, 100, 20_000])))],
        lambda: ["a"] * 5 + units,
        lambda: [each * 3 for each in units],
        lambda: rng.sample(units, len(units)),
        lambda: rng.choice([None, "abc", 5, {"a": 1}, [None] * len(units), [""] * len(units), [units]]),
        lambda: [*units[:-1], rng.choice(["", " ", "\n", "\0", "\ud800", "ab" * 5000, "\x1b[31m", None, 7])],
    ]
    own["units"] = rng.choice(changes)()
    if rng.random() < 0.3:
        own["unit"] = rng.choice(["char", "byte", "bpe", "gpt2", "word", "syllable", "grapheme", "label", *ODD])
    if rng.random() < 0.2:
        told[rng.choice(["text", "source", "target", "labels", "foo"])] = own
    forged.say("vocabularies", told)


def strings(forged: Forgery, rng: random.Random) -> None:
    """Change one of the header's strings as a whole."""
    name = rng.choice(list(forged.meta))
    choice = rng.random()
    if choice < 0.2:
        forged.meta.pop(name)
    elif choice < 0.4:
        forged.meta["format"] = rng.choice(VERSIONS)
    elif choice < 0.9:
        forged.meta[name] = rng.choice([*JSON, forged.meta[name][: rng.randrange(1 + len(forged.meta[name]))]])
    else:
        forged.meta[name] = rng.choice([5, None, ["x"], {"a": "b"}])


def header(forged: Forgery, rng: random.Random) -> None:
    """Let the header lie about where a tensor lies, and what it is."""

    def change(found: dict[str, Any]) -> dict[str, Any]:
        keys = [key for key in found if key != "__metadata__"]
        key = rng.choice(keys)
        own = found[key]
        lies: list[Callable[[], Any]] = [
            lambda: {**own, "shape": [2**40, 2**40]},
            lambda: {**own, "shape": [-1, *own["shape"]]},
            lambda: {**own, "data_offsets": found[rng.choice(keys)]["data_offsets"]},
            lambda: {**own, "data_offsets": own["data_offsets"][::-1]},
            lambda: {**own, "data_offsets": [0, 2**63]},
            lambda: {**own, "dtype": rng.choice([None, 5, "F32 ", "f32"])},
            lambda: rng.choice([None, [], 5, "x"]),
        ]
        return {**found, key: rng.choice(lies)()}

    forged.header.append(change)


MUTATIONS = [
    bits,
    floats,
    numbers,
    shapes,
    shapes,
    types,
    names,
    scales,
    entries,
    entries,
    vocabularies,
    strings,
    header,
]

UNCHANGED = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
"""What a mutation raises where an earlier one left nothing that it could change."""


def mutate(raw: bytes, rng: random.Random) -> tuple[bytes, str]:
    """A file with one to three mutations and a right digest, and which they are; some of them change nothing."""
    forged, done = Forgery.of(raw), []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        mutation = rng.choice(MUTATIONS)
        done.append(mutation.__name__)
        try:
            mutation(forged, rng)
        except UNCHANGED:  # nothing there that it could change
            continue
    try:
        found = forged.sealed()
    except UNCHANGED:
        return raw, "nothing"
    if rng.random() < 0.05:
        done.append("raw header")
        size = int.from_bytes(found[:8], "little")
        text = bytearray(found[8 : 8 + size])
        for _ in range(rng.choice([1, 1, 8])):
            text[rng.randrange(size)] ^= 1 << rng.randrange(8)
        found = seal(bytes(text), found[8 + size :])
    return found, ", ".join(done)


def scramble(raw: bytes, rng: random.Random) -> tuple[bytes, str]:
    """Any file with some of its bytes changed, cut or doubled."""
    place = rng.randrange(len(raw) + 1)
    changes: list[tuple[str, Callable[[], bytes]]] = [
        ("cut", lambda: raw[:place]),
        ("longer", lambda: raw + raw[:place]),
        ("hole", lambda: raw[:place] + raw[place + rng.randrange(1, 64) :]),
        ("bytes", lambda: raw[:place] + rng.randbytes(rng.randrange(1, 16)) + raw[place + 8 :]),
        ("empty", lambda: b""),
        ("noise", lambda: rng.randbytes(rng.randrange(2000))),
    ]
    name, change = rng.choice(changes)
    return change(), name


def reworded(raw: bytes, rng: random.Random) -> tuple[bytes, str]:
    """A file of JSON with an entry changed, or scrambled."""
    told = json.loads(raw)
    if rng.random() < 0.3 or not isinstance(told, dict):
        return scramble(raw, rng)
    told[rng.choice(list(told))] = rng.choice(ODD)
    return json.dumps(told).encode(), "entry"
