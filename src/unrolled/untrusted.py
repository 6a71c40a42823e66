"""What others wrote, read within bounds: the bytes of a file or of a pipe, and JSON.

A file may be a device that never ends, a pipe, or far larger than memory, and a few kilobytes may stand for gigabytes.
Nothing here takes more memory than the bound that its caller gives, and whatever is wrong is said in one sentence.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from .errors import InputError, UnrolledError, reason

MOST_BYTES = 1 << 30
"""Bytes of a text that is read at once. Plain text files that are larger are read block by block."""
MOST_JSON = 64 << 20
"""Characters of one JSON document: its objects take up to 25 times as many bytes."""
DEEPEST = 100
"""Levels of lists and objects within each other: more would end the stack of who walks through them."""
JSON_SPACE = re.compile(r"[ \t\n\r]*")
CHUNK = 1 << 20
EXPANDED = 64 << 20
"""Bytes that anything compressed may unpack to; what is larger must not be RATIO times its compressed size."""
RATIO = 100
"""Text seldom shrinks to a tenth; a bomb shrinks to a thousandth (DEFLATE's least is 1 in 1,032)."""


def parse_json(raw: str | bytes, most: int = MOST_JSON) -> Any:
    """Parse JSON of unknown origin; raises ``ValueError`` with what is wrong in a few words, whatever it is.

    Beside what is no JSON, that is: more characters (or bytes) than ``most``, lists and objects more than ``DEEPEST``
    within each other, and whole numbers of more digits than Python converts.
    """
    if len(raw) > most:
        raise ValueError(f"it has {len(raw):,} characters, and {most:,} are the most of one JSON document")
    try:
        found = json.loads(raw)
        too_deep = brackets(raw) > DEEPEST and nested_deeper(found, DEEPEST)
    except RecursionError:
        too_deep = True
    except UnicodeDecodeError:
        raise ValueError("it is not in UTF-8") from None
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise ValueError(f"{line}column {error.colno}: {error.msg}") from None
    except ValueError:
        raise ValueError("it holds a number of too many digits") from None
    if too_deep:
        raise ValueError(f"its lists and objects lie more than {DEEPEST} within each other")
    return found


def brackets(raw: str | bytes) -> int:
    """Return how many lists and objects begin in JSON, at most: so deep it can be."""
    marks: Any = "[{" if isinstance(raw, str) else (b"[", b"{")
    return sum(raw.count(mark) for mark in marks)


def parse_array(raw: str, most: int = MOST_JSON) -> Iterator[Any]:
    """Yield the values of a JSON array of unknown origin one by one, however long it is; ``ValueError`` as above.

    No value has more than ``most`` characters.
    """
    decoder, place = json.JSONDecoder(), next_of(raw, next_of(raw, 0) + 1)
    closed = raw[place : place + 1] == "]"
    if closed:
        place = next_of(raw, place + 1)
    while not closed:
        try:
            found, end = decoder.raw_decode(raw, place)
            too_deep = end - place > DEEPEST and nested_deeper(found, DEEPEST)
        except RecursionError:
            too_deep, found, end = True, None, place
        except json.JSONDecodeError as error:
            raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
        except ValueError:
            raise ValueError("it holds a number of too many digits") from None
        if too_deep:
            raise ValueError(f"its lists and objects lie more than {DEEPEST} within each other")
        if end - place > most:
            raise ValueError(f"a value in it has {end - place:,} characters, and {most:,} are the most")
        yield found
        place = next_of(raw, end)
        closed = raw[place : place + 1] == "]"
        if not closed and raw[place : place + 1] != ",":
            line, column = raw.count("\n", 0, place) + 1, place - raw.rfind("\n", 0, place)
            raise ValueError(f"line {line}, column {column}: expecting ',' or ']'")
        place = next_of(raw, place + 1)
    if place < len(raw):
        raise ValueError("more stands behind its end")


def next_of(raw: str, place: int) -> int:
    """Return where the next character that is no JSON space stands, from a place on."""
    found = JSON_SPACE.match(raw, place)
    assert found, "the pattern matches nothing, too"
    return found.end()


def nested_deeper(value: Any, most: int) -> bool:
    """Tell whether lists and objects lie more than ``most`` within each other."""
    level = [value]
    for _ in range(most):
        level = [each for each in level if isinstance(each, list | dict)]
        if not level:
            return False
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return any(isinstance(each, list | dict) for each in level)


def most_expanded(compressed: int) -> int:
    """Return how many bytes may come out of so many compressed ones."""
    return max(EXPANDED, RATIO * compressed)


def read_bytes(
    path: str | Path, hint: str, most: int = MOST_BYTES, error: type[UnrolledError] = InputError, pipes: bool = True
) -> bytes:
    """Read all bytes of a file, of a pipe or, for ``"-"``, of standard input.

    ``hint`` is the end of the sentence for what cannot be read: what to give instead. With ``pipes`` false, a regular
    file alone will do. Raises ``error`` for a folder, a device and what is larger than ``most``.
    """
    name = "standard input" if str(path) == "-" else str(path)
    try:
        if str(path) == "-":
            if sys.stdin is None:
                raise error(f"standard input is closed; {hint}")
            return read_stream(sys.stdin.buffer, name, most, error)
        refuse_device(
            Path(path).stat(), name, hint, error, pipes
        )  # before it is opened: that alone sets some devices off
        with Path(path).open("rb") as file:
            return read_stream(file, name, most, error)
    except FileNotFoundError:
        if "://" in name:
            raise error(f"{name} is an address, and nothing is fetched; download it, and {hint}") from None
        raise error(f"there is no file {name}; {hint}") from None
    except UnrolledError:
        raise
    except (OSError, ValueError) as problem:
        raise error(f"{name} cannot be read ({reason(problem)}); {hint}") from None


def refuse_device(
    found: os.stat_result, name: str, hint: str, error: type[UnrolledError] = InputError, pipes: bool = True
) -> None:
    """Raise ``error`` for what is no file: a folder, a device, a socket; the terminal on standard input is allowed."""
    if stat.S_ISREG(found.st_mode) or (pipes and stat.S_ISFIFO(found.st_mode)):
        return
    if stat.S_ISDIR(found.st_mode):
        raise error(f"{name} is a folder; {hint}")
    if not (pipes and is_harmless(found)):
        raise error(f"{name} is a device or a socket, and no file; {hint}")


def is_harmless(found: os.stat_result) -> bool:
    """Tell whether a device is the terminal on standard input, or the one in which there is nothing."""
    if not stat.S_ISCHR(found.st_mode):
        return False
    try:
        if found.st_rdev == Path(os.devnull).stat().st_rdev:
            return True
        return os.isatty(0) and os.fstat(0).st_rdev == found.st_rdev
    except OSError:
        return False


def read_stream(file: BinaryIO, name: str, most: int, error: type[UnrolledError]) -> bytes:
    """Read an open file to its end; a device is refused here, too: standard input can be one."""
    found = status_of(file)
    if found and not stat.S_ISSOCK(found.st_mode):  # as some programs give it to those that they start
        refuse_device(found, name, "give a file, a pipe or a terminal", error)
    too_large = f"{name} holds more than {most:,} bytes, which are not read at once; give less of it"
    if most == MOST_BYTES:
        too_large += ", or a plain text file, which is read block by block whatever its size"
    if found and stat.S_ISREG(found.st_mode) and found.st_size > most:
        raise error(too_large)
    chunks, size = list[bytes](), 0
    whole = found.st_size + 1 if found and stat.S_ISREG(found.st_mode) else 0  # at once: there is nothing to join
    at_once = max(CHUNK, whole)  # some of the system's own files say that they are empty, and are not
    while size == at_once * len(chunks):  # a shorter one was the last: a terminal is asked for its end once
        chunks.append(file.read(at_once))
        size += len(chunks[-1])
        if size > most:
            raise error(too_large)
    return b"".join(chunks)


def status_of(file: BinaryIO) -> os.stat_result | None:
    """Return what the system says of an open file; None for one that lies in memory."""
    try:
        return os.fstat(file.fileno())
    except (OSError, ValueError, AttributeError):
        return None
