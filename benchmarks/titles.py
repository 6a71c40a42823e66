"""Titles that end by themselves: the title column of AG News, a headline a document.

How long titles are, written and real, and how many end before their longest; samples after "Today" at the lesson's
temperatures.
"""

from __future__ import annotations

import csv
import statistics
import tempfile
from pathlib import Path

import common

import unrolled

SOURCE = "measure/agnews_test/dev.csv"
TEMPERATURES = (0.3, 0.8, 1.0, 1.3, 1.8)
COUNT, LONGEST = 300, 200
PROMPT = "Today "


def main() -> None:
    """Train once, write at every temperature, report."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="of training [default: %(default)s]")
    options = parser.parse_args()
    about, source = common.circumstances(), common.find_data(SOURCE)
    with source.open(encoding="utf-8", newline="") as file:
        titles = [row[1] for row in csv.reader(file)]
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "news.csv"
        table.write_bytes(source.read_bytes())
        model = unrolled.train(table, text_column="2", minutes=options.minutes, threads=options.threads)
    rows, samples = [], []
    known = set(titles)
    for temperature in TEMPERATURES:
        written = model.generate_many(count=COUNT, temperature=temperature, length=LONGEST, seed=1)
        sizes = [len(text) for text in written]
        ended = sum(size < LONGEST for size in sizes) / COUNT
        copied = sum(text in known for text in written) / COUNT
        rows.append([f"{temperature:g}", f"{statistics.mean(sizes):.1f}", f"{ended:.1%}", f"{copied:.1%}"])
        after = model.generate_many(PROMPT, count=3, temperature=temperature, length=LONGEST, seed=2)
        samples += [f"- {temperature:g}: {PROMPT}{text}" for text in after]
    real = statistics.mean(map(len, titles))
    best = model.record["best"]["bits_per_char"]
    facts = f"{len(titles):,} titles of {real:.1f} characters; held out {best:.3f} bits/char. {model.record['recipe']}"
    common.append_entry(options.results, "titles", {"rows": rows, "samples": samples, "facts": facts, **about})
    header = ["temperature", "characters", "end by themselves", "copies of a title"]
    parts = ["# Titles", common.describe(about), facts, common.table(header, rows), "\n".join(samples)]
    common.write_report(options.results, "titles", *parts)


if __name__ == "__main__":
    main()
