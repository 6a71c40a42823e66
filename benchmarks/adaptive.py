"""Bits per character, static and adaptive: what a memory of the text so far saves on the held-out tenth of books.

A network learns each text by the command line, which holds the last tenth out; that tenth is scored streamed, as it is
and with ``--adaptive``, by the same network. Adaptive figures are not to be compared with static ones elsewhere.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import common
from ours import read_book, train

TEXTS = {
    "Alice": "open/gutenberg_alice/11-0.txt",
    "Sherlock Holmes": "open/gutenberg_sherlock/1661.txt",
    "Nietzsche": "open/nietzsche/nietzsche.txt",
    "War and Peace": "open/gutenberg_war_and_peace/2600.txt",
    "tinyshakespeare": "open/tinyshakespeare/input.txt",
}
MOST = 100_000  # characters scored: the last tenth of a long book takes long


def compare(name: str, path: Path, minutes: float, threads: int) -> list[str]:
    """One line of the table."""
    text = read_book(path)
    held_out = text[len(text) * 9 // 10 :][:MOST]
    model = train(text, minutes, threads, flags=["--quiet"])
    static = model.score(held_out).bits_per_char
    begin = time.perf_counter()
    adaptive = model.score(held_out, adaptive=True).bits_per_char
    speed = len(held_out) / (time.perf_counter() - begin)
    saved = 100 * (static - adaptive) / static
    line = [name, f"{len(held_out):,}", f"{static:.4f}", f"{adaptive:.4f}", f"{saved:.2f}", f"{speed:,.0f}"]
    print(*line, sep="  ", flush=True)
    return line


def main() -> None:
    """Measure, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of training, each [default: %(default)s]")
    options = parser.parse_args()
    about = common.circumstances()
    places = {name: common.find_data(place) for name, place in TEXTS.items()}
    lines = [compare(name, place, options.minutes, options.threads) for name, place in places.items()]
    header = ["text", "characters scored", "static", "adaptive", "% saved", "chars/s adaptive"]
    median = statistics.median(float(line[4]) for line in lines)
    note = f"Bits per character after {options.minutes:g} minutes of training. Median saved: {median:.2f} %."
    how = " ".join(str(__doc__).split("\n\n", 1)[1].split())
    parts = ["# Adaptive scoring", how, common.describe(about), common.table(header, lines), note]
    common.write_report(options.results, "adaptive", *parts)


if __name__ == "__main__":
    main()
