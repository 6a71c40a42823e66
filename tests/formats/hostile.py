"""What tests of readers share: archives, and files that somebody has changed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from unrolled.errors import InputError

MARKED = st.sampled_from(
    [b"<", b">", b"&", b"&#0;", b"<!--", b'"', b"\xff", b"\x00", b"</", b"/>", b"<![CDATA[", b":", b"["]
)


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of some members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def mutations(raw: bytes) -> st.SearchStrategy[bytes]:
    """Return files that differ from one in a few places: bytes put in, left out, or in place of others."""
    change = st.tuples(st.integers(0, len(raw)), st.integers(0, 8), st.one_of(MARKED, st.binary(max_size=3)))
    return st.lists(change, min_size=1, max_size=4).map(lambda changes: changed(raw, changes))


def changed(raw: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """Return bytes with some changes: at a place, so many are left out, and these put in."""
    for place, left_out, put_in in changes:
        raw = raw[:place] + put_in + raw[place + left_out :]
    return raw


def is_answered(read: Callable[[bytes, str], object], raw: bytes) -> bool:
    """Tell whether bytes give a text that ends as texts do, or one sentence; any other error is raised."""
    try:
        text = read(raw, "the file")
    except InputError as error:
        return "the file" in str(error) and "\n" not in str(error)
    if not isinstance(text, str):
        return isinstance(text, list)
    return text.endswith("\n") and all(line == line.rstrip() for line in text.split("\n"))
