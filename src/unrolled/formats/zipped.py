"""Zip archives of unknown origin, read within bounds: documents of Word, of OpenDocument and EPUB are such."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from ..errors import InputError
from ..untrusted import CHUNK, MOST_BYTES, most_expanded
from .xml_events import Reader, read_xml

ENTRY = b"PK\x01\x02"
"""The beginning of each entry of an archive's directory."""
MOST_MEMBERS = 1 << 16
"""Entries of a directory: Python's reader keeps about a kilobyte for each."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The only ones that documents have; Python unpacks others without a bound."""
ENCRYPTED = 0x1
COMPOUND = b"\xd0\xcf\x11\xe0"
"""The beginning of Microsoft's compound files: old documents, and new ones within a password's encryption."""


class Archive:
    """A zip archive in memory; all that is read of it together stays below one bound.

    Raises ``InputError`` for bytes that are no such archive, or one that is damaged; ``name`` is what messages call it.
    """

    def __init__(self, raw: bytes, name: str) -> None:
        self.name, self.size = name, len(raw)
        self.left = min(MOST_BYTES, most_expanded(len(raw)))
        if raw.startswith(COMPOUND):
            raise InputError(f"{name} is encrypted, or an old document (.doc); save it as .docx without a password")
        if raw.count(ENTRY) > MOST_MEMBERS:
            raise InputError(f"{name} holds more than {MOST_MEMBERS:,} files; save its text as .txt and give that")
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(raw))
        except Exception as error:  # zipfile answers odd bytes with errors of a dozen kinds
            raise self.damaged(error) from None
        self.members: dict[str, zipfile.ZipInfo] = {}
        self.twice: set[str] = set()
        for each in self.zip.infolist():
            path = each.filename.replace("\\", "/")  # as some programs for Windows write it
            if path in self.members:
                self.twice.add(path)
            self.members[path] = each

    def names(self) -> list[str]:
        """Return the paths of all members."""
        return list(self.members)

    def __contains__(self, member: str) -> bool:
        return member in self.members

    def read(self, member: str) -> bytes:
        """Return the bytes of a member; raises ``InputError`` if it is absent, encrypted, damaged or too large."""
        return b"".join(self.chunks(member))

    def xml(self, member: str, reader: Reader) -> None:
        """Walk through a member that is XML."""
        read_xml(self.chunks(member), f"{self.name} ({member})", reader)

    def chunks(self, member: str) -> Iterator[bytes]:
        """Yield the bytes of a member part by part."""
        info = self.member(member)
        try:
            with self.zip.open(info) as file:
                while part := file.read(CHUNK):
                    self.left -= len(part)
                    if self.left < 0:
                        raise InputError(
                            f"{self.name} unpacks to too many bytes for its {self.size:,}; unpack it yourself if you "
                            "trust it, and give its text as .txt"
                        )
                    yield part
        except InputError:
            raise
        except Exception as error:  # the same dozen
            raise self.damaged(error) from None

    def member(self, member: str) -> zipfile.ZipInfo:
        """Return what the directory says of a member; raises ``InputError`` for what is not read."""
        info = self.members.get(member)
        if info is None:
            raise InputError(f"{self.name} has no {member} inside; save it again, or give its text as .txt")
        if member in self.twice:
            raise InputError(f"{self.name} has {member} inside more than once; save it again, or give its text as .txt")
        if info.flag_bits & ENCRYPTED:
            raise InputError(f"{self.name} is encrypted; save it without a password")
        if info.compress_type not in METHODS:
            raise InputError(
                f"{self.name} is packed by a method that documents do not use ({info.compress_type}); save it again, "
                "or give its text as .txt"
            )
        return info

    def damaged(self, error: Exception) -> InputError:
        """Return the error for an archive that cannot be read."""
        return InputError(
            f"{self.name} is a damaged zip archive ({error or type(error).__name__}); fetch or save it again, or give "
            "its text as .txt"
        )
