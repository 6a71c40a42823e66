"""Held-out nats per character after the same minutes on the same machine: unrolled's default and four peers.

The text is cut as nanoGPT does: the first 90 % is learnt, the last 10 % held out, and each run keeps the weights that
were best on it. Each run is a process of its own, so that none leaves threads, memory or settings to the next.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import common
import torch
from common import Entry
from harness import Training, cold, streamed
from peers import BLOCK, GPT, Peer, char_rnn, nanogpt, stock_lstm

import unrolled

TEXT = "open/tinyshakespeare/input.txt"
SHORTEST = 20_000  # characters: char-rnn's batch alone takes 2,500
SEED = 1
DISTURBED = 0.2  # cores: a run beside busier processes is measured again

RUNS = {
    "unrolled": "`unrolled train TEXT --minutes … --threads …`, nothing else set",
    "unrolled-no-kernels": "the same with `--kernels off`: PyTorch's own products, the same recipe for its speed",
    "unrolled-adamw": "the same with `--optimizer adamw`: no Muon, and the recipe's rate for AdamW",
    "nanogpt-cpu": "nanoGPT's CPU configuration: 4 layers, 4 heads, 128 wide, context 64, batch 12, AdamW 1e-3",
    "lstm-fp32": "stock `nn.LSTM` 1×256, fp32, batch 32 × 64, AdamW 4e-3 cosine",
    "lstm-bf16": "the same under bf16 autocast",
    "char-rnn": "char-rnn's default: LSTM 2×128, batch 50 × 50, RMSprop 2e-3",
}
UNROLLED = {
    "unrolled": [],
    "unrolled-no-kernels": ["--kernels", "off"],
    "unrolled-adamw": ["--optimizer", "adamw"],
}
PEERS: dict[str, Callable[[int], Peer]] = {
    "nanogpt-cpu": nanogpt,
    "lstm-fp32": stock_lstm,
    "lstm-bf16": lambda size: stock_lstm(size, bf16=True),
    "char-rnn": char_rnn,
}
NOTES = """\
Nats per character of the held-out text, lower is better. *Streamed*: the state is carried through the whole text (a \
GPT slides its block by half a block, so that each character sees 32 to 64 before it). *Cold-256*: a fresh start every \
256 characters, each predicted from at least one before it (the GPT slides inside the window). *Cold-64*: nanoGPT's \
own number, over all 64-windows instead of random ones. All static: nothing learns from the text it scores. Seconds \
include validations; chars/s is characters learnt over seconds. Every run keeps its best validation on the held-out \
text, so all figures are optimistic alike. Peers run as plain PyTorch code does, without unrolled's settings of malloc \
and denormals. *Others*: cores that other processes kept busy meanwhile; far above 0 the run is no measurement, as \
threads that wait for each other then slow down manyfold."""


def run_unrolled(path: Path, options: Any) -> Entry:
    """Train by the command line as its users do, load the file, and score the exact held-out text."""
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.safetensors"
        command = [sys.executable, "-m", "unrolled", "train", path, "-o", file, "--seed", SEED]
        command += ["--minutes", options.minutes, "--threads", options.threads, *UNROLLED[options.only]]
        subprocess.run(list(map(str, command)), check=True)
        wall = time.perf_counter() - begin
        model = unrolled.load(file)
    held_out = split(path)[1]
    record = model.record
    seen = record["steps"] * record["options"]["batch_size"] * record["options"]["sequence_length"]
    return {
        "streamed": model.score(held_out, mode="streamed").nats_per_char,
        "cold_256": model.score(held_out, mode="cold-256").nats_per_char,
        "best": record["best"]["bits_per_char"] * math.log(2),
        "parameters": sum(tensor.size for tensor in model.bundle.tensors.values()),
        "seconds": record["seconds"],
        "wall": wall,
        "steps": record["steps"],
        "characters": seen,
        "epochs": seen / record["split"]["train"],
        "note": record["recipe"],
    }


def split(path: Path) -> tuple[str, str]:
    """The split that nanoGPT makes: the first 90 % and the last 10 %."""
    text = path.read_text(encoding="utf-8")
    if len(text) < SHORTEST:
        common.leave(f"{path} has {len(text)} characters; give a text of at least {SHORTEST:,}")
    cut = int(0.9 * len(text))
    return text[:cut], text[cut:]


def run_peer(name: str, path: Path, options: Any) -> Entry:
    """Train a peer and score the exact held-out text."""
    torch.manual_seed(SEED)
    parts = split(path)
    index = {character: number for number, character in enumerate(sorted(set("".join(parts))))}
    ids, held_out = (torch.tensor([index[character] for character in part]) for part in parts)
    peer = PEERS[name](len(index))
    if peer.bf16 and (refusal := refuses_bf16(peer, ids)):
        return {"note": refusal}
    done = Training(peer, ids, held_out, 60 * options.minutes).run()
    done |= {"streamed": streamed(peer.network, held_out), "cold_256": cold(peer.network, held_out)}
    if isinstance(peer.network, GPT):
        done["cold_64"] = cold(peer.network, held_out, BLOCK)
    return done | {"parameters": sum(p.numel() for p in peer.network.parameters() if p.requires_grad)}


def refuses_bf16(peer: Peer, ids: torch.Tensor) -> str | None:
    """Why the machine cannot train the network under bf16 autocast, if it cannot."""
    try:
        with torch.autocast("cpu", torch.bfloat16):
            peer.network(ids[None, : peer.length])[0].sum().backward()
    except RuntimeError as error:
        return f"not possible on this machine: {str(error).split('. ')[0]}"
    peer.optimizer.zero_grad()
    return None


def run(name: str, options: Any) -> None:
    """One run in this process: measure, add to today's results, write the report anew."""
    torch.set_num_threads(options.threads)
    about = common.circumstances()
    print(f"{name}: {RUNS[name]}, {options.minutes:g} minutes", flush=True)
    neighbours = common.Neighbours()
    done = run_unrolled(options.data, options) if name in UNROLLED else run_peer(name, options.data, options)
    told = {"name": name, "minutes": options.minutes, "threads": options.threads, "text": options.data.name}
    told["others"] = neighbours.share()
    entries = common.append_entry(options.results, "quality", {**told, **done, **about})
    report(options.results, entries)


