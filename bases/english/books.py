"""The corpus of the base: English books, those that are left out of the training, and texts written from both."""

from __future__ import annotations

import csv
import hashlib
import lzma
import os
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from forms import Form

HERE = Path(__file__).parent
TEXT, TABLE = "base/english_books.txt.xz", "base/english_books.tsv"
DIGEST = "e0edb3fae7591084904dd0e5c04806f2fbb20797476b08c29286315f44a866cd"
"""SHA-256 of the text that the base is trained on; ``UNROLLED_BASE_DIGEST`` allows another corpus."""
APART = "\n\n\n"
LEFT_OUT = HERE / "left_out.tsv"
TUNING, TRANSLATION = "tuning", "translation"
"""Why a book is left out: to choose by it, or because it was not written in English after all."""
EXCERPT = 25_000
"""Characters of each tuning book that the training is judged by, from ``EXCERPT_FROM`` of it on."""
EXCERPT_FROM = 0.4


@dataclass(frozen=True)
class Book:
    """A book of the corpus, its paragraphs in single lines."""

    author: str
    title: str
    year: int
    text: str

    @property
    def excerpt(self) -> str:
        """A part from the middle, from the beginning of a paragraph on."""
        begin = self.text.find("\n\n", int(EXCERPT_FROM * len(self.text))) + 2
        return self.text[begin : begin + EXCERPT]


def leave(message: str) -> NoReturn:
    """End with a sentence and status 2."""
    print(message, file=sys.stderr)
    raise SystemExit(2)


def data_folder() -> Path:
    """Return the folder that ``UNROLLED_DATA`` names; ends with status 2 where the corpus is not in it."""
    folder = os.environ.get("UNROLLED_DATA")
    if not folder or not (Path(folder) / TEXT).is_file():
        leave(f"the books are not here; set UNROLLED_DATA to the folder that holds {TEXT}")
    return Path(folder)


def read_books() -> list[Book]:
    """Return all books of the corpus in its order; ends with status 2 where it is another corpus."""
    folder, digest = data_folder(), os.environ.get("UNROLLED_BASE_DIGEST", DIGEST)
    text = lzma.decompress((folder / TEXT).read_bytes())
    if hashlib.sha256(text).hexdigest() != digest:
        leave(f"{folder / TEXT} is not the corpus that the base is trained on: it has another digest")
    with (folder / TABLE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    parts = text.decode("utf-8").strip("\n").split(APART)
    if len(parts) != len(rows):
        leave(f"{folder / TEXT} has {len(parts)} books and {TABLE} {len(rows)}; take both from one place")
    return [Book(row["author"], row["title"], int(row["year"]), part) for row, part in zip(rows, parts, strict=True)]


def left_out(why: str | None = None) -> set[tuple[str, str]]:
    """Return author and title of the books that are not trained on, all or those for one reason."""
    with LEFT_OUT.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {(row["author"], row["title"]) for row in rows if why in (None, row["why"])}


def to_train_on(books: list[Book]) -> list[Book]:
    """Return the books of the training."""
    apart = left_out()
    return [book for book in books if (book.author, book.title) not in apart]


def to_tune_on(books: list[Book]) -> list[Book]:
    """Return the books by which it is chosen how to train; no final figure is taken of them."""
    apart = left_out(TUNING)
    return [book for book in books if (book.author, book.title) in apart]


def training_text(books: list[Book], seed: int) -> str:
    """Return books in an order and in forms by chance."""
    rng = random.Random(f"{seed} order")
    order = rng.sample(range(len(books)), len(books))
    forms = [Form.by_chance(f"{seed} {number}") for number in range(len(books))]
    return APART.join(forms[number].applied(books[number].text) for number in order) + "\n"


def tuning_text(books: list[Book]) -> str:
    """Return excerpts of books, the same ones always, in forms by chance."""
    forms = [Form.by_chance(f"tuning {number}") for number in range(len(books))]
    return APART.join(form.applied(book.excerpt) for form, book in zip(forms, books, strict=True)) + "\n"
