"""Folders of Hugging Face, looked through before ``transformers`` opens them.

Its loaders believe what ``config.json`` says: they make networks of any size, and run code, fetch files or load other
weights where it tells them to. What is here reads the configuration and the headers of the weights alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import ModelFileError
from ...untrusted import MOST_JSON, parse_json, read_bytes, refuse_device

CONFIG, WEIGHTS, INDEX = "config.json", "model.safetensors", "model.safetensors.index.json"
HINT = "give a folder with config.json and model.safetensors"
LEADING_AWAY = re.compile(r"auto_map|quantization_config|_?attn_implementation(_internal)?|.*backbone.*")
"""Keys of a configuration that make loaders run code, need other packages, or take weights from elsewhere."""
DEPTH = re.compile(r"layer|depth|block|stage|num_hidden")
"""Keys that say how many modules are made, one by one."""
DEEPEST, LARGEST = 200, 10_000_000
"""The most modules of a kind, and the largest number of any other kind."""
UNTRUSTED: dict[str, Any] = {"trust_remote_code": False, "use_safetensors": True}
"""How weights are loaded: never by code that lies beside them, never out of a pickle."""
SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
"""Bytes of a number by its type in a safetensors file."""
FLOATS = ("F64", "F32", "F16", "BF16")

Header = dict[str, tuple[str, tuple[int, ...]]]
"""The type and the shape of each tensor."""


def read_config(folder: Path) -> dict[str, Any]:
    """Read a folder's configuration; raises ``ModelFileError`` for one that loaders had better not see."""
    if (folder / "adapter_config.json").exists():
        raise ModelFileError(f"{folder} holds an adapter, whose network lies elsewhere; join them, and {HINT}")
    if not (folder / CONFIG).exists():
        raise ModelFileError(f"{folder} is no folder of a network (it has no {CONFIG}); {HINT}")
    return read_settings(folder / CONFIG, LARGEST)


def read_settings(path: Path, largest: int) -> dict[str, Any]:
    """Read a file of settings, with numbers up to ``largest``; raises ``ModelFileError`` for what leads elsewhere."""
    parsed = read_json(path)
    if not isinstance(parsed, dict):
        raise ModelFileError(f"{path} holds no object; {HINT}")
    for key, value in entries(parsed):
        if LEADING_AWAY.fullmatch(key) and value not in (None, False, "eager", "sdpa"):
            raise ModelFileError(f"{path} sets {key!r}, which leads to code or weights elsewhere; {HINT}")
        if isinstance(value, int | float) and not abs(value) <= (DEEPEST if DEPTH.search(key) else largest):
            raise ModelFileError(f"{path} says {key!r} is {str(value)[:20]}, which is no size; fetch it again")
    return parsed


def entries(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield all keys with their values, those within others, too; of a list, its key with each item."""
    if key:
        yield key, value
    if isinstance(value, dict):
        for name, each in value.items():
            yield from entries(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from entries(each, key)


def read_headers(folder: Path) -> Header:
    """Read the types and shapes of all weights of a folder, without reading the weights."""
    if (folder / WEIGHTS).exists() or not (folder / INDEX).exists():
        return read_header(folder / WEIGHTS)
    index = read_json(folder / INDEX)
    named = index.get("weight_map") if isinstance(index, dict) else None
    files = sorted(set(map(str, named.values()))) if isinstance(named, dict) else []
    if not files or any(Path(each).name != each for each in files):
        raise ModelFileError(f"{folder / INDEX} names no files of weights beside it; fetch the folder again")
    return {name: parsed for each in files for name, parsed in read_header(folder / each).items()}


def read_header(path: Path) -> Header:
    """Read the header of a safetensors file; raises ``ModelFileError`` if it promises what the file does not hold."""
    try:
        found = path.stat()
        refuse_device(found, str(path), HINT, ModelFileError, pipes=False)
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            raw = file.read(size) if size <= min(MOST_JSON, found.st_size) else b""
        parsed = parse_json(raw)
        tensors = {
            name: (each["dtype"], tuple(each["shape"])) for name, each in parsed.items() if name != "__metadata__"
        }
        known = sum(SIZES[kind] * math.prod(map(whole, shape)) for kind, shape in tensors.values())
    except (FileNotFoundError, NotADirectoryError):
        raise ModelFileError(f"there is no file {path}; {HINT}, which no pickle (.bin) replaces") from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise ModelFileError(f"{path} is no sound safetensors file; fetch it again") from None
    if known > found.st_size:
        raise ModelFileError(f"{path} promises {known:,} bytes of weights and has {found.st_size:,}; fetch it again")
    return tensors


def whole(value: Any) -> int:
    """Return a number of a shape; raises ``ValueError`` for what is none."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("no size")
    return value


def refuse_other_shapes(folder: Path, found: Header, expected: dict[str, tuple[int, ...]]) -> None:
    """Raise ``ModelFileError`` if weights lack a tensor, have one too many, or one of another type or shape."""
    for name in sorted(found.keys() | expected.keys()):
        if name not in found:
            raise ModelFileError(f"the weights in {folder} lack {name}, which its config.json asks for; fetch it again")
        if name not in expected:
            raise ModelFileError(f"the weights in {folder} hold {name!r}, which no GPT-2 has; give another folder")
        kind, shape = found[name]
        if kind not in FLOATS or shape != expected[name]:
            wanted, shown = list(expected[name]), f"{kind} {list(shape)}"
            raise ModelFileError(f"{name} in {folder} is {shown}, and config.json asks for floats {wanted}")


def read_text(path: Path) -> str:
    """Return a file in UTF-8."""
    try:
        return read_bytes(path, "fetch it again", MOST_JSON, ModelFileError, pipes=False).decode()
    except ValueError as error:
        raise ModelFileError(f"{path} cannot be read ({error}); fetch it again") from None


def read_json(path: Path) -> Any:
    """Return what a file of JSON says."""
    try:
        return parse_json(read_text(path))
    except ValueError as error:
        raise ModelFileError(f"{path} cannot be read ({error}); fetch it again") from None
