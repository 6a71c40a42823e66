"""Files of our formats with anything in them, and a digest that is right: what an attacker would write."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

DTYPES = {
    "F32": np.float32,
    "F64": np.float64,
    "F16": np.float16,
    "I64": np.int64,
    "I32": np.int32,
    "I8": np.int8,
    "U16": np.uint16,
    "U8": np.uint8,
    "BOOL": np.bool_,
}
NAMES = {np.dtype(kind): name for name, kind in DTYPES.items()}
NO_DIGEST = b"0" * 64
DIGEST = re.compile(rb'"digest":"([0-9a-f]{64})"')


@dataclass
class Tensor:
    """A tensor as a file has it: the name of its type, its shape, its bytes, which need not fit together."""

    dtype: str
    shape: list[Any]
    raw: bytes

    @classmethod
    def of(cls, array: np.ndarray) -> Tensor:
        return cls(NAMES[array.dtype], list(array.shape), np.ascontiguousarray(array).tobytes())

    @property
    def array(self) -> np.ndarray:
        return np.frombuffer(self.raw, DTYPES[self.dtype]).reshape(self.shape).copy()


@dataclass
class Forgery:
    """A file taken apart: ``meta`` are the header's strings; ``header`` changes what the header says at the end."""

    meta: dict[str, Any]
    tensors: dict[str, Tensor]
    header: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, raw: bytes) -> Forgery:
        size = int.from_bytes(raw[:8], "little")
        header, data = json.loads(raw[8 : 8 + size]), raw[8 + size :]
        meta = header.pop("__metadata__")
        tensors = {
            name: Tensor(each["dtype"], each["shape"], data[slice(*each["data_offsets"])])
            for name, each in header.items()
        }
        return cls(meta, tensors)

    def told(self, name: str) -> Any:
        """What one of the header's strings says, as JSON."""
        return json.loads(self.meta[name])

    def say(self, name: str, value: Any) -> None:
        self.meta[name] = json.dumps(value)

    def sealed(self) -> bytes:
        """The bytes of the file, with a right digest."""
        header: dict[str, Any] = {"__metadata__": {**self.meta, "digest": NO_DIGEST.decode()}}
        place, data = 0, b""
        for name, each in self.tensors.items():
            header[name] = {"dtype": each.dtype, "shape": each.shape, "data_offsets": [place, place + len(each.raw)]}
            place += len(each.raw)
            data += each.raw
        for change in self.header:
            header = change(header)
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
        return seal(text + b" " * (-len(text) % 8), data)


def seal(header: bytes, data: bytes) -> bytes:
    """A file of a header and data whose digest, where the header has a place for one, is right."""
    raw = len(header).to_bytes(8, "little") + header + data
    found = DIGEST.search(raw, 0, 8 + len(header))
    if not found:
        return raw
    begin, end = found.span(1)
    blank = raw[:begin] + NO_DIGEST + raw[end:]
    return raw[:begin] + hashlib.sha256(blank).hexdigest().encode() + raw[end:]
