"""Texts larger than comfortable memory: read block by block, encoded once, and kept on disk as memory-mapped ids.

Their key in the cache is a digest of the files and of all that decides how they are encoded.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import ModelOptions, ReadOptions, TrainOptions
from ..errors import InputError
from ..files import is_file
from ..formats.contents import is_plain_name
from ..formats.encodings import Encoding, find_encoding
from ..formats.leftout_bytes import LEAVE_OUT
from ..formats.sources import Source, Text, files_of, is_files
from ..sharing import cached_property
from ..text import UNITS
from ..text.byte import as_bytes
from ..text.forms import Form
from ..text.vocabulary import Vocabulary
from . import holdout
from .boundaries import encode_documents
from .holdout import PARTS, Place, cut_places, refuse_too_little, shares
from .ids_file import Entry, StoredIds, cache_folder
from .text import TextDataset

MAX_NAMED = 5  # files in a note
BLOCK = 4 << 20  # characters, or bytes, that are read at once
FORMAT = 5
NEWLINES = {"\n": "lf", "\r\n": "crlf", "\r": "cr"}
"""What Python calls the ends of lines, and what a corpus does."""
Tell = Callable[[str, float], None]
"""Called with what is being done and the share of it that is done."""


@dataclass(frozen=True)
class LargeText:
    """Files of plain text, too large to be read at once."""

    paths: tuple[Path, ...]
    options: ReadOptions
    documents: str = "whole"
    left_out: tuple[str, ...] = ()
    """Names of files in the same folder that are not read."""

    @cached_property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.paths)

    @cached_property
    def encodings(self) -> dict[Path, Encoding]:
        """How each file is to be read; raises ``InputError`` for one that is no text."""
        return {path: encoding_of(path, self.options) for path in self.paths}

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a user should know of how the files are read."""
        names = ", ".join(self.left_out[:MAX_NAMED]) + " and others" * (len(self.left_out) > MAX_NAMED)
        why = f"left out: {names}; of a folder of more than {holdout.LARGE >> 20} MB, plain texts alone are read"
        each = (note for path, found in self.encodings.items() for note in found.notes(str(path)))
        return (*((why,) if self.left_out else ()), *each)

    def blocks(self, tell: Callable[[float], None], newlines: set[str] | None = None) -> Iterator[tuple[bool, str]]:
        """Yield the text in blocks that end with a line where they can, and whether a file begins with each.

        What lines of each file end with is added to ``newlines``, as a corpus names it.
        """
        done = 0
        for path in self.paths:
            first = True
            with path.open(encoding=self.encodings[path].name, errors=LEAVE_OUT) as file:
                raw: Any = file.buffer
                while text := read_block(file, path):
                    yield first, text
                    first = False
                    if done + raw.tell() > self.size:
                        raise self.changed()
                    tell((done + raw.tell()) / self.size)
                if newlines is not None:
                    newlines.add(NEWLINES.get(str(file.newlines or "\n"), "mixed"))
            done += path.stat().st_size

    def pieces(
        self, tell: Callable[[float], None], newlines: set[str] | None = None
    ) -> Iterator[tuple[bool, list[str]]]:
        """Yield the documents block by block, as a corpus has them, and whether the first of a block begins there.

        It goes on from the block before where it does not; all others of a block begin in it.
        """
        open_line = False  # whether the last line of the block before may go on
        for number, (first, block) in enumerate(self.blocks(tell, newlines)):
            if self.documents != "lines":
                yield (first if self.documents == "files" else not number), [block]
                continue
            open_line = open_line and not first
            lines = block.split("\n")
            goes_on = open_line and lines[0] != ""
            kept = [line for place, line in enumerate(lines) if line.strip() or (goes_on and not place)]
            if kept:
                yield not goes_on, kept
            open_line = bool(lines[-1].strip()) or (goes_on and len(lines) == 1)

    def changed(self) -> InputError:
        """Return what to say of a text that another process writes to."""
        return InputError(f"{self.paths[0]} changed while it was read; start again when nothing writes to it")

    def digest(self) -> str:
        """SHA-256 over all files' sizes and bytes: by it the cache finds a text, and older models know theirs."""
        total = hashlib.sha256()
        for path in self.paths:
            total.update(path.stat().st_size.to_bytes(8, "little"))
            with path.open("rb") as file:
                while raw := file.read(BLOCK):
                    total.update(raw)
        return total.hexdigest()


