"""Images and what they are said to show: a table of captions, beside files of images or an array of features."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..config import ReadOptions
from ..errors import InputError
from ..files import is_file, is_folder
from ..untrusted import read_bytes
from .array_cache import FOLDER, cached
from .caption_shapes import caption_rows
from .columns import image_and_caption, image_column, joined
from .contents import read_contents
from .image_features import Features, read_features
from .images import MAX_BYTES, Picture, read_image
from .tables import KINDS, Table
from .tables import table_of as rows_in_table

Found = dict[str, list[str]]
"""The captions of each image by its name, in the order of the table."""
Columns = tuple[str | None, str | None]
"""The names of the columns of images and captions, or their numbers from 1; none to find one."""

NUMBERED = re.compile(r"#\d+$")
"""The number of a caption behind an image's name, as in ``Flickr8k.token.txt``."""
LAST_NUMBER = re.compile(r"(\d+)\.\w+$")
MAX_FOLDERS = 200  # in which images are looked for beside a table
MAX_NAMED = 10  # names in a note


@dataclass(frozen=True)
class Captions:
    """N images and the captions of each: files in a ``folder``, or ``features`` [N, G, D] of files that are not here.

    ``content`` is a digest of the images' names and bytes, or of their features.
    """

    table: Path
    folder: Path
    names: tuple[str, ...]
    captions: tuple[tuple[str, ...], ...]
    content: str
    features: Features | None = field(default=None, compare=False)
    notes: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    """Where the features stand in their file."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The images' files."""
        return tuple(self.folder / name for name in self.names)

    @property
    def cache(self) -> Path:
        """The folder for arrays made of the images."""
        return self.table.parent / FOLDER

    @property
    def digest(self) -> str:
        """SHA-256 over names, captions, and the contents of the files or the features."""
        each = (name for name, texts in zip(self.names, self.captions, strict=True) for name in (name, *texts, ""))
        return digest_of([self.content.encode(), *map(as_bytes, each)])

    def key(self, kind: str, size: int) -> str:
        """Return the key of an array made of all images: of a ``kind``, from so many pixels a side."""
        return f"{kind}-{size}-{self.content[:32]}"

    def describe(self) -> dict[str, object]:
        """Return what a model's record says of its images and captions."""
        return {
            "names": list(self.names[:20]),
            "images": len(self.names),
            "captions": sum(map(len, self.captions)),
            "digest": self.digest,
        }


def read_captions(
    path: str | Path,
    images: str | Path | None = None,
    columns: Columns = (None, None),
    options: ReadOptions | None = None,
) -> Captions:
    """Return the images and captions of a table; raises ``InputError`` if there are none.

    A row holds an image's file and one caption; several rows of one image are several captions. Where the first line
    has no names of columns, the first column is the file and the second the caption. ``images`` is the folder of the
    files, by default the table's, or an .npz file of ``features`` [N, D] or [N, G, D], whose rows belong to its
    ``names`` [N], or to the images as they come in the table. Images that are missing or damaged are left out.
    """
    table, options = Path(path), options or ReadOptions()
    found, rows = read_table(table, columns, options)
    if images is not None and Path(images).suffix.lower() == ".npz":
        return noting(with_features(table, found, Path(images)), rows)
    folder = table.parent if images is None else Path(images)
    if not is_folder(folder):
        raise InputError(f"{folder} is no folder; give the folder of the images, or an .npz file of their features")
    if images is None:
        folder = folder_of(found, folder)
    found = with_names_of_files(found, folder)
    refuse_outside(table, found, folder, options.images_anywhere)
    return noting(with_files(table, found, folder), rows)


def noting(captions: Captions, rows: Table) -> Captions:
    """Return captions with what is to be known of the rows that they come from."""
    return replace(captions, notes=(*rows.notes(), *captions.notes), info=rows.info)


