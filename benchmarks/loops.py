"""Greedy text goes round in circles: how often, without the guard and with it.

A network of the lesson's size (one layer of 64 over headlines in one text) writes greedily on from 200 beginnings of
held-out headlines. A sample cycles if its last 200 characters repeat one period of at most 100, whatever white space
and capitals do. A network of the recipe's choice on tinyshakespeare does the same.
"""

from __future__ import annotations

import csv

import common
from ours import train

from unrolled import Model

NEWS, PLAYS = "measure/agnews_test/dev.csv", "open/tinyshakespeare/input.txt"
SAMPLES, LENGTH = 200, 600
END, LONGEST = 200, 100
WAYS = {
    "greedy": {"temperature": 0.0},
    "greedy, --no-loops": {"temperature": 0.0, "no_loops": True},
    "temperature 0.3": {"temperature": 0.3},
    "temperature 0.3, --no-loops": {"temperature": 0.3, "no_loops": True},
}


def cycles(text: str) -> bool:
    """Whether a text's end repeats one period."""
    end = " ".join(text.casefold().split())[-END:]
    return any(end[period:] == end[:-period] for period in range(1, min(LONGEST, len(end) // 2) + 1))


def share(model: Model, prompts: list[str], options: dict[str, object]) -> float:
    """The share of the samples that cycle."""
    texts = [model.generate(prompt, length=LENGTH, seed=seed, **options) for seed, prompt in enumerate(prompts)]
    return sum(map(cycles, texts)) / len(texts)


def headlines() -> str:
    """The headlines of the news, a line each."""
    with common.find_data(NEWS).open(encoding="utf-8", newline="") as file:
        return "\n".join(row[1] for row in csv.reader(file)) + "\n"


def beginnings(text: str) -> list[str]:
    """The beginnings of lines of the held-out part, in whole words."""
    lines = [line for line in text[int(0.9 * len(text)) :].split("\n") if len(line) > 20]
    chosen = lines[:: max(1, len(lines) // SAMPLES)][:SAMPLES]
    return [line[:16].rsplit(" ", 1)[0] + " " for line in chosen]


def main() -> None:
    """Train, write, count."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of training each [default: %(default)s]")
    options = parser.parse_args()
    about = common.circumstances()
    texts = {
        "headlines, LSTM 1×64": (headlines(), ("--hidden-size", "64")),
        "tinyshakespeare, as chosen": (common.find_data(PLAYS).read_text("utf-8"), ()),
    }
    rows = []
    for name, (text, flags) in texts.items():
        model = train(text, options.minutes, options.threads, flags=flags)
        found = [share(model, beginnings(text), way) for way in WAYS.values()]
        rows.append([name, f"{model.record['best']['bits_per_char']:.3f}", *(f"{each:.1%}" for each in found)])
        print(*rows[-1], sep="  ", flush=True)
    how = " ".join(str(__doc__).split("\n\n", 1)[1].split())
    parts = ["# Loops", how, common.describe(about), common.table(["text", "bits/char", *WAYS], rows)]
    common.write_report(options.results, "loops", *parts)


if __name__ == "__main__":
    main()