@dataclass
class Measured:
    """What a first pass over a text finds: the characters and the bytes (UTF-8) of each document, and line ends."""

    characters: array[int] = field(default_factory=lambda: array("q"))
    bytes: array[int] = field(default_factory=lambda: array("q"))
    newlines: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, text: LargeText, tell: Tell) -> Measured:
        """Measure a text."""
        found = cls()
        for begins, texts in text.pieces(lambda done: tell("counting its characters", done), found.newlines):
            found.add(begins, list(map(len, texts)), [len(as_bytes(each)) for each in texts])
        return found

    def add(self, begins: bool, characters: list[int], sizes: list[int]) -> None:
        """Count the documents of a block."""
        for total, more in ((self.characters, characters), (self.bytes, sizes)):
            if not begins:
                total[-1] += more.pop(0)
            total.extend(more)


def find_large(source: Source, options: ReadOptions, kind: str | None) -> LargeText | None:
    """Return the files of a source, if they are large and plain: no table, nothing compressed, nothing to strip."""
    if source == "-" or isinstance(source, Text) or not is_files(source):
        return None
    given = [source] if isinstance(source, str | Path) else list(source)
    paths = tuple(Path(path) for each in given for path in files_of(each))
    if sum(path.stat().st_size for path in paths if is_file(path)) <= holdout.LARGE:
        return None
    asked = options.strip_gutenberg or options.strip_timecodes or options.text_column or options.label
    if asked or kind not in (None, "whole", "files", "lines") or not all(map(is_file, paths)):
        return None
    plain = tuple(path for path in paths if options.plain_text or is_plain_name(str(path)))
    if len(paths) > len(given):  # what else lies in a folder is left out
        plain = tuple(path for path in plain if is_text(path, options))
    elif len(plain) < len(paths):
        return None
    left_out = tuple(str(path) for path in paths if path not in set(plain))
    return LargeText(plain, options, kind or ("files" if len(plain) > 1 else "whole"), left_out) if plain else None


def encoding_of(path: Path, options: ReadOptions) -> Encoding:
    """Return how a file is to be read, found block by block as it would be of the whole at once."""

    def blocks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while raw := file.read(BLOCK):
                yield raw

    return find_encoding(blocks, str(path), options.encoding)


def is_text(path: Path, options: ReadOptions) -> bool:
    """Tell whether a file looks like one to learn from."""
    try:
        return path.stat().st_size > 0 and bool(encoding_of(path, options).name)
    except InputError:
        return False


def read_block(file: Any, path: Path) -> str:
    """Return the next characters of a file, up to the end of a line where there is one near."""
    try:
        text: str = file.read(BLOCK)
        return text if text.endswith("\n") else text + file.readline(BLOCK)
    except UnicodeError:  # of which some codecs raise other kinds than that of decoding
        raise InputError(f"{path} cannot be read as {file.encoding}; name its encoding with --encoding") from None


def split_large(
    text: LargeText, model: ModelOptions, options: TrainOptions, known: Mapping[str, Vocabulary] | None, tell: Tell
) -> tuple[TextDataset, dict[str, Any]]:
    """Return a large text in ids on the disk, and what a record says of it: both as a corpus of it would have them.

    Raises ``InputError`` for held-out parts with files of their own, and where another process changes the text.
    """
    if isinstance(options.valid, str) or isinstance(options.test, str):
        raise InputError("I got a file for --valid or --test, and of so large a text the end is held out; give a share")
    tell("looking for it in the cache", 0.0)
    wanted = {
        "text": text.digest(),
        "format": FORMAT,
        "unit": [model.unit, model.vocabulary_size, model.min_count],
        "known": known["text"].units if known else None,
        "documents": text.documents,
        "encoding": text.options.encoding,
        "shares": shares(options),
        "most": [holdout.LARGE, holdout.MOST_HELD_OUT],
    }
    entry = Entry(cache_folder(), hashlib.sha256(json.dumps(wanted).encode()).hexdigest()[:32])
    found = entry.open() or encode(text, model, options, known, entry, tell)
    vocabulary = Vocabulary(model.unit, found.units, form=Form.restored(found.text["form"]))
    valid, test = found.cuts
    refuse_too_little(valid, str(text.paths[0]))
    about = {
        "names": [str(path) for path in text.paths[:20]],
        **{name: value for name, value in found.text.items() if name != "form"},
        **text.options.chosen(),
        "encodings": sorted({each.name for each in text.encodings.values()}),
    }
    ids = found.ids
    return TextDataset(vocabulary, ids[:valid], ids[valid:test], ids[test:], text.documents), about


