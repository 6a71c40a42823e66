"""Markov chains beside those of others: perplexity, and writing.

Perplexity per word of the last tenth, words in small letters, every second word that stands once in the training part
taken for one and the same, so that nothing is unknown and the others can count words that stand once. IRSTLM's ``tlm``
(Federico et al. 2008): "msb" is its improved Kneser-Ney, "sb" absolute discounting, "wb" Witten-Bell, all interpolated
and with singletons kept. Writing: markovify (its default, two words before each word) and ours of the same reach, in
plain counts and smoothed: words a second, and of as many characters how much stands in the text.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import common
import numpy as np
from ours import read_book

import unrolled
from unrolled.networks.markov import bits_of

TEXTS = {
    "Alice": "open/gutenberg_alice/11-0.txt",
    "Sherlock Holmes": "open/gutenberg_sherlock/1661.txt",
    "tinyshakespeare": "open/tinyshakespeare/input.txt",
}
ORDERS = (2, 3)
PEERS = ("msb", "sb", "wb")
WORDS = 20_000  # written to be timed
COMPARED = 100_000  # characters of them that are compared with the text
LEAST = 20


def tokens_of(text: str) -> tuple[list[str], list[str]]:
    """The words of the training part and of the held-out one, in a closed vocabulary."""
    words = text.lower().split()
    cut = int(0.9 * len(words))
    counts = Counter(words[:cut])
    once = sorted(word for word, count in counts.items() if count == 1)
    kept = {word for word, count in counts.items() if count > 1} | set(once[::2])
    numbers = {word: f"w{number}" for number, word in enumerate(sorted(kept))}
    named = [numbers.get(word, "rare") for word in words]
    return named[:cut], named[cut:]


def ours(train: list[str], held_out: list[str], order: int) -> float:
    """Perplexity of our chain."""
    units = {unit: number for number, unit in enumerate(sorted({*train, *held_out}), 2)}
    ids = [np.array([0, *(units[unit] for unit in part)], np.int32) for part in (train, held_out)]
    return float(2 ** bits_of(*ids, len(units) + 2, order).mean())


def irstlm(train: list[str], held_out: list[str], order: int, kind: str) -> float | None:
    """Perplexity of IRSTLM's; None where it says that the text does not suit the smoothing."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "train").write_text("<s> " + " ".join(train) + "\n")
        Path(folder, "test").write_text(" ".join(held_out) + "\n")
        command = [f"{os.environ['IRSTLM']}/bin/tlm", "-tr=train", "-te=test", f"-n={order}", f"-lm={kind}"]
        done = subprocess.run([*command, "-PruneSingletons=no"], cwd=folder, capture_output=True, text=True)
    said = done.stdout + done.stderr
    return float(said.split("PP=")[1].split()[0]) if "PP=" in said else None


def perplexities(name: str, text: str) -> list[list[str]]:
    """A line for each order."""
    train, held_out = tokens_of(text)
    lines = []
    for order in ORDERS:
        others = [irstlm(train, held_out, order, kind) for kind in PEERS]
        figures = [ours(train, held_out, order), *others]
        lines.append([name, str(order), *("–" if each is None else f"{each:.1f}" for each in figures)])
        print(*lines[-1], sep="  ", flush=True)
    return lines


def by_markovify(text: str) -> tuple[float, str]:
    """Words a second, and what was written."""
    import markovify

    chain = markovify.Text(text, retain_original=False)
    begin, sentences, words = time.perf_counter(), [], 0
    while words < WORDS:
        sentences.append(chain.make_sentence(test_output=False))
        words += len(sentences[-1].split())
    return words / (time.perf_counter() - begin), " ".join(sentences)


def by_ours(text: str, smoothing: str) -> tuple[float, str]:
    """The same by our chain of words."""
    model = unrolled.train([text], model="markov", unit="word", order=3, smoothing=smoothing, valid=0.0)
    model.generate(length=10)
    begin = time.perf_counter()
    written = model.generate(length=2 * WORDS, temperature=1.0, seed=1)  # units are punctuation, too
    return len(written.split()) / (time.perf_counter() - begin), written


def writing(name: str, text: str) -> list[list[str]]:
    """A line for each writer."""
    lines = []
    for way, (rate, written) in {
        "markovify": by_markovify(text),
        "ours, plain counts": by_ours(text, "none"),
        "ours, Kneser–Ney": by_ours(text, "kneser-ney"),
    }.items():
        found = unrolled.novelty(written[:COMPARED], [text], LEAST)
        longest = found.longest.length if found.longest else 0
        lines.append([name, way, f"{rate:,.0f}", str(longest), f"{found.copied:.1%}"])
        print(*lines[-1], sep="  ", flush=True)
    return lines


def main() -> None:
    """Measure, print and write."""
    options = common.parser(__doc__).parse_args()
    if "IRSTLM" not in os.environ:
        common.leave("set IRSTLM to the folder of IRSTLM, which has bin/tlm (Debian's package irstlm)")
    about, neighbours = common.circumstances(), common.Neighbours()
    texts = {name: read_book(common.find_data(path)) for name, path in TEXTS.items()}
    perplexity = [line for name, text in texts.items() for line in perplexities(name, text)]
    written = [line for name, text in texts.items() for line in writing(name, text)]
    heads = ["text", "order", "ours, modified Kneser–Ney", *(f"IRSTLM, {kind}" for kind in PEERS)]
    note = f"Other processes took {neighbours.share()} of a core meanwhile."
    how = " ".join(str(__doc__).split("\n\n", 1)[1].split())
    parts = ["# Markov chains", how, common.describe(about), "## Perplexity per word", common.table(heads, perplexity)]
    heads = [
        "text",
        "writer",
        "words a second",
        "longest copied span, characters",
        f"copied in spans of {LEAST} and more",
    ]
    common.write_report(options.results, "markov", *parts, "## Writing", common.table(heads, written), note)


if __name__ == "__main__":
    main()
