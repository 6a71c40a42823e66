"""A model as plain data, and its one file.

A bundle is weights as NumPy arrays, the options that describe the network, named vocabularies, and the record of its
training. The file is safetensors: nothing in it can run. Its header (strings only) holds everything but the weights,
and one SHA-256 over the whole file, computed with the digest's own place filled with zeros.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from ..config import ModelOptions
from ..errors import ModelFileError, OutputError, UnrolledError, reason
from ..files import give_name, temporary
from ..kernels.precision import to_fp32, to_precision
from ..tasks.options import own_options
from ..text.vocabulary import Vocabulary
from ..untrusted import parse_json, read_bytes
from .checks import check_tensors, parse_config, parse_vocabularies
from .record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 2
"""The version of the file's layout; older ones keep loading. Since 2, a task has another name (``earlier_names``)."""
SUFFIX = ".safetensors"
ELSEWHERE = "trained elsewhere"
"""What the record of a model says that came out of a folder of Hugging Face."""
NO_DIGEST = b"0" * 64
DIGEST = re.compile(rb'"digest":"([0-9a-f]{64})"')
VERSION = re.compile(r"unrolled ([1-9][0-9]{0,8})")
MOST_BYTES = 1 << 36
"""Bytes of the largest model file that is read."""
Tensors = dict[str, "NDArray[Any]"]


@dataclass(frozen=True, eq=False)
class Bundle:
    """A model as plain data; ``record`` says where the model comes from and how well it does; a dict becomes one.

    ``weights`` is the precision in which the file keeps matrices; ``tensors`` are float32 all the same.
    """

    tensors: Tensors
    config: ModelOptions
    vocabularies: Mapping[str, Vocabulary]
    record: Record = field(default_factory=Record)
    weights: str = "fp32"

    def __post_init__(self) -> None:
        if not isinstance(self.record, Record):
            vars(self)["record"] = Record(self.record)

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(tensor.size for tensor in self.tensors.values())

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields; weights are as narrow in a pickle as in the file where that loses nothing."""
        kept = to_precision(self.tensors, self.weights)
        again = to_fp32(kept) if self.weights != "fp32" else {}
        exact = all(np.array_equal(again[name], each, equal_nan=True) for name, each in self.tensors.items() if again)
        return {**vars(self), "tensors": kept if again and exact else self.tensors}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, tensors=to_fp32(state["tensors"]))


def save(bundle: Bundle, path: str | Path, force: bool = False) -> Path:
    """Write a bundle to one file, atomically; an existing file is only replaced by ``force``."""
    metadata = {
        "config": json.dumps(dataclasses.asdict(bundle.config), ensure_ascii=False),
        "vocabularies": json.dumps({name: as_plain(each) for name, each in bundle.vocabularies.items()}),
        "record": bundle.record.to_json(),
        "weights": bundle.weights,
    }
    refuse_existing(path, force)
    return write_atomically(path, pack(to_precision(bundle.tensors, bundle.weights), metadata), force)


def load(path: str | Path) -> Bundle:
    """Open a model file, checked: raises ``ModelFileError`` for whatever is no sound one."""
    tensors, metadata = unpack(read(path), str(path))
    refuse_resume_file(path, metadata)
    try:
        config = parse_config(metadata["config"], format_of(metadata))
        vocabularies = parse_vocabularies(metadata["vocabularies"], config)
        weights = metadata["weights"]
        check_tensors(tensors, config, vocabularies, weights)
        return Bundle(to_fp32(tensors), config, vocabularies, Record.from_json(metadata["record"]), weights)
    except KeyError as error:
        raise ModelFileError(f"{path} is no model: it has no {error.args[0]}; give one that was trained") from None
    except (ValueError, UnrolledError) as error:
        raise ModelFileError(f"{path} is no model of this unrolled ({error}); train it again, or upgrade") from None


def refuse_resume_file(path: str | Path, metadata: Mapping[str, str]) -> None:
    """Raise a ``ModelFileError`` that names ``--resume`` for what a stopped run left to go on from."""
    if "resume" in metadata:
        output = Path(path).name.replace(f".resume{SUFFIX}", SUFFIX)
        raise ModelFileError(
            f"{path} is no model but what a stopped run needs to go on; finish the run with "
            f"`unrolled train TEXT -o {output} --resume`"
        )


def as_plain(vocabulary: Vocabulary) -> dict[str, Any]:
    """Return a vocabulary as the file keeps it."""
    plain = {"unit": vocabulary.unit, "units": vocabulary.units}
    more = {"unseen": vocabulary.unseen} if vocabulary.unseen else {}
    return plain | more | ({"form": vars(vocabulary.form)} if vocabulary.form else {})


def fingerprint(bundle: Bundle) -> str:
    """Return what tells a model from every other: a digest of its weights and of all that says how to read them."""
    plain = ModelOptions()
    chosen = {name: value for name, value in own_options(bundle.config).items() if value != getattr(plain, name)}
    digest = hashlib.sha256(json.dumps(chosen, sort_keys=True).encode())
    for name, vocabulary in sorted(bundle.vocabularies.items()):
        digest.update(json.dumps([name, vocabulary.unit, vocabulary.units]).encode())
    for name, tensor in sorted(bundle.tensors.items()):
        digest.update(name.encode() + np.ascontiguousarray(tensor).tobytes())
    return digest.hexdigest()


def pack(tensors: Tensors, metadata: Mapping[str, str]) -> bytes:
    """Return the bytes of a safetensors file with our format version and digest in its header."""
    contiguous = {name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}
    marked = {**metadata, "format": f"unrolled {FORMAT}", "digest": NO_DIGEST.decode()}
    raw = save_tensors(contiguous, marked)
    position = digest_place(raw)
    assert position, "safetensors writes compact JSON"
    return raw[: position[0]] + hashlib.sha256(raw).hexdigest().encode() + raw[position[1] :]


def unpack(raw: bytes, name: str) -> tuple[Tensors, dict[str, str]]:
    """Return the tensors and the header's strings of what ``pack`` made; raises ``ModelFileError`` on anything else."""
    position = digest_place(raw)
    if not position:
        raise ModelFileError(f"{name} is not an unrolled model; give a file that `unrolled train` wrote")
    whole = memoryview(raw)
    digest = hashlib.sha256(whole[: position[0]])
    digest.update(NO_DIGEST)
    digest.update(whole[position[1] :])
    if digest.hexdigest().encode() != raw[position[0] : position[1]]:
        raise ModelFileError(f"{name} is damaged (its digest does not match); fetch or train it again")
    metadata = header_strings(whole, name)
    try:
        return load_tensors(raw), metadata
    except Exception as error:  # the library refuses in many ways what is no file of its format
        raise ModelFileError(f"{name} is damaged ({error}); fetch or train it again") from None


