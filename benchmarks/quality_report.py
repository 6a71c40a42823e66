"""The report of ``quality.py``: a table for each text, how the forecasts fared, and samples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import common
from common import Entry

NOTES = """\
Nats per character of the held-out text, lower is better. *Streamed*: the state is carried through the whole text (a \
GPT slides its block by half a block, so that each character sees half a block or more before it; the Keras example \
sees 40 characters). *Cold-256*: a fresh start every 256 characters, each predicted from at least one before it (the \
GPT slides inside the window). *Cold-64*: nanoGPT's own number, over all 64-windows instead of random ones. All are \
static: nothing learns from the text it scores. Seconds include validations; chars/s is characters over seconds. \
Every run keeps its best validation on the held-out text, so all figures but the n-gram's are optimistic alike. Peers \
run as plain PyTorch code does, without unrolled's settings of malloc and denormals. *Others*: cores that other \
processes kept busy meanwhile; far above 0 the run is no measurement, as threads that wait for each other then slow \
down manyfold."""
HEADER = ["run", "minutes", "seed", "streamed", "cold-256", "cold-64", "parameters", "characters", "chars/s", "epochs"]


def report(folder: Path, name: str, entries: list[Entry], runs: Mapping[str, str]) -> None:
    """All runs, text by text, with the circumstances of the last."""
    texts = list(dict.fromkeys(entry["text"] for entry in entries))
    names = [name for name in runs if any(entry["name"] == name for entry in entries)]
    legend = "\n".join(f"- {name}: {runs[name]}" for name in names)
    last = "Circumstances of the last run (those of each are in the JSON file beside this one):\n\n"
    parts = [f"# Quality: nats per character, {entries[-1]['threads']} threads", last + common.describe(entries[-1])]
    for text in texts:
        parts += [f"## {text}", table([entry for entry in entries if entry["text"] == text])]
    parts += ["## What ran", legend, NOTES, forecasts(entries), recipes(entries), samples(entries)]
    common.write_report(folder, name, *filter(None, parts))


def table(entries: list[Entry]) -> str:
    """One text's runs, the best of equal minutes first."""
    ordered = sorted(entries, key=lambda entry: (entry["minutes"], entry.get("streamed", 99)))
    return common.table([*HEADER, "seconds", "others", "at"], map(row, ordered))


def row(entry: Entry) -> list[str]:
    """One run as a line of the table; a run that was not possible has dashes."""

    def cell(key: str, form: str) -> str:
        return format(entry[key], form) if entry.get(key) is not None else "-"

    speed = f"{entry['characters'] / entry['seconds']:,.0f}" if entry.get("characters") else "-"
    nats = [cell(key, ".4f") for key in ("streamed", "cold_256", "cold_64")]
    sizes = [cell("parameters", ","), cell("characters", ","), speed, cell("epochs", ".1f"), cell("seconds", ".1f")]
    first = [entry["name"], f"{entry['minutes']:g}", str(entry["seed"])]
    return [*first, *nats, *sizes, f"{entry['others']:.2f}", clock(entry)]


def clock(entry: Entry) -> str:
    """The time of day of an entry."""
    return str(entry["when"])[11:19]


def forecasts(entries: list[Entry]) -> str:
    """What unrolled's runs expected of themselves before they began, in bits, beside what came out."""
    told = [entry for entry in entries if entry.get("forecast")]
    if not told:
        return ""
    rows, covered = [], 0
    for entry in told:
        low, high = (entry["forecast"][key] for key in ("low", "high"))
        bits = entry["best"] / math.log(2)
        covered += low <= bits <= high
        inside = "yes" if low <= bits <= high else "no"
        rows.append([f"{entry['text']}, {entry['minutes']:g} min", f"{low:.2f} to {high:.2f}", f"{bits:.3f}", inside])
    lines = common.table(["run", "forecast, bits/char", "came out", "covered"], rows)
    return f"## Forecasts\n\n{covered} of {len(told)} are covered.\n\n{lines}"


def recipes(entries: list[Entry]) -> str:
    """What the recipe said before each of unrolled's runs, and why a peer could not run."""
    told = [entry for entry in entries if entry.get("note")]
    lines = [f"- {e['text']}, {e['name']}, {e['minutes']:g} min, at {clock(e)}: {e['note']}" for e in told]
    return "\n".join(["## Recipes", "", *lines])


def samples(entries: list[Entry]) -> str:
    """What those wrote that the Keras example stands beside."""
    texts = {entry["text"] for entry in entries if entry["name"] == "keras-example"}
    told = [entry for entry in entries if entry["text"] in texts and entry.get("samples")]
    lines = [
        f"- {entry['name']}, diversity {diversity}: {text!r}"
        for entry in told
        for diversity, text in entry["samples"].items()
    ]
    return "\n".join(["## Samples", "", *lines]) if told else ""
