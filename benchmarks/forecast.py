"""What the recipe's forecast rests on: runs over texts that no other figure is measured on, and a line through them.

Each run is ``unrolled train TEXT --minutes M`` and nothing else, alone on the machine and beside two processes that
compute all the time. The line gives the logarithm of the ratio between the network's bits and a Markov chain's, with
the least absolute deviations: lists and tunes lie far below all others. Its coefficients stand in
``training/forecast.py``, and how far runs are off, each text left out in turn, makes the interval.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import common
import numpy as np
from common import Entry
from minutes import neighbours
from ours import read_book, train, units_seen

from unrolled.config import ModelOptions, TrainOptions
from unrolled.datasets.text import split_corpus
from unrolled.formats.corpus import Corpus
from unrolled.training.corpus_stats import CorpusStats, measure_corpus
from unrolled.training.forecast import SPREAD, features

ROUNDS = 200  # of weighing anew
LEAST = 12  # runs that a line goes through
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
    """One run: ``size`` characters of a text from ``start`` on, and what computes beside it."""

    text: str
    start: int
    size: int
    minutes: float
    neighbours: str = "none"


ALONE = [
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


PLAN = [replace(job, neighbours=beside) for beside in ("none", "two") for job in ALONE]


def run(job: Job, texts: Mapping[str, str], threads: int) -> Entry:
    """Train as a user would; both forecasts beside what came out, all in bits per character."""
    text = read_book(common.find_data(texts[job.text]))[job.start : job.start + job.size]
    stats = known(text)
    with neighbours(job):
        record = train(text, job.minutes, threads, flags=["--quiet"]).record
    first, last = re.search(r"Expect ([\d.]+) to ([\d.]+) bits/char", record["recipe"]), record["forecast"]
    assert first and record["best"] and stats.chain, "a text of the plan is long enough"
    return {
        **asdict(job),
        "length": stats.length,
        "chain": stats.chain,
        "seen": units_seen(record),
        "bits": record["best"]["bits_per_char"],
        "first": [float(each) for each in first.groups()],
        "last": [last["low"], last["high"]],
        "share": record["steps"] / record["plans"][0][1],
        "ended_by": record["ended_by"],
        "threads": threads,
    }


def known(text: str) -> CorpusStats:
    """What is known of a text before the first step."""
    corpus = Corpus((text,), ("text",), ("utf-8",), ("lf",))
    return measure_corpus(split_corpus(corpus, ModelOptions(unit="char"), TrainOptions()))


def line_through(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The coefficients with the least absolute deviations, by least squares that are weighed anew."""
    line = np.linalg.lstsq(x, y, rcond=None)[0]
    for _ in range(ROUNDS):
        root = np.maximum(1e-3, np.abs(y - x @ line)) ** -0.5
        line = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
    return line


def fit(entries: list[Entry]) -> tuple[np.ndarray, np.ndarray]:
    """The line's coefficients, and what each run is off by, its text left out."""
    x = np.array([features(entry["length"], entry["seen"]) for entry in entries])
    y = np.array([math.log(entry["bits"] / entry["chain"]) for entry in entries])
    texts = np.array([entry["text"] if entry["text"] != "war and peace" else str(entry["start"]) for entry in entries])
    off = np.empty(len(y))
    for text in set(texts):
        off[texts == text] = (y - x @ line_through(x[texts != text], y[texts != text]))[texts == text]
    return line_through(x, y), off


def report(folder: Path, entries: list[Entry]) -> None:
    """All runs in a table, and the line through them."""
    header = ["text", "characters", "minutes", "beside it", "seen", "chain", "network", "ratio", "off"]
    line, off = fit(entries) if len(entries) > LEAST else (np.full(1, np.nan), np.full(len(entries), np.nan))
    rows = [
        [
            e["text"],
            f"{e['size']:,}",
            f"{e['minutes']:g}",
            e["neighbours"],
            f"{e['seen']:,}",
            f"{e['chain']:.3f}",
            f"{e['bits']:.3f}",
            f"{e['bits'] / e['chain']:.3f}",
            f"{error:+.3f}",
        ]
        for e, error in zip(entries, off, strict=True)
    ]
    within = {
        beside: np.mean([abs(o) <= SPREAD for e, o in zip(entries, off, strict=True) if e["neighbours"] == beside])
        for beside in {e["neighbours"]: 0 for e in entries}
    }
    spread = f"Line: {', '.join(f'{each:.4f}' for each in line)}. Within {SPREAD}, texts left out: " + "; ".join(
        f"{share:.0%} beside {beside}" for beside, share in within.items()
    )
    note = "Bits per character; *off*: the logarithm of the ratio beyond the line through the other texts."
    title = f"# What forecasts rest on, {entries[-1]['threads']} threads"
    how = " ".join(str(__doc__).split())
    parts = [title, how, common.describe(entries[-1]), common.table(header, rows), f"{spread}.", note]
    common.write_report(folder, "forecast", *parts)


def left(plan: Sequence[Job], entries: list[Entry]) -> list[Job]:
    """The runs of a plan that have no entry yet."""
    done = [tuple(entry[name] for name in Job.__annotations__) for entry in entries]
    return [job for job in plan if tuple(asdict(job).values()) not in done]


def main() -> None:
    """Make the runs that the results lack."""
    options: Any = common.parser(__doc__).parse_args()
    for job in left(PLAN, common.load_entries(options.results, "forecast")):
        print(job, flush=True)
        entry = {**run(job, TEXTS, options.threads), **common.circumstances()}
        report(options.results, common.append_entry(options.results, "forecast", entry))


if __name__ == "__main__":
    main()