def folder_of(found: Found, beside: Path) -> Path:
    """Return the folder in which the images lie: where the table does, or else a folder there that has them."""
    names = [name for name in list(found)[:MAX_NAMED] if "://" not in name and not name.isdecimal()]
    if not names or any(is_file(beside / name) for name in names):
        return beside
    folders = (each for each in sorted(beside.iterdir()) if each.is_dir() and not each.name.startswith("."))
    return next((each for each in islice(folders, MAX_FOLDERS) if any(is_file(each / n) for n in names)), beside)


def with_names_of_files(found: Found, folder: Path) -> Found:
    """Return the same with the names of files in place of the numbers of images, as COCO has them (``image_id``)."""
    if not any(name.isdecimal() for name in found):
        return found
    files = {int(n[1]): each.name for each in sorted(folder.iterdir()) if (n := LAST_NUMBER.search(each.name))}
    named: Found = {}
    for name, texts in found.items():
        known = files.get(int(name)) if name.isdecimal() and len(name) < 20 and not is_file(folder / name) else None
        named.setdefault(known or name, []).extend(texts)
    return named


def refuse_outside(table: Path, names: Iterable[str], folder: Path, anywhere: bool) -> None:
    """Raise ``InputError`` for an image that is not in the folder, unless it may be anywhere; and for an address.

    Who makes a table could else have any image of the user's read, and shown in a page.
    """
    names = list(names)
    for name in names:
        if "://" in name:
            raise InputError(f"{table} names {name[:80]!r}, and nothing is fetched; give files of images")
    outside = [name for name in names if leads_out(folder / name, os.path.realpath(folder))]
    if outside and not anywhere:
        more = f" and {len(outside) - 1:,} more images" if len(outside) > 1 else ""
        raise InputError(
            f"{table} names {outside[0][:80]!r}{more} outside the folder {folder}; give the folder of the images, or "
            "--images-anywhere if you trust the table"
        )


def leads_out(path: Path, folder: str) -> bool:
    """Tell whether a path, all links followed, lies elsewhere than in a folder, which is without links."""
    try:
        return not os.path.realpath(path).startswith(folder.rstrip(os.sep) + os.sep)
    except (OSError, ValueError):  # what is no path leads nowhere
        return False


def load_pixels(captions: Captions, size: int) -> Picture:
    """Return all images as ``size`` by ``size`` pixels [N, size, size, 3], kept in the cache."""

    def compute() -> Picture:
        return np.stack([read_image(path, size) for path in captions.paths])

    shape = (len(captions.names), size, size, 3)
    return cached(captions.key("pixels", size), captions.cache, compute, np.uint8, shape)


def read_table(path: Path, columns: Columns, options: ReadOptions) -> tuple[Found, Table]:
    """Return the captions of each image, and the rows that they come from; no caption counts as none."""
    table = open_captions(path, columns, options)
    image, caption = image_and_caption(table, *columns)
    found: Found = {}
    for number, cells in table.rows():
        name, said = cells.get(image, ""), cells.get(caption, "")
        file = NUMBERED.sub("", (name if isinstance(name, str) else "".join(name[:1])).strip())
        texts = [" ".join(each.split()) for each in ([said] if isinstance(said, str) else said) if each.strip()]
        if not file or not texts:
            table.issues.lacks("an image" if not file else "a caption", number)
        if file:
            found.setdefault(file, []).extend(texts)
    if not any(found.values()):
        raise InputError(f"{path} has no captions in its column {caption!r}; give an image and a caption in each row")
    return found, table


def open_captions(path: Path, columns: Columns, options: ReadOptions) -> Table:
    """Return the table of images and captions in a file; raises ``InputError`` for what is none."""
    contents = read_contents(path, options)
    rows = caption_rows(contents.text, str(path))
    if rows is not None:
        return rows_in_table(rows, str(path), "caption")
    try:
        return contents.table([*columns] if contents.is_table or any(columns) else ["image"])
    except InputError as error:
        raise InputError(
            f"{path} is no table of captions; give a {KINDS} file with an image and a caption in each row ({error})"
        ) from None


