"""Which unit learns a text best in the same minutes, beside Kneser–Ney chains of characters and of words.

Bits per character, word and byte of the last tenth of a text, which nothing was trained on, streamed. Units that spell
(word, syllable, bpe) are scored by their usual cut alone: an upper bound. What is written is checked for clusters that
no reader of Burmese would call well formed. Made in pieces: what was measured before is not measured again.
"""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

import common
import numpy as np
import regex
from chain import choose_order
from common import Entry
from ours import read_book, train

from unrolled import Model
from unrolled.networks.markov import bits_of
from unrolled.text import UNITS
from unrolled.text.vocabulary import BOUNDARY, Vocabulary

TEXTS = {
    "alice": "open/gutenberg_alice/11-0.txt",
    "sherlock": "open/gutenberg_sherlock/1661.txt",
    "wikitext2": "open/wikitext2_valid_test/valid.txt",
    "war-and-peace": "open/gutenberg_war_and_peace/2600.txt",
    "burmese": "open/my_voanews_unicode/train.txt",
}
SPACED = ("char", "word", "bpe", "n-gram char", "n-gram word")
LONG = ("char", "bpe", "n-gram char")
BURMESE = ("char", "grapheme", "syllable", "bpe", "n-gram char")
CLUSTERS = 10_000
LEAST = 3  # times that a word of the chain must occur: 2, as in unrolled, costs it bits
CLUSTER = regex.compile(r"\P{M}(?:\p{M}|(?<=\u1039)\p{L})*|\p{M}+")
"""A letter with all its signs, and what is stacked under it; in UAX #29 some Burmese signs stand alone."""
TORN = regex.compile(r"^[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]")
"""A cluster of UAX #29 that begins with what should extend one."""
ILL_FORMED = regex.compile(
    r"^\p{M}|^[^\p{L}]\p{M}"  # a sign without its letter
    r"|\u1039(?![\u1000-\u1021])"  # a stacker with nothing under it
    r"|\u103a\u103a|[\u102b-\u1032]{3}|\u1031.*\u1031|\u103b.*\u103b|\u103c.*\u103c"  # the same sign twice
)


@dataclass(frozen=True)
class Job:
    """One run: a text, by a unit, for some minutes."""

    text: str
    unit: str
    minutes: float


def plan(minutes: float) -> list[Job]:
    """All runs."""
    units = {"burmese": BURMESE, "war-and-peace": LONG}
    return [Job(text, unit, minutes) for text in TEXTS for unit in units.get(text, SPACED)]


def run_unrolled(job: Job, text: str, cut: int, threads: int) -> Entry:
    """Train by the command line, score the held-out text, look at what is written."""
    model = train(text, job.minutes, threads, flags=["--unit", job.unit])
    scored, record = model.score(text[cut:]), model.record
    learnt = CLUSTER.findall(text if job.text == "burmese" else "")
    real = sum(bool(ILL_FORMED.search(cluster)) for cluster in learnt)
    written, clusters, ill = ill_formed(model) if job.text == "burmese" else ("", 0, 0)
    return {
        "bits_per_char": scored.bits_per_char,
        "bits_per_word": scored.bits_per_word,
        "bits_per_byte": scored.bits_per_byte,
        "vocabulary": len(model.vocabulary),
        "parameters": sum(tensor.size for tensor in model.bundle.tensors.values()),
        "forecast": record["forecast"],
        "note": record["recipe"],
        "ill_formed": ill / clusters if clusters else None,
        "torn": sum(bool(TORN.search(each)) for each in UNITS["grapheme"].split(written)) if clusters else None,
        "ill_formed_real": real / len(learnt) if clusters else None,
        "sample": written[:300] or model.generate("\n", length=80, temperature=0.8, seed=1),
    }


def ill_formed(model: Model) -> tuple[str, int, int]:
    """What the model writes, how many clusters that is, and how many of them are ill formed."""
    text, clusters = "", []
    for seed in range(1, 100):
        text += model.generate("\n", length=2000, temperature=1.0, seed=seed)
        clusters = CLUSTER.findall(text)
        if len(clusters) >= CLUSTERS:
            break
    clusters = clusters[:CLUSTERS]
    return text, len(clusters), sum(bool(ILL_FORMED.search(cluster)) for cluster in clusters)


