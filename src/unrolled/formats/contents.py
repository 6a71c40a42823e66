"""What a file holds, whatever its format: a text, and rows where there are columns."""

from __future__ import annotations

import dataclasses
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import ReadOptions
from ..errors import InputError
from ..untrusted import CHUNK, MOST_BYTES, most_expanded, read_bytes
from .delimited import NONE, find_delimiter
from .encodings import BYTE_ORDER_MARKS, Decoded, Utf8Evidence, decode
from .gutenberg import strip_gutenberg
from .json_rows import Row, conversation_in
from .tables import KINDS, Table, delimited_table, ending, is_table_name, json_table, kept_table, open_table, table_of
from .zawgyi import refuse_zawgyi

if TYPE_CHECKING:
    from .chats import Chat

STANDARD_INPUT = "standard input"
HINT = "give the path of a text file"
Opens = Callable[[Iterable[str]], Table]
"""Opens rows; some columns may be named, by which the line with names is known."""


@dataclass(frozen=True)
class Contents:
    """What a file, or what else was given, holds: its text as it stands, and rows if it has any.

    ``is_table`` says that the rows are what is meant where nothing else is asked for, and the text is not.
    """

    name: str
    text: str
    encoding: str = "utf-8"
    newline: str = "lf"
    notes: tuple[str, ...] = ()
    opens: Opens | None = None
    is_table: bool = False
    info: tuple[str, ...] = ()
    """What is told of how it was read, which is as it should be."""

    def table(self, named: Iterable[str | None] = ()) -> Table:
        """Return its rows; raises ``InputError`` where it has none."""
        wanted = [each for each in named if each]
        if self.opens is None:
            raise no_table(self.name, wanted)
        return self.opens(wanted)


@dataclass(frozen=True)
class Document:
    """A format of documents that are no plain text: the ending of its files, and how they begin."""

    endings: tuple[str, ...]
    signature: bytes
    module: str
    """The module of this package whose ``read`` makes a text of a file's bytes."""
    member: str = ""
    """What a zip archive of this format has in it."""

    def holds(self, raw: bytes, name: str) -> bool:
        """Tell whether a file is of this format."""
        if not raw.startswith(self.signature):
            return False
        return ending(name) in self.endings or (bool(self.member) and self.member.encode() in raw[:CHUNK])

    def read(self, raw: bytes, name: str) -> Contents:
        """Return the text of a file, with notes of what could not be read."""
        notes: list[str] = []
        text: str = import_module(f".{self.module}", __package__).read(raw, name, notes)
        return Contents(name, text, "document", notes=tuple(notes))


DOCUMENTS = (
    Document((".docx", ".docm", ".dotx"), b"PK\x03\x04", "word_document", "word/document.xml"),
    Document((".odt", ".ott"), b"PK\x03\x04", "open_document", "application/vnd.oasis.opendocument.text"),
    Document((".epub",), b"PK\x03\x04", "epub", "application/epub+zip"),
    Document((".pdf",), b"%PDF", "pdf"),
)
WIDE_MARKS = tuple(mark for mark, name in BYTE_ORDER_MARKS if name != "utf-8-sig")
PAGES = (".html", ".htm", ".xhtml")
CHATS = (".txt", "")
"""Endings of what may be an export of a conversation: other logs look like one."""
SUBTITLES = (".srt", ".vtt")
MEMORY = ".tmx"
SPECIAL = (*PAGES, *SUBTITLES, MEMORY, ".gz", *(each for one in DOCUMENTS for each in one.endings))
"""Endings of files that are not read block by block, however large they are."""


def is_plain_name(name: str) -> bool:
    """Tell whether a file is, by its name, plain text that is read as it stands."""
    return not is_table_name(name) and Path(name).suffix.lower() not in SPECIAL


def read_contents(path: str | Path, options: ReadOptions | None = None) -> Contents:
    """Return what a file holds (``"-"``: standard input; gzip is unpacked); raises ``InputError`` if it is nothing."""
    options = options or ReadOptions()
    name = STANDARD_INPUT if str(path) == "-" else str(path)
    raw = unpack(read_bytes(path, HINT), name)
    found = contents_of(raw, name, options)
    text = strip_gutenberg(found.text) if options.strip_gutenberg else found.text
    refuse_empty(text, name)
    refuse_zawgyi(text, name)
    return dataclasses.replace(found, text=text)