def images_in(path: Path, options: ReadOptions) -> tuple[list[str], tuple[str, ...]]:
    """Return the paths of the images that a table names, which need no captions, and notes."""
    table = open_captions(path, (options.source_column, None), options)
    image = image_column(table, options.source_column)
    names = [NUMBERED.sub("", joined(cells.get(image, "")).strip()) for _, cells in table.rows()]
    found: Found = {name: [] for name in names if name}
    folder = folder_of(found, path.parent)
    files = {name: next(iter(with_names_of_files({name: []}, folder))) for name in found}
    refuse_outside(path, files.values(), folder, options.images_anywhere)
    return [str(folder / files[name]) if name else "" for name in names], (*table.info, *table.notes())


def with_files(table: Path, found: Found, folder: Path) -> Captions:
    """Return the captions of all images whose files can be read."""
    contents = {name: content_of(folder / name) for name, texts in found.items() if texts}
    there = [name for name, content in contents.items() if content]
    key = f"readable-{digest_of(contents[name].encode() for name in there)[:32]}"

    def compute() -> NDArray[np.bool_]:
        return np.array([is_readable(folder / name) for name in there], np.bool_)

    readable = cached(key, table.parent / FOLDER, compute, np.bool_, (len(there),))
    names = tuple(name for name, good in zip(there, readable, strict=True) if good)
    if not names:
        read_first(table, folder / next(iter(contents)))
    content = digest_of(part for name in names for part in (as_bytes(name), contents[name].encode()))
    notes = left_out(contents.keys() - set(names), "are missing or damaged")
    return Captions(table, folder, names, tuple(tuple(found[name]) for name in names), content, None, notes)


def read_first(table: Path, path: Path) -> None:
    """Say why no image can be read by what is wrong with the first."""
    try:
        read_image(path, 1)
    except InputError as error:
        raise InputError(f"none of the images that {table} names can be read: {error}") from None
    raise AssertionError("an image that cannot be read was read")


def content_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, or nothing if it cannot be read."""
    try:
        return hashlib.sha256(read_bytes(path, "give an image", MAX_BYTES, pipes=False)).hexdigest()
    except InputError:
        return ""


def is_readable(path: Path) -> bool:
    """Tell whether a file is an image, to its last pixel."""
    try:
        return read_image(path, 1).size > 0
    except InputError:
        return False


def with_features(table: Path, found: Found, path: Path) -> Captions:
    """Return the captions of all images that have features."""
    features, known = read_features(path)
    if known is None and len(found) != len(features):
        raise InputError(
            f"{path} has features of {len(features):,} images and {table} names {len(found):,}; give as many, or add "
            "an array names that tells whose they are"
        )
    places = {name: place for place, name in enumerate(found if known is None else known)}
    names = tuple(name for name, texts in found.items() if texts and name in places)
    if not names:
        raise InputError(f"{path} has no features of the images that {table} names (like {next(iter(found))})")
    kept = tuple(places[name] for name in names)
    chosen = np.ascontiguousarray(features[list(kept)])
    content = digest_of([*map(as_bytes, names), str(chosen.shape).encode(), chosen.data.cast("B")])
    notes = left_out({name for name, texts in found.items() if texts} - set(names), "have no features")
    return Captions(
        table, path.parent, names, tuple(tuple(found[name]) for name in names), content, chosen, notes, rows=kept
    )


def left_out(names: Iterable[str], why: str) -> tuple[str, ...]:
    """Return a note of images that are left out, if any are."""
    missed = sorted(names)
    if not missed:
        return ()
    more = f" and {len(missed) - MAX_NAMED:,} more" if len(missed) > MAX_NAMED else ""
    return (f"left out: {len(missed):,} images that {why}: {', '.join(missed[:MAX_NAMED])}{more}",)


def digest_of(parts: Iterable[bytes | memoryview]) -> str:
    """SHA-256 over parts, each preceded by its length."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "little"))
        total.update(part)
    return total.hexdigest()


def as_bytes(text: str) -> bytes:
    """Return a text in UTF-8, whatever stands in it."""
    return text.encode("utf-8", "surrogatepass")