def report(folder: Path, entries: list[Entry]) -> None:
    """Today's runs as one table, with the circumstances of each distinct machine."""
    header = ["run", "minutes", "streamed", "cold-256", "cold-64", "parameters", "characters", "chars/s", "epochs"]
    rows = common.table([*header, "seconds", "others", "at"], [row(entry) for entry in entries])
    names = [name for name in RUNS if any(entry["name"] == name for entry in entries)]
    legend = "\n".join(f"- {name}: {RUNS[name]}" for name in names)
    notes = [f"- {entry['name']} at {clock(entry)}: {entry['note']}" for entry in entries if entry.get("note")]
    title = f"# Quality: nats per character, {entries[-1]['text']}, {entries[-1]['threads']} threads"
    last = "Circumstances of the last run (those of each are in the JSON file beside this one):\n\n"
    parts = [title, last + common.describe(entries[-1]), rows, legend, NOTES, "\n".join(notes)]
    common.write_report(folder, "quality", *filter(None, parts))


def row(entry: Entry) -> list[str]:
    """One run as a line of the table; a run that was not possible has dashes."""

    def cell(key: str, form: str) -> str:
        return format(entry[key], form) if key in entry else "-"

    speed = f"{entry['characters'] / entry['seconds']:,.0f}" if "characters" in entry else "-"
    nats = [cell(key, ".4f") for key in ("streamed", "cold_256", "cold_64")]
    sizes = [cell("parameters", ","), cell("characters", ","), speed, cell("epochs", ".1f"), cell("seconds", ".1f")]
    return [entry["name"], f"{entry['minutes']:g}", *nats, *sizes, f"{entry['others']:.2f}", clock(entry)]


def clock(entry: Entry) -> str:
    """The time of day of an entry."""
    return str(entry["when"])[11:19]


def settled(entry: Entry, options: Any, commit: str) -> bool:
    """Whether an entry is what would be measured now, undisturbed; peers do not change with unrolled's code."""
    asked = (options.minutes, options.threads, options.data.name)
    same = (entry["minutes"], entry["threads"], entry["text"]) == asked
    current = entry["name"] not in UNROLLED or (entry["commit"] == commit and not commit.endswith("+"))
    return same and current and not entry["others"] > DISTURBED


def run_missing(options: Any) -> None:
    """All runs that today's results lack, each in a process of its own."""
    known, commit = common.load_entries(options.results, "quality"), common.commit()
    done = {entry["name"] for entry in known if settled(entry, options, commit)}
    for name in RUNS:
        if name in done:
            print(f"{name}: measured today already; --only {name} measures it again", flush=True)
            continue
        settings = ["--minutes", options.minutes, "--threads", options.threads, "--results", options.results]
        command = [sys.executable, __file__, "--only", name, *settings, "--data", options.data]
        subprocess.run([str(part) for part in command], check=True)


def main() -> None:
    """Run what is asked for."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="of training, each [default: %(default)s]")
    parser.add_argument("--only", choices=RUNS, help="one run alone, measured even if today's results have it")
    parser.add_argument("--data", type=Path, help=f"the text [default: {TEXT} below UNROLLED_DATA]")
    options = parser.parse_args()
    options.data = common.existing(options.data) if options.data else common.find_data(TEXT)
    if options.only:
        run(options.only, options)
    else:
        run_missing(options)


if __name__ == "__main__":
    main()
