"""How many forecasts hold: what a run foretold before its first step, what it foretold last, and what it came to.

Each run is ``unrolled train TEXT --minutes M`` and nothing else, over texts that the forecast's line was not drawn
through, alone and beside processes that compute all the time; "midway" begins one after a third of the run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
from common import Entry
from forecast import Job, left, run

TEXTS = {
    "alice": "open/gutenberg_alice/11.txt",
    "nietzsche": "open/nietzsche/nietzsche.txt",
    "tinyshakespeare": "open/tinyshakespeare/input.txt",
    "burmese news": "open/my_voanews_unicode/train.txt",
    "irish tunes": "open/abc_irish_mit/irish.abc",
    "hindi": "open/unicode_multiscript_texts/hindi.txt",
    "japanese": "open/unicode_multiscript_texts/japanese.txt",
    "war and peace": "open/gutenberg_war_and_peace/2600.txt",
}
SIZES = [
    ("alice", 150_000, 0.5),
    ("nietzsche", 600_000, 0.5),
    ("tinyshakespeare", 1_200_000, 1.0),
    ("burmese news", 400_000, 0.5),
    ("irish tunes", 150_000, 0.5),
    ("hindi", 50_000, 0.34),
    ("japanese", 50_000, 0.34),
    ("war and peace", 50_000, 0.5),
]
BESIDE = ("none", "two", "midway")
PLAN = [Job(text, 0, size, minutes, beside) for beside in BESIDE for text, size, minutes in SIZES]


def holds(entry: Entry, which: str) -> bool:
    """Whether the bits lie within a forecast, as it was printed: to two places."""
    low, high = (round(each, 2) for each in entry[which])
    return bool(low <= round(entry["bits"], 2) <= high)


def report(folder: Path, entries: list[Entry]) -> None:
    """All runs in a table, and how many held for each kind of company."""
    told = ("first", "last")
    rows = [
        [
            *(e["text"], f"{e['size']:,}", f"{e['minutes']:g}", e["neighbours"], f"{e['share']:.2f}"),
            *(f"{e[which][0]:.2f} to {e[which][1]:.2f}{'' if holds(e, which) else ' ✗'}" for which in told),
            *(f"{e['bits']:.3f}", e["ended_by"]),
        ]
        for e in entries
    ]
    of = {beside: [e for e in entries if e["neighbours"] == beside] for beside in BESIDE}
    counts = [
        [beside, *(f"{sum(holds(e, which) for e in some)} of {len(some)}" for which in told)]
        for beside, some in of.items()
        if some
    ]
    header = ["text", "characters", "minutes", "beside it", "steps ÷ planned", *(f"{each} forecast" for each in told)]
    common.write_report(
        folder,
        "forecast_holds",
        f"# Forecasts that held at the end of the run: {sum(holds(e, 'last') for e in entries)} of {len(entries)}",
        common.describe(entries[-1]),
        " ".join(str(__doc__).split()),
        common.table(["beside it", "the first held", "the last held"], counts),
        common.table([*header, "bits", "ended by"], rows),
    )


def main() -> None:
    """Make the runs that the results lack."""
    options: Any = common.parser(__doc__).parse_args()
    for job in left(PLAN, common.load_entries(options.results, "forecast_holds")):
        print(job, flush=True)
        entry = {**run(job, TEXTS, options.threads), **common.circumstances()}
        report(options.results, common.append_entry(options.results, "forecast_holds", entry))


if __name__ == "__main__":
    main()
