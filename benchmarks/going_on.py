"""What a trained network's learning rate should be, relative to a fresh one's: no harm on a text like the last one.

Each run goes on, by ``--steps``, from a model of the first half of a text with its second half (the same kind), or with
another text, by rates that are so many times a fresh network's.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import common
from ours import read_book

import unrolled

TEXTS = {
    "alice": "open/gutenberg_alice/11.txt",
    "names": "open/names_makemore/names.txt",
    "russian": "open/unicode_multiscript_texts/russian.txt",
    "jigs": "open/abc_nottingham/ABC_cleaned/jigs.abc",
}
FACTORS = (1.0, 0.5, 0.25, 0.1)
SIZE, STEPS, ONWARD = 60_000, 400, (40, 200)


def run(folder: Path, old: str, new: str, texts: dict[str, str], threads: int) -> list[dict[str, Any]]:
    """Going on from one text with another: held-out bits of the new one before and after."""
    half = len(texts[old]) // 2
    first, second = (texts[old][:half], texts[old][half:]) if old == new else (texts[old], texts[new])
    base = folder / f"{old}.safetensors"
    options: dict[str, Any] = {"hidden_size": 128, "threads": threads, "unit": "char"}
    model = unrolled.train([first], base, steps=STEPS, force=True, **options)
    rate = model.record["options"]["learning_rate"]
    made = []
    for steps in ONWARD:
        for factor in FACTORS:
            told = unrolled.train(
                [second], start=base, steps=steps, learning_rate=rate * factor, threads=threads
            ).record
            curve, best = told["curve"], told["continued"]
            made.append(
                {
                    "texts": f"{old} → {new}",
                    "steps": steps,
                    "factor": factor,
                    "before": best["before"]["new"],
                    "last": curve[-1]["valid"],
                    "best": min(point["valid"] for point in curve),
                }
            )
            print(made[-1], flush=True)
    return made


def main() -> None:
    """Go on with the same kind of text, and with others."""
    options: Any = common.parser(__doc__).parse_args()
    texts = {name: read_book(common.find_data(path))[:SIZE] for name, path in TEXTS.items()}
    entry = {**common.circumstances(), "runs": []}
    with tempfile.TemporaryDirectory() as name:
        for pair in [
            ("alice", "alice"),
            ("names", "names"),
            ("russian", "russian"),
            ("jigs", "jigs"),
            ("alice", "jigs"),
        ]:
            entry["runs"] += run(Path(name), *pair, texts, options.threads)
    header = ["texts", "steps", "before", *(f"× {factor}" for factor in FACTORS)]
    rows = []
    for at in range(0, len(entry["runs"]), len(FACTORS)):
        of = entry["runs"][at : at + len(FACTORS)]
        rows.append([of[0]["texts"], of[0]["steps"], f"{of[0]['before']:.3f}", *(f"{each['last']:.3f}" for each in of)])
    note = (
        "Bits per character of the new held-out text before, and after the last step, by times a fresh network's rate."
    )
    common.write_report(
        options.results,
        "going_on",
        "# Going on: the learning rate",
        common.describe(entry),
        common.table(header, rows),
        note,
    )


if __name__ == "__main__":
    main()