def encode(
    text: LargeText,
    model: ModelOptions,
    options: TrainOptions,
    known: Mapping[str, Vocabulary] | None,
    entry: Entry,
    tell: Tell,
) -> StoredIds:
    """Write the ids of a text and what is known of them: a pass to count, one to learn its units, and one to encode.

    Raises ``InputError`` if another process changes the text, or what is written, meanwhile.
    """
    measured = Measured.of(text, tell)
    refuse_too_little(sum(measured.characters), str(text.paths[0]))
    held_out = cut_places(measured.characters, options)
    places = [held_out[name] for name in PARTS[1:]]
    vocabulary = learn_units(text, model, known, places[0], tell)
    seen, digest = 0, Digest(measured.bytes)
    with entry.writing(vocabulary.units) as out:
        part = 0
        for which, begins, texts in cut_pieces(text.pieces(lambda done: tell("encoding it", done)), places):
            for _ in range(which - part):
                out.end_part(text.documents)
            part = which
            out.add(encode_documents(vocabulary, texts, begins))
            seen += sum(map(len, texts))
            digest.add(texts)
        for _ in range(len(PARTS) - part):
            out.end_part(text.documents)
        if seen != sum(measured.characters):
            raise text.changed()
        out.text = {
            "documents": len(measured.characters),
            "characters": seen,
            "digest": digest.whole.hexdigest(),
            "newlines": sorted(measured.newlines),
            "form": vars(vocabulary.form) if vocabulary.form else None,
        }
    found = entry.open()
    if found is None:
        raise InputError(f"{entry.ids} is changed by somebody else; let XDG_CACHE_HOME name a folder of your own")
    return found


class Digest:
    """The digest that a corpus has (``Corpus.digest``) of documents that come piece by piece."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes, self.whole, self.left = iter(sizes), hashlib.sha256(), 0

    def add(self, texts: Sequence[str]) -> None:
        """Add some pieces; a document's length comes before its first one."""
        for text in texts:
            raw = as_bytes(text)
            if not self.left:
                self.left = next(self.sizes)
                self.whole.update(self.left.to_bytes(8, "little"))
            self.whole.update(raw)
            self.left -= len(raw)


def cut_pieces(
    pieces: Iterable[tuple[bool, list[str]]], places: Sequence[Place]
) -> Iterator[tuple[int, bool, list[str]]]:
    """Return the pieces of documents cut at places: the part that each is of, whether a document begins, its texts.

    What is held out of a document is one by itself.
    """
    part, last, read, fresh = 0, -1, 0, False
    for begins, texts in pieces:
        first, before = (last + 1, 0) if begins else (last, read)  # characters of it came in earlier blocks
        last, read = first + len(texts) - 1, len(texts[-1]) + (before if len(texts) == 1 else 0)
        while part < len(places):
            place = places[part]
            at, character = place.document - first, place.character
            character -= 0 if at else before
            if at >= len(texts) or character >= len(texts[at]):
                break
            if head := [*texts[:at], *([texts[at][:character]] if character else [])]:
                yield part, begins or fresh, head
            texts = [texts[at][character:], *texts[at + 1 :]]
            first, before, part, fresh = place.document, place.character, part + 1, True
        yield part, begins or fresh, texts
        fresh = False


def learn_units(
    text: LargeText, model: ModelOptions, known: Mapping[str, Vocabulary] | None, end: Place, tell: Tell
) -> Vocabulary:
    """Return the vocabulary that the part of a text before a place teaches; letters are those of the whole text."""

    def documents(what: str, places: Sequence[Place]) -> Iterator[str]:
        for part, _, texts in cut_pieces(text.pieces(lambda done: tell(what, done)), places):
            if part:
                return
            yield from ["".join(texts)] if UNITS[model.unit].apart else texts

    given = documents("learning its letters", [])
    if known:
        return known["text"].extended(given)
    train = documents("learning its words", [end])
    return Vocabulary.of(model.unit, train, given, model.vocabulary_size, model.min_count)
