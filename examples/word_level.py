"""The lab: from characters to words. Trains a network of each on a book for the same minutes, and says what changed.

    python examples/word_level.py [BOOK] [--minutes 2]

Without a book it takes the text that every Python brings: the manual's topics.
"""

from __future__ import annotations

import argparse
import pydoc_data.topics
import re
from pathlib import Path

import unrolled
from unrolled import Model

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
RUN = 5  # words in a row, to see what was copied
WRITTEN = 20_000  # characters
LEGEND = f"""
The last tenth was held out. ppl/word: perplexity a word. Of {WRITTEN:,} characters that each wrote, inv./1000: words in
a thousand that do not stand in the book; own runs: runs of {RUN} words that do not."""


def read_book(path: str | None) -> str:
    """The text of a file, without Project Gutenberg's licence; or Python's own manual."""
    if path is None:
        return "\n\n".join(pydoc_data.topics.topics.values())
    from unrolled.config import ReadOptions
    from unrolled.formats.contents import read_contents

    return read_contents(Path(path), ReadOptions(strip_gutenberg=True)).text


def write(model: Model, characters: int) -> str:
    """So many characters, or a few more, at the model's own temperature."""
    text = ""
    for seed in range(1, 1000):
        text += model.generate("\n", length=2000, temperature=1.0, seed=seed)
        if len(text) >= characters:
            break
    return text


def runs(words: list[str]) -> set[tuple[str, ...]]:
    """All runs of words."""
    return set(zip(*(words[n:] for n in range(RUN)), strict=False))


def report(name: str, model: Model, book: str) -> None:
    """One network in a line."""
    held_out = book[int(0.9 * len(book)) :]
    scored, written = model.score(held_out), WORD.findall(write(model, WRITTEN))
    known = WORD.findall(book)
    invented = sum(word not in set(known) for word in written)
    own = written and runs(written) - runs(known)
    per_word = f"{scored.perplexity_per_word:8.0f}" if scored.perplexity_per_word else "       –"
    print(
        f"{name:10} {scored.bits_per_char:9.3f} {per_word} {1000 * invented / max(1, len(written)):10.1f} "
        f"{len(own) / max(1, len(runs(written))):8.0%}"
    )


def main() -> None:
    """Train both, compare them, and let both write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", nargs="?", help="a text file")
    parser.add_argument("--minutes", type=float, default=2.0, help="for each network [default: %(default)s]")
    options = parser.parse_args()
    book = read_book(options.book)
    print(f"{len(book):,} characters, two networks, {options.minutes:g} minutes each …", flush=True)
    models = {unit: unrolled.train([book], unit=unit, minutes=options.minutes) for unit in ("char", "word")}
    print(f"\n{'unit':10} bits/char  ppl/word  inv./1000  own runs")
    for name, model in models.items():
        report(name, model, book)
    print(LEGEND)
    for name, model in models.items():
        print(f"\n[{name}] {model.generate(length=400 if name == 'char' else 90, temperature=0.8, seed=1).strip()}")


if __name__ == "__main__":
    main()