def run_chain(job: Job, text: str, cut: int) -> Entry:
    """A chain over the units, its order chosen on the training part."""
    learnt, held_out = text[:cut], text[cut:]
    vocabulary = Vocabulary.of(job.unit.split()[1], [learnt], [text], least=LEAST)
    ids = [np.concatenate([np.array([BOUNDARY], np.int32), vocabulary.encode(part)]) for part in (learnt, held_out)]
    order = choose_order(ids[0], len(vocabulary))
    bits = float(bits_of(*ids, len(vocabulary), order).sum())
    return {
        "bits_per_char": bits / len(held_out),
        "bits_per_word": None if job.text == "burmese" else bits / len(held_out.split()),
        "bits_per_byte": bits / len(held_out.encode()),
        "vocabulary": len(vocabulary),
        "note": f"{order} units at a time",
    }


def run(job: Job, options: Any) -> None:
    """One run in this process."""
    about, neighbours = common.circumstances(), common.Neighbours()
    text = read_book(common.find_data(TEXTS[job.text]))
    cut = len(text) - (len(text) - int(0.9 * len(text)))
    chain = job.unit.startswith("n-gram")
    done = run_chain(job, text, cut) if chain else run_unrolled(job, text, cut, options.threads)
    told = {**asdict(job), "threads": options.threads, "others": neighbours.share(), **done, **about}
    report(options, common.append_entry(options.results, "units-quality", told))


def report(options: Any, entries: list[Entry]) -> None:
    """All runs, text by text."""
    header = ["unit", "minutes", "bits/char", "bits/byte", "bits/word", "ppl/word", "kinds", "parameters", "ill formed"]
    parts = ["# Units: the same minutes", common.describe(entries[-1]), __doc__ or ""]
    for text in dict.fromkeys(entry["text"] for entry in entries):
        ordered = sorted((e for e in entries if e["text"] == text), key=lambda entry: entry["bits_per_char"])
        parts += [f"## {text}", common.table([*header, "others"], map(row, ordered))]
    samples = [f"- {e['text']}, {e['unit']}: {e['sample']!r}" for e in entries if e.get("sample")]
    common.write_report(options.results, "units-quality", *parts, "## Samples", "\n".join(samples))


def row(entry: Entry) -> list[str]:
    """One run as a line."""
    per_word = entry["bits_per_word"]
    words = [f"{per_word:.3f}", f"{2**per_word:,.0f}"] if per_word and per_word < 1000 else ["-", "-"]
    ill = entry.get("ill_formed")
    torn = f"; by UAX #29: {entry['torn']}" if entry.get("torn") is not None else ""
    sizes = [
        f"{entry['vocabulary']:,}",
        f"{entry.get('parameters') or 0:,}",
        "-" if ill is None else f"{ill:.3%} (real text: {entry['ill_formed_real']:.3%}){torn}",
    ]
    bits = [f"{entry['bits_per_char']:.4f}", f"{entry['bits_per_byte']:.4f}"]
    return [entry["unit"], f"{entry['minutes']:g}", *bits, *words, *sizes, f"{entry['others']:.2f}"]


def main() -> None:
    """Run what is asked for, or all that the results lack."""
    parser = common.parser(__doc__)
    parser.add_argument("--only", metavar="TEXT:UNIT", help="one run alone, as alice:word")
    parser.add_argument("--minutes", type=float, default=5.0, help="of training [default: %(default)s]")
    options = parser.parse_args()
    if options.only:
        run(Job(*options.only.split(":"), options.minutes), options)
        return
    known = {(e["text"], e["unit"], e["minutes"]) for e in common.load_entries(options.results, "units-quality")}
    missing = [job for job in plan(options.minutes) if (job.text, job.unit, job.minutes) not in known]
    print(f"{len(missing)} runs to go, about {math.fsum(job.minutes for job in missing):.0f} minutes", flush=True)
    for job in missing:
        command = [sys.executable, __file__, "--only", f"{job.text}:{job.unit}", "--minutes", job.minutes]
        command += ["--threads", options.threads, "--results", options.results]
        subprocess.run(list(map(str, command)), check=True)


if __name__ == "__main__":
    main()
