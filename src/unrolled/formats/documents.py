"""Documents: what ends in a text, how a text is put together again from what ended, and which are copies of others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Hashable, Iterable
from functools import cache
from string import ascii_lowercase, ascii_uppercase, digits, punctuation, whitespace

SEPARATORS = {"whole": "", "files": "", "lines": "\n", "blank-lines": "\n\n", "rows": "\n"}
"""What an end of a document stands for in a text, by the kind of document."""
BLANK = re.compile(r"\n[^\S\n]*\n\s*")
SYMBOLS = "$+<=>^`|~"
"""Signs of ASCII that are no punctuation: they are kept, as emoji are."""
LOWERED = bytes.maketrans((ascii_uppercase + digits).encode(), (ascii_lowercase + "0" * 10).encode())
LEFT_OUT = bytes(code for code in range(128) if chr(code) in set(whitespace + punctuation) - set(SYMBOLS) or code < 32)
KINDS_LEFT_OUT = frozenset(["Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Zs", "Zl", "Zp", "Cc", "Cf"])
NO_LETTERS = f"0{SYMBOLS}".encode()
ZEROS = re.compile(b"0{2,}")


DIGITS = re.compile(r"\d+")


@cache
def left_out_signs() -> re.Pattern[str]:
    """Return what finds spaces, punctuation and controls (below 0x10000: a larger class is searched slowly)."""
    found = (chr(code) for code in range(0x10000) if unicodedata.category(chr(code)) in KINDS_LEFT_OUT)
    return re.compile(f"[{re.escape(''.join(found))}]+")


def split_documents(text: str, kind: str) -> list[str]:
    """Return the documents of a text; empty ones do not count."""
    if kind in ("lines", "rows"):
        return [line for line in text.split("\n") if line.strip()]
    if kind == "blank-lines":
        return [part.strip("\n") for part in BLANK.split(text) if part.strip()]
    return [text]


def normal_form(text: str) -> bytes:
    """Return what near copies have in common: case, form of Unicode, spaces, punctuation and which digits are gone.

    A text without letters is its own.
    """
    if text.isascii():
        form = ZEROS.sub(b"0", text.encode().translate(LOWERED, LEFT_OUT))
    else:
        signs = left_out_signs().sub("", unicodedata.normalize("NFKC", text).casefold())
        form = DIGITS.sub("0", signs).encode("utf-8", "surrogatepass")
    return form if form.strip(NO_LETTERS) else text.encode("utf-8", "surrogatepass")


def near_copy(row: Iterable[str]) -> int:
    """Return a number that a row of texts and its near copies have, and another row has by chance only."""
    return hash(tuple(map(normal_form, row)))


def copies_told(rows: Collection[Hashable], numbers: Collection[int], name: str) -> str:
    """Return how many rows are copies and near copies of others, in words; nothing where none is.

    ``numbers`` are what ``near_copy`` returns for each of them.
    """
    different = len(set(rows))
    twice, near = len(rows) - different, different - len(set(numbers))
    differ = f"{'more ' * bool(twice)}differ{'s' * (near == 1)}"
    alike = f"{near:,} {differ} only in case, spaces, punctuation or digits from others"
    if not twice:
        return f"of {len(rows):,} {name}, {alike}" if near else ""
    return f"{twice:,} of {len(rows):,} {name} stand there more than once{f', and {alike}' * bool(near)}"
