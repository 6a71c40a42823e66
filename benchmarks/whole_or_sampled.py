"""A whole softmax or a sampled one: held-out bits per character after the same minutes, by the vocabulary's size.

A sampled softmax (importance sampling) takes more steps in a minute, each of which knows less. Both sides are
``unrolled.train`` on one text, in turn, with everything that it chooses by itself; only from how many units on it
samples (``sampled_softmax.SAMPLED_FROM``) is changed. The text is *War and Peace*; its last tenth is
scored, streamed, and neither side is given it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import common
from ours import read_book, units_seen

import unrolled
from unrolled.networks.modules import sampled_softmax

BOOK = "open/gutenberg_war_and_peace/2600.txt"
UNITS = [("bpe", 2048), ("bpe", 4096), ("bpe", 8192), ("word", 4096), ("word", 8192)]
SIDES = {"whole": 1 << 30, "sampled": 2}


def run(text: Path, held_out: str, unit: str, size: int, side: str, **options: Any) -> dict[str, float]:
    """Train one side; bits of what it never saw, units learnt from and the layer that was chosen."""
    with tempfile.TemporaryDirectory() as folder, patch.object(sampled_softmax, "SAMPLED_FROM", SIDES[side]):
        file = Path(folder) / "model.safetensors"
        model = unrolled.train(text, file, unit=unit, vocabulary_size=size, **options)
    return {
        "bits": model.score(held_out).bits_per_char,
        "units": units_seen(model.record),
        "hidden": model.bundle.config.hidden_size,
    }


def main() -> None:
    """Train all, report."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="of each training [default: %(default)s]")
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each side [default: %(default)s]")
    parser.add_argument("--only", default="", help="one of the vocabularies, as bpe-4096")
    options = parser.parse_args()
    about, rows = common.circumstances(), []
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        whole = read_book(common.find_data(BOOK))
        cut = len(whole) * 9 // 10
        text.write_text(whole[:cut], encoding="utf-8")
        for unit, size in UNITS:
            if options.only not in ("", f"{unit}-{size}"):
                continue
            for seed in range(1, options.seeds + 1):
                for side in SIDES:
                    budget = {"minutes": options.minutes, "threads": options.threads, "seed": seed}
                    found = run(text, whole[cut:], unit, size, side, **budget)
                    numbers = [found["hidden"], f"{found['units']:,}", f"{found['bits']:.4f}"]
                    rows.append([f"{unit}, {size:,}", side, seed, *numbers])
                    print(*rows[-1], sep="  ", flush=True)
    header = ["units", "softmax", "seed", "layer", "units learnt from", "bits per character, held out"]
    rows = [[str(cell) for cell in row] for row in rows]
    parts = ["# A whole softmax or a sampled one", __doc__ or "", common.describe(about), common.table(header, rows)]
    common.write_report(options.results, "whole_or_sampled", *parts)


if __name__ == "__main__":
    main()
