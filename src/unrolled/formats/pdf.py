"""The text of a PDF, by pypdf where it is installed: the lines as they stand on the pages, a blank line between pages.

Words that are hyphenated at the end of a line stay so; heads and feet of pages are part of the text: a PDF says where
letters stand, and not what they belong to.
"""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..errors import InputError, MissingExtraError
from ..untrusted import MOST_BYTES
from .paragraphs import Paragraphs

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MOST_PAGES = 20_000
MOST_PAGE = 8 << 20
"""Bytes of what draws one page: maps and plans have as many, and no text to read."""
MOST_SECONDS = 900.0
"""Seconds for a whole document; thousands of pages take some minutes."""
MOST_PAGE_SECONDS = 30.0
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
"""What fonts without a table of their characters turn into."""
BREAKS = re.compile("\r\n|[\r\x0c\x85\u2028\u2029]")
FORM = "save it again, or give its text as .txt"


def read(raw: bytes, name: str, notes: list[str] | None = None) -> str:
    """Return the text of a PDF; raises ``InputError`` for one that is encrypted, damaged, or holds pictures alone.

    Pages without text are told in ``notes``. Raises ``MissingExtraError`` if pypdf is not installed.
    """
    end = time.monotonic() + MOST_SECONDS
    with quiet():
        reader, count = opened(raw, name)
        paragraphs, size, empty, failed = Paragraphs(), 0, 0, 0
        for number in range(count):
            if time.monotonic() > end:
                raise InputError(
                    f"{name} takes more than {MOST_SECONDS / 60:.0f} minutes to read; give fewer pages of it"
                )
            try:
                text = text_of(reader.pages[number])
            except Exception:  # pypdf answers damaged pages with errors of every kind; those pages are counted
                failed += 1
                continue
            empty += not text.strip()
            size += len(text)
            if size > MOST_BYTES:
                raise InputError(f"{name} holds more than {MOST_BYTES:,} characters; give fewer pages of it")
            paragraphs.add(text)
    text = paragraphs.text()
    if not text:
        raise InputError(said_of(name, count, failed))
    if notes is not None:
        notes += [f"{name}: {empty:,} of {count:,} pages have no text (a picture has none)"] * bool(empty)
        notes += [f"{name}: left out {failed:,} of {count:,} pages, which cannot be read"] * bool(failed)
    return text


def said_of(name: str, count: int, failed: int) -> str:
    """Return the sentence for a document without text."""
    if failed:
        return f"{name} is a damaged PDF (none of its {count:,} pages can be read); {FORM}"
    return f"{name} holds no text on its {count:,} pages, as a scan; run OCR on it (ocrmypdf), or give its text as .txt"


def opened(raw: bytes, name: str) -> tuple[PdfReader, int]:
    """Open a PDF; return it with the number of its pages."""
    try:
        from pypdf import PdfReader
        from pypdf.errors import DependencyError
    except ImportError:
        raise MissingExtraError(
            f"{name} is a PDF, which needs pypdf; give its text as .txt, or run: pip install 'unrolled[documents]'"
        ) from None
    try:
        reader = PdfReader(io.BytesIO(raw), strict=False)
        # many documents only forbid that they are changed: their password is empty
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
    except DependencyError:  # a cipher that is in another package
        locked = True
    except Exception as error:  # pypdf answers damaged files with errors of every kind
        raise InputError(f"{name} is a damaged PDF ({error or type(error).__name__}); {FORM}") from None
    if locked:
        raise InputError(f"{name} is encrypted; save it without a password")
    if count > MOST_PAGES:
        raise InputError(f"{name} has {count:,} pages, and {MOST_PAGES:,} are the most; give a part of it")
    return reader, count


def text_of(page: PageObject) -> str:
    """Return the text of a page as lines; raises ``ValueError`` for one that draws too much or takes too long."""
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) > MOST_PAGE:
        raise ValueError("too large a page")
    text = BREAKS.sub("\n", page.extract_text(visitor_operand_before=deadline(MOST_PAGE_SECONDS)))
    return CONTROLS.sub("", text.replace("\xad\n", "-\n"))  # a soft hyphen that shows


def deadline(seconds: float) -> Callable[..., None]:
    """Return what pypdf calls before everything that it draws, which ends a page that never would."""
    end = time.monotonic() + seconds

    def check(*_: object) -> None:
        if time.monotonic() > end:
            raise ValueError("too slow a page")

    return check


@contextmanager
def quiet() -> Iterator[None]:
    """Keep pypdf from logging what it mends in a file."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
