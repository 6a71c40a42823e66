"""What the recipe's forecast rests on: runs over texts that no other figure is measured on, and a line through them.

Each run is ``unrolled train TEXT --minutes M`` and nothing else. The line gives the logarithm of the ratio between the
network's bits and a Markov chain's; its coefficients stand in ``training/forecast.py``, and its spread, each text left
out in turn, makes the interval.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import common
import numpy as np
from common import Entry
from ours import read_book, train, units_seen

from unrolled.config import ModelOptions, TrainOptions
from unrolled.datasets.text import split_corpus
from unrolled.formats.corpus import Corpus
from unrolled.training.corpus_stats import measure_corpus
from unrolled.training.forecast import features

TEXTS = {
    "war and peace": "open/gutenberg_war_and_peace/2600.txt",
    "sherlock": "open/gutenberg_sherlock/1661.txt",
    "wikitext": "open/wikitext2_valid_test/valid.txt",
    "burmese lemmas": "open/my_wikipedia/mywiktionary_20160920_my_lemmas.txt",
    "names": "open/names_makemore/names.txt",
    "jigs": "open/abc_nottingham/ABC_cleaned/jigs.abc",
    "russian": "open/unicode_multiscript_texts/russian.txt",
    "arabic": "open/unicode_multiscript_texts/arabic.txt",
}


@dataclass(frozen=True)
class Job:
    """One run: ``size`` characters of a text from ``start`` on."""

    text: str
    start: int
    size: int
    minutes: float


PLAN = [
    Job("war and peace", 100_000, 2_500, 0.34),
    Job("war and peace", 200_000, 20_000, 0.34),
    Job("war and peace", 300_000, 100_000, 0.5),
    Job("war and peace", 500_000, 100_000, 1.0),
    Job("war and peace", 700_000, 1_000_000, 0.34),
    Job("war and peace", 700_000, 1_000_000, 1.5),
    Job("war and peace", 1_000_000, 2_000_000, 1.0),
    Job("sherlock", 0, 500_000, 0.5),
    Job("sherlock", 0, 300_000, 1.0),
    Job("sherlock", 300_000, 30_000, 1.0),
    Job("wikitext", 0, 1_000_000, 1.0),
    Job("burmese lemmas", 0, 260_000, 1.0),
    Job("names", 0, 230_000, 0.5),
    Job("jigs", 0, 130_000, 0.5),
    Job("russian", 0, 30_000, 0.34),
    Job("arabic", 0, 30_000, 0.5),
]


def run(job: Job, threads: int) -> Entry:
    """Train as a user would; what came out beside what was known before."""
    text = read_book(common.find_data(TEXTS[job.text]))[job.start : job.start + job.size]
    record = train(text, job.minutes, threads, flags=["--quiet"]).record
    known = measure_corpus(
        split_corpus(Corpus((text,), ("text",), ("utf-8",), ("lf",)), ModelOptions(unit="char"), TrainOptions())
    )
    assert record["best"] and known.chain, "a text of the plan is long enough"
    told: Entry = {"seen": units_seen(record), "bits": record["best"]["bits_per_char"], "forecast": record["forecast"]}
    return {**asdict(job), **asdict(known), **told, "recipe": record["recipe"], "threads": threads}


def fit(entries: list[Entry]) -> tuple[np.ndarray, np.ndarray]:
    """The line's coefficients, and what each run is off by, its text left out."""
    x = np.array([features(entry["units"], entry["seen"]) for entry in entries])
    y = np.array([math.log(entry["bits"] / entry["chain"]) for entry in entries])
    texts = np.array([entry["text"] if entry["text"] != "war and peace" else str(entry["start"]) for entry in entries])
    off = np.empty(len(y))
    for text in set(texts):
        rest = texts != text
        line = np.linalg.lstsq(x[rest], y[rest], rcond=None)[0]
        off[~rest] = y[~rest] - x[~rest] @ line
    return np.linalg.lstsq(x, y, rcond=None)[0], off


def report(folder: Path, entries: list[Entry]) -> None:
    """All runs in a table, and the line through them."""
    header = ["text", "characters", "minutes", "seen", "chain", "network", "ratio", "off"]
    line, off = fit(entries) if len(entries) > 6 else (np.full(1, np.nan), np.full(len(entries), np.nan))
    rows = [
        [
            e["text"],
            f"{e['size']:,}",
            f"{e['minutes']:g}",
            f"{e['seen']:,}",
            f"{e['chain']:.3f}",
            f"{e['bits']:.3f}",
            f"{e['bits'] / e['chain']:.3f}",
            f"{error:+.3f}",
        ]
        for e, error in zip(entries, off, strict=True)
    ]
    spread = f"Line: {', '.join(f'{each:.4f}' for each in line)}. Standard deviation, texts left out: {off.std():.4f}."
    note = "Bits per character; *off*: the logarithm of the ratio beyond the line through the other texts."
    title = f"# What forecasts rest on, {entries[-1]['threads']} threads"
    recipes = "\n".join(f"- {e['text']}, {e['size']:,}, {e['minutes']:g} min: {e['recipe']}" for e in entries)
    parts = [title, common.describe(entries[-1]), common.table(header, rows), spread, note, recipes]
    common.write_report(folder, "forecast", *parts)


def main() -> None:
    """Make the runs that the results lack."""
    options: Any = common.parser(__doc__).parse_args()
    done = {(e["text"], e["start"], e["size"], e["minutes"]) for e in common.load_entries(options.results, "forecast")}
    for job in PLAN:
        if (job.text, job.start, job.size, job.minutes) in done:
            continue
        print(job, flush=True)
        entry = {**run(job, options.threads), **common.circumstances()}
        report(options.results, common.append_entry(options.results, "forecast", entry))


if __name__ == "__main__":
    main()