def read_prompt_file(path: str | Path) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file that may be anything, nothing included, and notes of how it was read."""
    name = STANDARD_INPUT if str(path) == "-" else str(path)
    raw = unpack(read_bytes(path, HINT), name)
    decoded = decode(raw, name, "utf-8" if Utf8Evidence.of(raw).is_utf8 and not raw.startswith(WIDE_MARKS) else None)
    return decoded.text.removeprefix("\ufeff"), decoded.notes


def contents_of(raw: bytes, name: str, options: ReadOptions) -> Contents:
    """Return what some bytes hold that have a name."""
    document = next((each for each in DOCUMENTS if each.holds(raw, name)), None)
    if document and not options.plain_text:
        return document.read(raw, name)
    decoded = (
        decoded_page(raw, name, options.encoding) if ending(name) in PAGES else decode(raw, name, options.encoding)
    )
    found = Contents(name, decoded.text, decoded.encoding, decoded.newline, notes_of(name, decoded))
    if options.plain_text:
        return found
    if ending(name) in PAGES:
        return dataclasses.replace(found, text=import_module(".html", __package__).read_page(decoded.text))
    if ending(name) in SUBTITLES or options.strip_timecodes:
        return subtitles(found, options)
    if ending(name) == MEMORY:
        return dataclasses.replace(found, opens=partial(memory, raw, name), is_table=True)
    if is_table_name(name):
        return table(found)
    return conversation(found)


def table(found: Contents) -> Contents:
    """Return a file with the rows of its table, or those of a conversation that it has in JSON."""
    if found.text.lstrip()[:1] in ("{", "["):
        from .json_chats import from_json

        chat = from_json(conversation_in(found.text, found.name))
        if chat is not None:
            return with_messages(found, chat)
    return dataclasses.replace(found, opens=lambda named: open_table(found.text, found.name, named), is_table=True)


def conversation(found: Contents) -> Contents:
    """Return a text with the rows that it may have: those of a conversation, or those that named columns ask for."""
    from .chats import whatsapp

    chat = whatsapp(found.text) if ending(found.name) in CHATS else None
    if chat is not None:
        return with_messages(found, chat)
    return dataclasses.replace(found, opens=lambda named: columns_in(found, list(named)))


def with_messages(found: Contents, chat: Chat) -> Contents:
    """Return a conversation: each message is a row, and the text has all of them, a speaker's name before each.

    A message that has several lines keeps them: only its first one begins with the name.
    """
    speakers = Counter(each.speaker for each in chat.messages)
    rows: list[Row] = [
        (number, {"text": each.text, "speaker": each.speaker, "time": each.time or ""})
        for number, each in enumerate(chat.messages, 1)
    ]
    text = "".join(f"{each.speaker}: {each.text}\n" for each in chat.messages)
    note = (
        f"{found.name}: a conversation of {len(rows):,} messages by {len(speakers):,} speakers, each behind its "
        "speaker's name; --label=speaker learns whose each message is"
    )
    left_out = tuple(f"{found.name}: {each}" for each in chat.notes)
    table = kept_table(rows, found.name, "message")
    return dataclasses.replace(found, text=text, opens=lambda _: table, info=(note,), notes=(*found.notes, *left_out))


def columns_in(found: Contents, named: list[str]) -> Table:
    """Return the rows of a text whose name says nothing of columns; raises ``InputError`` where it has none.

    Tabs part columns in any file; other signs, which also stand in sentences, do where columns are named.
    """
    if found.text.lstrip()[:1] in ("{", "["):
        return json_table(found.text, found.name)
    delimiter = find_delimiter(found.text, found.name, "\t")
    if delimiter == NONE or (delimiter != "\t" and not named):
        hint = (
            "" if delimiter == NONE else f"; its lines have {delimiter!r} in them: call it .csv, and it is read as one"
        )
        raise no_table(found.name, named, hint)
    return delimited_table(found.text, found.name, delimiter, named)


def no_table(name: str, named: Sequence[str], hint: str = "") -> InputError:
    """Return what is said of a file that has no rows, where some columns may have been named."""
    column = f", so it has no column {named[0]!r}" if named else ""
    return InputError(f"{name} is no table{column}; give a table like {KINDS}, or name no column{hint}")


def subtitles(found: Contents, options: ReadOptions) -> Contents:
    """Return subtitles as they stand, or their words alone where they are wanted."""
    from .subtitles import is_subtitles, strip_timecodes

    if options.strip_timecodes and is_subtitles(found.text):
        return dataclasses.replace(found, text=strip_timecodes(found.text))
    if ending(found.name) not in SUBTITLES:
        return conversation(found)
    note = f"{found.name}: time codes are part of the text; --strip-timecodes leaves them out"
    return dataclasses.replace(found, info=(note,))


def memory(raw: bytes, name: str, named: Iterable[str]) -> Table:
    """Return the rows of a translation memory, a column for each language."""
    from .tmx import read

    return table_of(read(raw, name), name, "unit")


def decoded_page(raw: bytes, name: str, encoding: str | None) -> Decoded:
    """Return a page in the encoding that it names, where it is in that one, and in the likeliest one otherwise."""
    from .html import charset_of

    named = None if encoding or Utf8Evidence.of(raw).is_utf8 or raw.startswith(WIDE_MARKS) else charset_of(raw)
    try:
        return decode(raw, name, encoding or named)
    except InputError:
        if named is None:
            raise
        return decode(raw, name)


def notes_of(name: str, decoded: Decoded) -> tuple[str, ...]:
    """Return what a user should know of how a file was read."""
    mixed = f"{name}: {decoded.newline} line endings read as newlines"
    return (*decoded.notes, *((mixed,) if decoded.newline != "lf" else ()))


def unpack(raw: bytes, name: str) -> bytes:
    """Undo gzip where there is any; raises ``InputError`` for a damaged file, and for a bomb before it has gone off."""
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    most, found = min(MOST_BYTES, most_expanded(len(raw))), bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
            while part := file.read(CHUNK):
                found += part
                if len(found) > most:
                    raise InputError(
                        f"{name} unpacks to more than {most:,} bytes, too many for its {len(raw):,}; unpack it "
                        "yourself if you trust it"
                    )
        return bytes(found)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name} is a damaged gzip file ({error}); unpack it yourself, or fetch it again") from None


def refuse_empty(text: str, name: str) -> None:
    """Nothing to learn from is an error."""
    if not text.strip():
        what = "is empty" if not text else "holds nothing but white space"
        raise InputError(f"{name} {what}; unrolled needs some text: a few thousand characters make a start")
