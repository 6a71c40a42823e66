"""Beginning with the base model and from scratch: bits per character of the last tenth after the same minutes.

Both are ``unrolled train TEXT --start … --minutes …`` with nothing else set, in turn. The last tenth is given to
neither and scored streamed; after 0 minutes it is the base alone. Beside them the chain that ``unrolled train --model
markov`` counts. The slices are 20,000 characters of *War and Peace*, each judged by the 200,000 behind it. What the
base has read is in ``bases/english``; nothing of these texts' authors.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any

import common
from common import Entry
from ours import read_book, train

import unrolled

TEXTS = {
    "Alice": "open/gutenberg_alice/11.txt",
    "Sherlock": "open/gutenberg_sherlock/1661.txt",
    "Nietzsche": "open/nietzsche/nietzsche.txt",
    "tinyshakespeare": "open/tinyshakespeare/input.txt",
    "WikiText-2 valid": "open/wikitext2_valid_test/valid.txt",
}
NOVEL = "open/gutenberg_war_and_peace/2600.txt"
SLICES, SLICE, JUDGED = 10, 20_000, 200_000
APART = 250_000
"""Characters from the beginning of one slice to that of the next."""


@dataclass(frozen=True)
class Part:
    """What is learnt, and what it is judged by."""

    name: str
    learnt: str
    judged: str


def parts(names: list[str]) -> list[Part]:
    """The texts cut at nine tenths, and the slices."""
    found = []
    for name in names:
        if name == "slices":
            novel = read_book(common.find_data(NOVEL))
            for number in range(SLICES):
                begin = number * APART
                end = begin + SLICE
                found.append(Part(f"slice {number}", novel[begin:end], novel[end : end + JUDGED]))
            continue
        text = read_book(common.find_data(TEXTS[name]))
        cut = len(text) * 9 // 10
        found.append(Part(name, text[:cut], text[cut:]))
    return found


def bits(part: Part, start: str, minutes: float, options: Any, seed: int) -> float:
    """The bits per character after some minutes from a start; after none, those of the start itself."""
    if not minutes:
        return unrolled.load(start).score(part.judged).bits_per_char
    if start == "markov":
        model = unrolled.train(text=part.learnt, model="markov")
    else:
        model = train(part.learnt, minutes, options.threads, seed, ["--start", start, "--quiet"])
    return model.score(part.judged).bits_per_char


def report(options: Any, about: Entry, entries: list[Entry]) -> None:
    """A row a text, a column a start and its minutes: the mean over seeds."""
    columns = list(dict.fromkeys((each["start"], each["minutes"]) for each in entries))
    rows = []
    for name in dict.fromkeys(each["text"] for each in entries):
        cells = []
        for column in columns:
            found = [
                each["bits"] for each in entries if (each["text"], each["start"], each["minutes"]) == (name, *column)
            ]
            cells.append(f"{statistics.mean(found):.4f}" if found else "–")
        rows.append([name, *cells])
    header = ["text", *(start if start == "markov" else f"{start}, {minutes:g} min" for start, minutes in columns)]
    common.write_report(
        options.results,
        "base",
        "# The base model, and from scratch",
        __doc__ or "",
        common.describe(about),
        common.table(header, rows),
    )


def main() -> None:
    """Measure what was not measured yet, report."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, nargs="+", default=[0.0, 0.5, 1.0, 3.0], help="[default: 0 0.5 1 3]")
    parser.add_argument("--texts", nargs="+", default=[*TEXTS, "slices"], help="[default: all, and slices]")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each [default: %(default)s]")
    parser.add_argument("--base", default="english", help="base model [default: %(default)s]")
    options = parser.parse_args()
    about = common.circumstances()
    entries = common.load_entries(options.results, "base")
    for part in parts(options.texts):
        for seed in range(1, options.seeds + 1):
            runs = [(start, minutes) for minutes in options.minutes for start in (options.base, "scratch")]
            for start, minutes in [("markov", 1.0), *runs]:
                once = start == "markov" or not minutes
                key = {"text": part.name, "start": start, "minutes": minutes, "seed": 1 if once else seed}
                done = any(all(each[name] == value for name, value in key.items()) for each in entries)
                if done or (not minutes and start == "scratch"):
                    continue
                entry = {**key, "bits": bits(part, start, minutes, options, seed), "when": about["when"]}
                print(*entry.values(), sep="  ", flush=True)
                entries = common.append_entry(options.results, "base", entry)
    report(options, about, entries)


if __name__ == "__main__":
    main()
