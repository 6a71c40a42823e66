"""Texts larger than comfortable memory: read block by block, encoded once, and kept on disk as memory-mapped ids.

Their key in the cache is a digest of the files and of all that decides how they are encoded.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..config import ModelOptions, ReadOptions, TrainOptions
from ..errors import InputError
from ..formats.corpus import Source, files_of
from ..formats.encodings import find_encoding, first_lines, is_utf8, refuse_no_encoding
from ..sharing import cached_property
from ..text.base import Ids
from ..text.vocabulary import BOUNDARY, Vocabulary
from .ids_file import Encoded, Entry, cache_folder
from .text import TextDataset, share_of

LARGE = 64 << 20  # bytes from which on a text is not read at once
BLOCK = 4 << 20  # characters that are
SAMPLE = 1 << 20  # bytes that tell the encoding
MOST_HELD_OUT = 1_000_000
"""Characters: a tenth of a gigabyte would take longer to score than to learn."""
FORMAT = 3
Tell = Callable[[str, float], None]
"""Called with what is being done and the share of it that is done."""


@dataclass(frozen=True)
class LargeText:
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
            encoding = encoding_of(path, self.options)
            refuse_no_encoding(encoding)
            with path.open(encoding=encoding) as file:
                raw: Any = file.buffer
                while text := read_block(file, path):
                    yield first, text
                    first = False
                    if done + raw.tell() > self.size:
                        raise self.changed()
                    tell((done + raw.tell()) / self.size)
            done += path.stat().st_size

    def changed(self) -> InputError:
        """What to say of a text that another process writes to."""
        return InputError(f"{self.paths[0]} changed while it was read; start again when nothing writes to it")

    def digest(self) -> str:
        """SHA-256 over all files' sizes and bytes."""
        total = hashlib.sha256()
        for path in self.paths:
            total.update(path.stat().st_size.to_bytes(8, "little"))
            with path.open("rb") as file:
                while raw := file.read(BLOCK):
                    total.update(raw)
        return total.hexdigest()


def find_large(source: Source, options: ReadOptions, kind: str | None) -> LargeText | None:
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
    return LargeText(paths, options, kind or ("files" if len(paths) > 1 else "whole")) if paths else None


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
    except UnicodeError:  # of which some codecs raise other kinds than that of decoding
        raise InputError(f"{path} cannot be read as {file.encoding}; name its encoding with --encoding") from None


def split_large(
    text: LargeText, model: ModelOptions, options: TrainOptions, known: Mapping[str, Vocabulary] | None, tell: Tell
) -> tuple[TextDataset, dict[str, Any]]:
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
    entry = Entry(cache_folder(), hashlib.sha256(json.dumps(wanted).encode()).hexdigest()[:32])
    found = entry.open() or encode(text, model, options.valid, known, entry, tell)
    ids, cut = found.ids, found.cut
    held_out = ids[cut:]
    if len(held_out) and held_out[0] != BOUNDARY:
        held_out = np.concatenate([np.array([BOUNDARY], ids.dtype), held_out])
    vocabulary = Vocabulary(model.unit, found.units)
    described = {
        "names": [str(path) for path in text.paths[:20]],
        "documents": len(text.paths),
        "characters": found.characters,
        "digest": digest,
        **text.options.chosen(),
    }
    return TextDataset(vocabulary, ids[:cut], held_out, ids[:0], text.documents), described


def encode(
    text: LargeText,
    model: ModelOptions,
    share: float,
    known: Mapping[str, Vocabulary] | None,
    entry: Entry,
    tell: Tell,
) -> Encoded:
    """Write the ids of a text and what is known of them: a pass to count, one to learn its units, and one to encode.

    Raises ``InputError`` if another process changes the text, or what is written, meanwhile.
    """
    characters = sum(len(block) for _, block in text.blocks(lambda done: tell("counting its characters", done)))
    cut = characters - min(MOST_HELD_OUT, share_of(characters, share))
    vocabulary = learn_units(text, model, known, cut, tell)
    with entry.writing(vocabulary.units) as out:
        for begins, block in text.blocks(lambda done: tell("encoding it", done)):
            inside = max(0, min(cut - out.characters, len(block)))
            for number, part in enumerate((block[:inside], block[inside:])):
                ids = block_ids(vocabulary, part, text.documents, begins and not number)
                end = out.characters + (inside, len(block))[number]
                if text.documents != "whole" and end in (cut, characters) and len(part) and ids[-1] != BOUNDARY:
                    ids = np.append(ids, np.int32(BOUNDARY))  # what is cut off ends as well
                out.add(ids)
                out.cut = out.written if number == 0 and inside else out.cut
            out.characters += len(block)
        if out.characters != characters:
            raise text.changed()
    found = entry.open()
    if found is None:
        raise InputError(f"{entry.ids} is changed by somebody else; let XDG_CACHE_HOME name a folder of your own")
    return found


def learn_units(
    text: LargeText, model: ModelOptions, known: Mapping[str, Vocabulary] | None, cut: int, tell: Tell
) -> Vocabulary:
    """The vocabulary that the part of a text before the cut teaches; letters are those of the whole text."""

    def until(most: float, what: str) -> Iterator[str]:
        for _, block in text.blocks(lambda done: tell(what, done)):
            yield block[: int(min(most, len(block)))]
            most -= len(block)
            if most <= 0:
                return

    given = until(math.inf, "learning its letters")
    if known:
        return known["text"].extended(given)
    train = until(cut, "learning its words")
    return Vocabulary.of(model.unit, train, given, model.vocabulary_size, model.min_count)


def block_ids(vocabulary: Vocabulary, text: str, documents: str, begins: bool) -> Ids:
    """The ids of a block: a boundary where a file begins, and in place of newlines where lines are documents."""
    ids = vocabulary.encode(text)
    if documents == "lines":
        ids = np.where(ids == vocabulary.index.get("\n", BOUNDARY), BOUNDARY, ids)
        blank = (ids == BOUNDARY) & (np.concatenate([[BOUNDARY if begins else -1], ids[:-1]]) == BOUNDARY)
        ids = ids[~blank]
    return np.concatenate([np.array([BOUNDARY] * begins, np.int32), ids]).astype(np.int32)