def header_strings(raw: memoryview, name: str) -> dict[str, str]:
    """Return the strings in a file's header; raises ``ModelFileError`` for another, or of a later version."""
    size = int.from_bytes(raw[:8], "little")
    try:
        metadata = parse_json(bytes(raw[8 : 8 + size]))["__metadata__"]
        version = format_of(metadata)
        if not all(isinstance(each, str) for each in metadata.values()):
            raise TypeError("not a string")
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ModelFileError(f"{name} is damaged (its header cannot be read); fetch or train it again") from None
    if version > FORMAT:
        raise ModelFileError(
            f"{name} has format {version}, and this unrolled reads up to {FORMAT}; upgrade: pip install -U unrolled"
        )
    found: dict[str, str] = metadata
    return found


def format_of(metadata: Mapping[str, str]) -> int:
    """Return the version of the layout that a header's strings tell of.

    Raises ``TypeError`` where they tell of none.
    """
    return int(VERSION.fullmatch(metadata["format"])[1])  # type: ignore[index]


def digest_place(raw: bytes) -> tuple[int, int] | None:
    """Return where the digest stands in a file's header, if it is one of ours."""
    size = int.from_bytes(raw[:8], "little")
    if len(raw) < 8 or size > len(raw) - 8 or raw.find(b'"unrolled ', 8, 8 + size) < 0:
        return None
    found = DIGEST.search(raw, 8, 8 + size)
    return found.span(1) if found else None


def read(path: str | Path) -> bytes:
    """Return all bytes of a model file: a regular one, for a device has no end."""
    try:
        return read_bytes(path, "give a file that `unrolled train` wrote", MOST_BYTES, ModelFileError, pipes=False)
    except MemoryError:
        raise ModelFileError(f"{path} does not fit into memory; give a smaller model") from None


def refuse_existing(path: str | Path, force: bool) -> None:
    """Nothing is overwritten silently."""
    try:
        folder, exists = Path(path).is_dir(), Path(path).exists()
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({reason(error)}); name another file", 2) from None
    if folder:
        raise OutputError(f"{path} is a folder; name a file", 2)
    if exists and not force:
        raise OutputError(f"{path} exists already; name another file, or replace it with --force", 2)


def refuse_target(path: str | Path, force: bool) -> None:
    """Say before any work that a file could not be written, or what would be lost by writing it."""
    refuse_existing(path, force)
    refuse_unwritable(path)


def refuse_unwritable(path: str | Path) -> None:
    """Say now, and not after minutes of work, that a file could not be written."""
    try:
        with temporary(Path(path)):
            pass
    except (OSError, ValueError) as error:
        raise OutputError(f"{path} cannot be written ({reason(error)}); name another file", 2) from None


def write_atomically(path: str | Path, data: bytes, replace: bool = True) -> Path:
    """Write a whole file or nothing: a temporary file beside it, flushed to the disk, takes its name.

    Where it is not to ``replace`` another, raises an ``OutputError`` if there is one, even one that appeared just now.
    """
    path = Path(path)
    try:
        with temporary(path) as (file, name):
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            name.chmod(0o666 & ~current_umask())
            give_name(file, name, path, replace)
    except FileExistsError:
        refuse_existing(path, False)
        raise OutputError(f"{path} exists already, as a link to nothing; name another file", 2) from None
    except (OSError, ValueError) as error:
        message = f"{path} cannot be written ({reason(error)}); make room, or name another file"
        raise OutputError(message) from error
    return path


def current_umask() -> int:
    """Return the permissions that new files do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
