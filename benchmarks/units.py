"""The units of text: how fast each encodes, and how far they agree with the standard and with others' segmentation.

Encoding speed in MB of UTF-8 a second, the vocabulary known, one thread, the median of several rounds. Graphemes
against all cases of Unicode's GraphemeBreakTest 17; Burmese syllables against the segmentation of the myPoetry corpus.
"""

from __future__ import annotations

import json
import statistics
import time
from itertools import accumulate

import common
from ours import read_book

from unrolled.text import UNITS
from unrolled.text.vocabulary import Vocabulary

TEXTS = {
    "English (*War and Peace*)": "open/gutenberg_war_and_peace/2600.txt",
    "Burmese (VOA news)": "open/my_voanews_unicode/train.txt",
}
SIZE = 1_500_000  # characters
ROUNDS = 5
BREAKS = "open/unicode_break_tests/GraphemeBreakTest-17.0.0.json"
POEMS = "measure/my_mypoetry/train.syl"


def encoding_speed(unit: str, text: str) -> tuple[int, float, float]:
    """Kinds in the vocabulary, characters a unit, and MB a second."""
    vocabulary = Vocabulary.of(unit, [text], least=3)
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        ids = vocabulary.encode(text)
        times.append(time.perf_counter() - begin)
    return len(vocabulary), len(text) / len(ids), len(text.encode()) / statistics.median(times) / 1e6


def conforming() -> tuple[int, int]:
    """Cases of Unicode's test that the unit ``grapheme`` cuts where it should, and all of them."""
    cases = json.loads(common.find_data(BREAKS).read_text(encoding="utf-8"))
    right = sum(UNITS["grapheme"].split(case["text"]) == case["extended_grapheme_clusters"] for case in cases)
    return right, len(cases)


def agreement() -> tuple[float, float, float]:
    """Precision and recall of the cuts between syllables, and the share of lines that are cut alike."""
    both = ours = theirs = alike = 0
    lines = common.find_data(POEMS).read_text(encoding="utf-8").splitlines()
    for line in lines:
        wanted = line.split()
        found = UNITS["syllable"].split("".join(wanted))
        cuts, right = ({*accumulate(map(len, each))} for each in (found, wanted))
        both, ours, theirs = both + len(cuts & right), ours + len(cuts), theirs + len(right)
        alike += found == wanted
    return both / ours, both / theirs, alike / len(lines)


def main() -> None:
    """Measure and report."""
    options = common.parser(__doc__).parse_args()
    about, rows = common.circumstances(), []
    for name, path in TEXTS.items():
        text = read_book(common.find_data(path))[:SIZE]
        for unit in UNITS:
            kinds, size, speed = encoding_speed(unit, text)
            rows.append([f"{name}, {unit}", f"{kinds:,}", f"{size:.2f}", f"{speed:.1f}"])
    right, total = conforming()
    precision, recall, alike = agreement()
    facts = [
        f"- graphemes: {right:,} of {total:,} cases of Unicode's GraphemeBreakTest 17.0",
        f"- Burmese syllables against myPoetry: {precision:.2%} of our cuts are theirs, {recall:.2%} of theirs ours;",
        f"  {alike:.1%} of the lines are cut alike (theirs also cut before a consonant that U+1037 U+103A close)",
    ]
    common.append_entry(options.results, "units", {"rows": rows, "facts": facts, **about})
    header = ["text, unit", "kinds", "characters a unit", "MB/s"]
    parts = ["# Units", common.describe(about), common.table(header, rows), "\n".join(facts)]
    common.write_report(options.results, "units", *parts)


if __name__ == "__main__":
    main()
