"""Texts larger than comfortable memory: read block by block, encoded once, and kept on disk as memory-mapped ids.

The cache lies in the user's cache folder (``XDG_CACHE_HOME``, else ``~/.cache``), under a digest of the files and of
all that decides how they are encoded.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..config import ModelOptions, ReadOptions, TrainOptions
from ..errors import InputError
from ..sharing import cached_property
from ..text.base import Ids
from ..text.vocabulary import BOUNDARY, Vocabulary
from .decoding import find_encoding, first_lines, is_utf8
from .readers import Source, files_of
from .split import Split, share_of

LARGE = 64 << 20  # bytes from which on a text is not read at once
BLOCK = 4 << 20  # characters that are
SAMPLE = 1 << 20  # bytes that tell the encoding
MOST_HELD_OUT = 1_000_000
"""Characters: a tenth of a gigabyte would take longer to score than to learn."""
FORMAT = 2
Told = Callable[[str, float], None]
"""Called with what is being done and the share of it that is done."""


@dataclass(frozen=True)
class Large:
    """Files of plain text, too large to be read at once."""

    paths: tuple[Path, ...]
    options: ReadOptions
    documents: str = "whole"

    @cached_property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.paths)

    def blocks(self, tell: Callable[[float], None]) -> Iterator[tuple[bool, str]]:
        """The text in blocks that end with a line where they can, and whether a file begins with each."""
        done = 0
        for path in self.paths:
            first = True
            with path.open(encoding=encoding_of(path, self.options)) as file:
                raw: Any = file.buffer
                while text := read_block(file, path):
                    yield first, text
                    first = False
                    tell((done + raw.tell()) / self.size)
            done += path.stat().st_size

    def digest(self) -> str:
        """SHA-256 over all files' sizes and bytes."""
        total = hashlib.sha256()
        for path in self.paths:
            total.update(path.stat().st_size.to_bytes(8, "little"))
            with path.open("rb") as file:
                while raw := file.read(BLOCK):
                    total.update(raw)
        return total.hexdigest()


def find_large(source: Source, options: ReadOptions, kind: str | None) -> Large | None:
    """The files of a source, if they are large and plain: no table, nothing compressed, nothing to strip."""
    if isinstance(source, str) and source == "-":
        return None
    given = [source] if isinstance(source, str | Path) else list(source)
    if not all(isinstance(each, Path) or each is source for each in given):
        return None
    paths = tuple(Path(path) for each in given for path in files_of(each))
    if sum(path.stat().st_size for path in paths if path.is_file()) <= LARGE:
        return None
    plain = not (options.strip_gutenberg or options.text_column or options.label)
    plain = plain and kind in (None, "whole", "files", "lines") and not any(path.suffix == ".gz" for path in paths)
    if not plain or not all(path.is_file() for path in paths):
        return None
    if len(paths) > len(given):  # what else lies in a folder is left out
        paths = tuple(path for path in paths if is_text(path, options))
    return Large(paths, options, kind or ("files" if len(paths) > 1 else "whole")) if paths else None


def encoding_of(path: Path, options: ReadOptions) -> str:
    """A file's encoding, from its beginning."""
    if options.encoding:
        return options.encoding
    with path.open("rb") as file:
        sample = first_lines(file.read(SAMPLE), SAMPLE - 1)
    if not sample.endswith(b"\n"):  # cut within a character, perhaps
        sample = next((sample[: len(sample) - n] for n in range(4) if is_utf8(sample[: len(sample) - n])), sample)
    return find_encoding(sample, str(path))


def is_text(path: Path, options: ReadOptions) -> bool:
    """Whether a file looks like one to learn from."""
    try:
        return path.stat().st_size > 0 and bool(encoding_of(path, options))
    except InputError:
        return False


def read_block(file: Any, path: Path) -> str:
    """The next characters of a file, up to the end of a line where there is one near."""
    try:
        text: str = file.read(BLOCK)
        return text if text.endswith("\n") else text + file.readline(BLOCK)
    except UnicodeDecodeError as error:
        raise InputError(f"{path} cannot be read as {error.encoding}; name its encoding with --encoding") from None


