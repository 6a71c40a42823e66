"""What of the texts that are measured on stands in the corpus of the base: the longest spans, whatever their form.

``python bases/english/overlap.py`` compares letters and digits alone, so that neither wrapping nor quotation marks nor
capitals hide anything, and writes ``overlap.md``. It needs ``UNROLLED_DATA`` and ``unrolled[novelty]``.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from books import Book, data_folder, leave, read_books, to_train_on

from unrolled.analysis.copied_spans import Span, copied_spans
from unrolled.analysis.novelty import Novelty
from unrolled.formats.gutenberg import strip_gutenberg

MEASURED = {
    "Alice": "open/gutenberg_alice/11.txt",
    "Sherlock": "open/gutenberg_sherlock/1661.txt",
    "War and Peace": "open/gutenberg_war_and_peace/2600.txt",
    "Nietzsche": "open/nietzsche/nietzsche.txt",
    "tinyshakespeare": "open/tinyshakespeare/input.txt",
    "WikiText-2 valid": "open/wikitext2_valid_test/valid.txt",
    "AG News": "measure/agnews_test/dev.csv",
    "TREC": "measure/trec_qc/train_5500.label",
}
LONG = 60
"""Characters, letters and digits in words, from which on a span is more than a phrase that many have written."""
SHOWN = 70


def plain(text: str) -> str:
    """Return a text's letters and digits in small letters, words parted by single spaces."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def row_of(name: str, spans: list[Span], books: list[Book]) -> list[str]:
    """Return what the table says of a measured text."""
    longest = max(spans, key=lambda each: each.length)
    long = tuple(span for span in spans if span.length >= LONG)
    found = Novelty((longest.sample,), LONG, long, longest, None)
    book = books[longest.place.document]
    shown = longest.text.strip()
    quoted = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]} …"
    return [
        name,
        f"{len(longest.sample):,}",
        f"{longest.length}",
        f"{100 * found.copied:.2f} %",
        f"“{quoted}” ({book.author}, *{book.title}*)",
    ]


def main() -> None:
    """Compare all, write the table."""
    folder, books = data_folder(), to_train_on(read_books())
    paths = {name: folder / place for name, place in MEASURED.items()}
    missing = [str(path) for path in paths.values() if not path.is_file()]
    if missing:
        leave(f"{', '.join(missing)}: not here; set UNROLLED_DATA to the folder of all data")
    texts = [plain(strip_gutenberg(path.read_text(encoding="utf-8-sig", errors="replace"))) for path in paths.values()]
    spans = copied_spans(texts, [plain(book.text) for book in books])
    rows = [
        row_of(name, [span for span in spans if span.number == number], books) for number, name in enumerate(MEASURED)
    ]
    head = ["text", "characters", "longest span", f"in spans of {LONG} or more", "the longest"]
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---", *["---:"] * 3, "---"], *rows]]
    about = (__doc__ or "").partition("\n\n")[0]
    made = f"{dt.date.today()}, `python bases/english/overlap.py`; {len(books)} books."
    (Path(__file__).parent / "overlap.md").write_text("\n".join(["# Overlap", "", about, "", made, "", *lines, ""]))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
