"""Completion over held-out text: what a keystroke costs, and how many are saved.

A network of each size learns the training part of a book for so many minutes; then the held-out part is typed letter by
letter, as in an editor. Each keystroke advances the state and asks for the five likeliest next characters; and apart
from that for the five likeliest words. Saved: had the typist taken a word as soon as it was among the five, at one
keystroke with the space behind it. One thread.
"""

from __future__ import annotations

import time
from typing import Any

import common
import numpy as np
from ours import read_book, train

from unrolled import Model
from unrolled.api.model import model_of

BOOK = "open/gutenberg_sherlock/1661.txt"
SIZES = {"1×256": ("--layers", "1", "--hidden-size", "256"), "2×512": ("--layers", "2", "--hidden-size", "512")}
KEYSTROKES = 10_000
CONTEXT = 1000  # characters of the session's text before the first keystroke
COUNT = 5


def type_text(model: Model, text: str) -> dict[str, Any]:
    """Type the keystrokes at the end of a text: milliseconds of each, and the share that completions save."""
    session = model.session()
    session.to(text[:CONTEXT])
    steps, words, offered = [], [], []
    for end in range(CONTEXT, len(text)):
        begin = time.perf_counter()
        session.to(text[: end + 1])
        session.state.next(COUNT)
        middle = time.perf_counter()
        offered.append({each.text for each in session.completions(text[: end + 1], COUNT)})
        steps.append(1000 * (middle - begin))
        words.append(1000 * (time.perf_counter() - middle))
    return {"steps": steps, "words": words, "saved": saved(text[CONTEXT:], offered)}


def saved(text: str, offered: list[set[str]]) -> float:
    """The share of keystrokes that need not be made: the rest of a word that is offered, and the space behind it."""
    made = place = 0
    while place < len(text):
        end = place
        while end < len(text) and (text[end].isalnum() or text[end] == "’"):
            end += 1
        word, start = text[place:end], place
        # what is offered after the space before a word needs no letter of it
        taken = next((at for at in range(start, end) if at and word in offered[at - 1]), None)
        if taken is None:
            made += max(1, end - place)
            place = max(end, place + 1)
        else:
            made += taken - start + 1
            place = end + (end < len(text) and text[end] == " ")
    return 1 - made / len(text)


def percentiles(values: list[float]) -> list[str]:
    """The median and the 99th percentile."""
    return [f"{value:.2f}" for value in np.percentile(values, [50, 99])]


def main() -> None:
    """Train, type, report."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="of training each [default: %(default)s]")
    options = parser.parse_args()
    text = read_book(common.find_data(BOOK))
    cut = int(0.9 * len(text))
    held_out = text[cut : cut + CONTEXT + KEYSTROKES]
    models = {name: train(text, options.minutes, options.threads, flags=flags) for name, flags in SIZES.items()}
    about, neighbours, rows = common.circumstances(), common.Neighbours(), []
    for name, model in models.items():
        for weights in ("fp32", "int8"):
            model = model_of(model.bundle, weights=weights)
            model.engine.threads = 1
            found = type_text(model, held_out)
            bits = model.record["best"]["bits_per_char"]
            times = [*percentiles(found["steps"]), *percentiles(found["words"])]
            rows.append([name, weights, f"{bits:.3f}", *times, f"{found['saved']:.1%}"])
            print(*rows[-1], sep="  ", flush=True)
    header = [
        "LSTM",
        "weights",
        "bits/char",
        "ms a keystroke, p50",
        "p99",
        "ms for five words, p50",
        "p99",
        "keystrokes saved",
    ]
    how = " ".join(str(__doc__).split("\n\n", 1)[1].split())
    note = f"Other processes took {neighbours.share()} of a core meanwhile."
    parts = ["# Completion", how, common.describe(about), common.table(header, rows), note]
    common.write_report(options.results, "completion", *parts)


if __name__ == "__main__":
    main()