def split_large(
    text: Large, model: ModelOptions, options: TrainOptions, known: Mapping[str, Vocabulary] | None, tell: Told
) -> tuple[Split, dict[str, Any]]:
    """A large text in ids on disk, cut like ``split_corpus`` cuts it by characters, and what a record says of it."""
    if isinstance(options.valid, str) or options.test is not None:
        raise InputError(
            "I got --test or a file for --valid, and of so large a text the end alone is held out; give --valid a share"
        )
    tell("looking for it in the cache", 0.0)
    digest = text.digest()
    wanted = {
        "text": digest,
        "format": FORMAT,
        "unit": [model.unit, model.vocabulary_size, model.min_count],
        "known": known["text"].units if known else None,
        "documents": text.documents,
        "encoding": text.options.encoding,
        "valid": options.valid,
    }
    key = hashlib.sha256(json.dumps(wanted).encode()).hexdigest()[:32]
    folder = cache_folder()
    about_file, ids_file = folder / f"{key}.json", folder / f"{key}.ids"
    if not (about_file.exists() and ids_file.exists()):
        encode(text, model, options.valid, known, (about_file, ids_file), tell)
    about = json.loads(about_file.read_text(encoding="utf-8"))
    ids: Ids = np.memmap(ids_file, about["dtype"], "r")
    held_out = ids[about["cut"] :]
    if len(held_out) and held_out[0] != BOUNDARY:
        held_out = np.concatenate([np.array([BOUNDARY], ids.dtype), held_out])
    vocabulary = Vocabulary(model.unit, tuple(about["units"]))
    described = {
        "names": [str(path) for path in text.paths[:20]],
        "documents": len(text.paths),
        "characters": about["characters"],
        "digest": digest,
        **text.options.chosen(),
    }
    return Split(vocabulary, ids[: about["cut"]], held_out, ids[:0], text.documents), described


def encode(
    text: Large,
    model: ModelOptions,
    share: float,
    known: Mapping[str, Vocabulary] | None,
    files: tuple[Path, Path],
    tell: Told,
) -> None:
    """Write the ids of a text and what is known of them: a pass to count, one to learn its units, and one to encode."""
    characters = sum(len(block) for _, block in text.blocks(lambda done: tell("counting its characters", done)))
    cut = characters - min(MOST_HELD_OUT, share_of(characters, share))

    def until(most: int, what: str) -> Iterator[str]:
        for _, block in text.blocks(lambda done: tell(what, done)):
            yield block[:most]
            most -= len(block)
            if most <= 0:
                return

    given = until(characters, "learning its letters")
    if known:
        vocabulary = known["text"].extended(given)
    else:
        train = until(cut, "learning its words")
        vocabulary = Vocabulary.of(model.unit, train, given, model.vocabulary_size, model.min_count)
    dtype = "uint8" if len(vocabulary) <= 1 << 8 else "uint16" if len(vocabulary) <= 1 << 16 else "int32"
    about_file, ids_file = files
    unfinished = ids_file.with_suffix(".part")
    written, place, cut_at = 0, 0, 0
    with unfinished.open("wb") as out:
        for begins, block in text.blocks(lambda done: tell("encoding it", done)):
            inside = max(0, min(cut - place, len(block)))
            for number, part in enumerate((block[:inside], block[inside:])):
                ids = block_ids(vocabulary, part, text.documents, begins and not number)
                over = text.documents != "whole" and place + (inside, len(block))[number] in (cut, characters)
                if over and len(part) and ids[-1] != BOUNDARY:  # what is cut off ends as well
                    ids = np.append(ids, np.int32(BOUNDARY))
                ids.astype(dtype).tofile(out)
                written += len(ids)
                cut_at = written if number == 0 and inside else cut_at
            place += len(block)
    unfinished.replace(ids_file)
    about = {"dtype": dtype, "cut": cut_at, "characters": characters, "units": vocabulary.units}
    unfinished = about_file.with_suffix(".part")
    unfinished.write_text(json.dumps(about), encoding="utf-8")
    unfinished.replace(about_file)


def block_ids(vocabulary: Vocabulary, text: str, documents: str, begins: bool) -> Ids:
    """The ids of a block: a boundary where a file begins, and in place of newlines where lines are documents."""
    ids = vocabulary.encode(text)
    if documents == "lines":
        ids = np.where(ids == vocabulary.index.get("\n", BOUNDARY), BOUNDARY, ids)
        blank = (ids == BOUNDARY) & (np.concatenate([[BOUNDARY if begins else -1], ids[:-1]]) == BOUNDARY)
        ids = ids[~blank]
    return np.concatenate([np.array([BOUNDARY] * begins, np.int32), ids]).astype(np.int32)


def cache_folder() -> Path:
    """Where encoded texts are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "unrolled"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
