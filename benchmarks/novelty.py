"""What of 100 kB of text stands in 10 MB or 100 MB: seconds and memory, beside what Python brings for it.

The texts are made by a chain of eight characters that counted *War and Peace*; the sample is half the chain's, half
cut out of the text. Each measurement runs in a process of its own. The peers get the smallest text: ``difflib``,
which gets little of the sample, finds matching blocks of another kind (in one order); ``str.find`` the same spans, by
trying lengths at every character.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import common
from ours import read_book

BOOK = "open/gutenberg_war_and_peace/2600.txt"
ORDER = 8  # characters that decide the next one: long enough for words
MEGABYTE = 1_000_000
SAMPLE = 100_000


def write_texts(book: str, folder: Path, sizes: list[int]) -> None:
    """A text of the largest size, its beginnings, and a sample."""
    followers = defaultdict(list)
    for place in range(ORDER, len(book)):
        followers[book[place - ORDER : place]].append(book[place])
    rng = random.Random(1)
    text = chain(book[:ORDER], followers, max(sizes) + SAMPLE, rng)
    for size in sizes:
        (folder / f"{size}.txt").write_text(text[:size], encoding="utf-8")
    start = min(sizes) // 2
    (folder / "sample.txt").write_text(text[-SAMPLE // 2 :] + text[start : start + SAMPLE // 2], encoding="utf-8")


def chain(context: str, followers: dict[str, list[str]], size: int, rng: random.Random) -> str:
    """So many characters of a Markov chain."""
    first, letters = context, list(context)
    while len(letters) < size:
        known = followers.get(context)
        letters.append(rng.choice(known) if known else "\n")
        context = context[1:] + letters[-1] if known else first
    return "".join(letters)[:size]


def ours(sample: str, text: str) -> dict[str, float]:
    """The spans, and the whole of ``unrolled.novelty``; to sort the suffixes is most of either."""
    import unrolled
    from unrolled.analysis.copied_spans import copied_spans
    from unrolled.analysis.span_index import SpanIndex
    from unrolled.analysis.suffix_array import suffix_array

    found = {"sort": seconds(lambda: suffix_array(text.encode()))}
    found["spans"] = seconds(lambda: copied_spans([sample], [text]))
    found["novelty"] = seconds(lambda: unrolled.novelty(sample, [text]))
    found["index"] = seconds(lambda: SpanIndex.of([text]))
    return found


def difflib(sample: str, text: str) -> dict[str, float]:
    """Matching blocks."""
    return {"spans": seconds(lambda: SequenceMatcher(None, sample, text, autojunk=False).get_matching_blocks())}


def find(sample: str, text: str) -> dict[str, float]:
    """For every character of the sample, how far it goes on in the text."""

    def search() -> None:
        end = 0
        for start in range(len(sample)):
            end = max(end, start)
            while end < len(sample) and text.find(sample[start : end + 1]) >= 0:
                end += 1

    return {"spans": seconds(search)}


WAYS = {"ours": ours, "difflib": difflib, "find": find}


def seconds(work: Any) -> float:
    """How long something takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def measure(way: str, sample: Path, size: int, text: Path) -> None:
    """In a process of its own: print the seconds and the megabytes as JSON."""
    found = WAYS[way](sample.read_text(encoding="utf-8")[-size:], text.read_text(encoding="utf-8"))
    print(json.dumps({**found, "memory": peak_memory()}))


def peak_memory() -> float:
    """Megabytes that this process held at most; ``ru_maxrss`` would begin with those of the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def line_of(way: str, sample: Path, size: int, text: Path) -> list[str]:
    """A line of the table."""
    asked = [sys.executable, __file__, "--measure", way, str(sample), str(size), str(text)]
    done = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    times = [f"{done[name]:.2f}" if name in done else "" for name in ("sort", "spans", "novelty", "index")]
    line = [way, f"{size / 1000:g} kB", f"{text.stat().st_size / MEGABYTE:g} MB", *times, f"{done['memory']:,.0f}"]
    print(*line, sep="  ", flush=True)
    return line


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 10, 100], help="MB of text [default: 1 10 100]")
    parser.add_argument("--peer-sample", type=int, default=2000, help="characters for the peers [default: %(default)s]")
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measure, print and write."""
    options = arguments()
    if options.measure:
        way, sample, size, text = options.measure
        measure(way, Path(sample), int(size), Path(text))
        return
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    about, book = common.circumstances(), read_book(common.find_data(BOOK))
    sizes = [size * MEGABYTE for size in sorted(options.sizes)]
    neighbours = common.Neighbours()
    with tempfile.TemporaryDirectory() as folder:
        write_texts(book, Path(folder), sizes)
        sample, texts = Path(folder, "sample.txt"), [Path(folder, f"{size}.txt") for size in sizes]
        lines = [line_of("ours", sample, SAMPLE, text) for text in texts]
        lines.append(line_of("find", sample, SAMPLE, texts[0]))
        lines += [line_of(way, sample, options.peer_sample, texts[0]) for way in WAYS]
    header = ["way", "sample", "text", "s, suffixes sorted", "s, spans", "s, novelty", "s, index of a guard", "peak MB"]
    how = " ".join(str(__doc__).split("\n\n", 1)[1].split())
    note = f"Other processes took {neighbours.share()} of a core meanwhile. Peak memory is that of the whole process."
    parts = ["# Novelty", how, common.describe(about), common.table(header, lines), note]
    common.write_report(options.results, "novelty", *parts)


if __name__ == "__main__":
    main()
