"""Held-out nats per character after the same minutes on the same machine: unrolled's default and its peers, five texts.

A text is cut as nanoGPT does: the first 90 % is learnt, the last 10 % held out, and each run keeps the weights that
were best on it. Each run is a process of its own, so that none leaves threads, memory or settings to the next. The
whole table takes an hour and a half; it is made in pieces: what was measured before is not measured again.
"""

from __future__ import annotations

import math
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import common
import quality_report
import torch
from chain import score_chain
from common import Entry
from harness import Training, cold, streamed
from ours import read_book, train, units_seen
from peers import BLOCK, GPT, PEERS, KerasExample, refuses_bf16, write

TEXTS = {
    "tinyshakespeare": "open/tinyshakespeare/input.txt",
    "alice": "open/gutenberg_alice/11-0.txt",
    "nietzsche": "open/nietzsche/nietzsche.txt",
    "burmese": "open/my_voanews_unicode/train.txt",
    "irish": "open/abc_irish_mit/irish.abc",
}
SHORTEST = 20_000  # characters: char-rnn's batch alone takes 2,500
DISTURBED = 0.2  # cores: a run beside busier processes is measured again
DIVERSITIES = (0.2, 0.5, 1.0, 1.2)  # at which the Keras example writes
CONTEXT = 40  # characters of the held-out text that the samples go on from

RUNS = {
    "unrolled": "`unrolled train TEXT --minutes … --threads …`, nothing else set",
    "unrolled-no-kernels": "the same with `--kernels off`: PyTorch's own products, the same recipe for its speed",
    "unrolled-adamw": "the same with `--optimizer adamw`: no Muon, and the recipe's rate for AdamW",
    "n-gram": "characters, interpolated modified Kneser–Ney; the order chosen on the training part; it takes seconds",
    "lstm": "stock `nn.LSTM` 1×256, fp32, batch 32 × 64, AdamW 4e-3 with our cosine",
    "lstm-bf16": "the same under bf16 autocast",
    "min-gru": "a stack of minimal GRUs (pre-norm, residual) in plain PyTorch, tuned on *War and Peace*",
    "gpt": "a GPT tuned on *War and Peace* for these minutes",
    "nanogpt-cpu": "nanoGPT's CPU configuration: 4 layers, 4 heads, 128 wide, context 64, batch 12, AdamW 1e-3",
    "nanogpt-gpu": "its GPU configuration: 6 layers, 6 heads, 384 wide, context 256, dropout 0.2, batch 64, bf16",
    "char-rnn": "char-rnn's default: LSTM 2×128, batch 50 × 50, RMSprop 2e-3",
    "keras-example": "the Keras example's recipe: one-hot windows of 40, LSTM of 128, RMSprop 1e-2, batch 128",
}
UNROLLED = {
    "unrolled": [],
    "unrolled-no-kernels": ["--kernels", "off"],
    "unrolled-adamw": ["--optimizer", "adamw"],
}


@dataclass(frozen=True)
class Job:
    """One run: who learns which text, for how long, from which seed."""

    text: str
    name: str
    minutes: float
    seed: int = 1


PLAN = [
    *(Job("tinyshakespeare", "unrolled", minutes) for minutes in (0.5, 1.0, 3.0, 5.0, 15.0)),
    Job("tinyshakespeare", "unrolled", 3.0, seed=2),
    *(Job(text, name, 3.0) for name in ("unrolled", "n-gram", "lstm") for text in TEXTS if text != "tinyshakespeare"),
    *(Job("tinyshakespeare", name, 3.0) for name in ("n-gram", "lstm", "min-gru", "gpt", "nanogpt-cpu", "char-rnn")),
    Job("nietzsche", "keras-example", 3.0),
    Job("tinyshakespeare", "lstm", 15.0),
]
PLAN_OF_GPU = [Job("tinyshakespeare", name, minutes) for minutes in (1.0, 3.0) for name in ("unrolled", "nanogpt-gpu")]


def prepare(text: str) -> str:
    """A text of the table without Project Gutenberg's licence, as ``unrolled`` reads it; or a file's own."""
    path = common.find_data(TEXTS[text]) if text in TEXTS else common.existing(Path(text))
    read = read_book(path)
    if len(read) < SHORTEST:
        common.leave(f"{path} has {len(read)} characters; give a text of at least {SHORTEST:,}")
    return read


def split(text: str) -> tuple[str, str]:
    """The split that nanoGPT makes: the first 90 % and the last 10 %."""
    cut = int(0.9 * len(text))
    return text[:cut], text[cut:]


def run_unrolled(job: Job, text: str, options: Any) -> Entry:
    """Train by the command line as its users do, load the file, and score the exact held-out text."""
    begin = time.perf_counter()
    model = train(text, job.minutes, options.threads, job.seed, [*UNROLLED[job.name], "--device", options.device])
    wall = time.perf_counter() - begin
    held_out, record = split(text)[1], model.record
    seen = units_seen(record)
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
        "forecast": record["forecast"],
        "note": record["recipe"],
        "samples": {
            str(diversity): model.generate(held_out[:CONTEXT], length=200, temperature=diversity, seed=1)
            for diversity in DIVERSITIES
        },
    }


def run_peer(job: Job, text: str, device: str) -> Entry:
    """Train a peer and score the exact held-out text."""
    torch.manual_seed(job.seed)
    parts = split(text)
    alphabet = sorted(set(text))
    index = {character: number for number, character in enumerate(alphabet)}
    ids, held_out = (torch.tensor([index[character] for character in part]) for part in parts)
    if job.name == "n-gram":
        return score_chain(ids.numpy(), held_out.numpy(), len(index))
    ids, held_out = ids.to(device), held_out.to(device)
    with torch.device(device):
        peer = PEERS[job.name](len(index))
    if peer.bf16 and (refusal := refuses_bf16(peer, ids)):
        return {"note": refusal}
    done: Entry = Training(peer, ids, held_out, 60 * job.minutes).run()
    done |= {"streamed": streamed(peer.network, held_out), "cold_256": cold(peer.network, held_out)}
    if isinstance(peer.network, GPT):
        done["cold_64"] = cold(peer.network, held_out, BLOCK)
    if isinstance(peer.network, KerasExample):
        written = {str(each): write(peer.network, held_out[:CONTEXT], 200, each) for each in DIVERSITIES}
        done["samples"] = {key: "".join(alphabet[number] for number in ids) for key, ids in written.items()}
    return done | {"parameters": sum(p.numel() for p in peer.network.parameters() if p.requires_grad)}


def run(job: Job, options: Any) -> None:
    """One run in this process: measure, add it to the results, write the report anew."""
    torch.set_num_threads(options.threads)
    about = common.circumstances()
    print(f"{job.text}, {job.name}: {RUNS[job.name]}, {job.minutes:g} minutes", flush=True)
    text, neighbours = prepare(job.text), common.Neighbours()
    done = run_unrolled(job, text, options) if job.name in UNROLLED else run_peer(job, text, options.device)
    told = {**asdict(job), "text": Path(job.text).name, "threads": options.threads, "others": neighbours.share()}
    told |= {"gpu": torch.cuda.get_device_name()} if options.device == "cuda" else {}
    entries = common.append_entry(options.results, name_of(options), {**told, **done, **about})
    quality_report.report(options.results, name_of(options), entries, RUNS)


def name_of(options: Any) -> str:
    """The results' name: a GPU has a table of its own."""
    return "quality" if options.device == "cpu" else "quality-gpu"


def settled(entry: Entry, options: Any, commit: str) -> bool:
    """Whether an entry is what would be measured now, undisturbed; peers do not change with unrolled's code."""
    current = entry["name"] not in UNROLLED or options.keep or (entry["commit"] == commit and not commit.endswith("+"))
    return entry["threads"] == options.threads and current and not entry["others"] > DISTURBED


def run_missing(options: Any) -> None:
    """All runs of the plan that the results lack, each in a process of its own."""
    known, commit = common.load_entries(options.results, name_of(options)), common.commit()
    plan = PLAN if options.device == "cpu" else PLAN_OF_GPU
    done = [entry for entry in known if settled(entry, options, commit)]
    told = {(entry["text"], entry["name"], entry["minutes"], entry["seed"]) for entry in done}
    missing = [job for job in plan if (job.text, job.name, job.minutes, job.seed) not in told]
    print(
        f"{len(plan) - len(missing)} of {len(plan)} runs are measured; {minutes_of(missing):g} minutes to go",
        flush=True,
    )
    for job in missing:
        settings = ["--minutes", job.minutes, "--seed", job.seed, "--threads", options.threads]
        settings += ["--device", options.device]
        command = [sys.executable, __file__, "--text", job.text, "--only", job.name, *settings]
        subprocess.run([str(part) for part in [*command, "--results", options.results]], check=True)


def minutes_of(jobs: list[Job]) -> float:
    """The minutes that jobs will take, about."""
    return sum(0.2 if job.name == "n-gram" else job.minutes for job in jobs)


def main() -> None:
    """Run what is asked for."""
    parser = common.parser(__doc__)
    parser.add_argument("--only", choices=RUNS, help="one run alone, measured even if the results have it")
    parser.add_argument("--text", default="tinyshakespeare", help=f"with --only: {', '.join(TEXTS)}, or a file")
    parser.add_argument("--minutes", type=float, default=3.0, help="with --only: of training [default: %(default)s]")
    parser.add_argument("--seed", type=int, default=1, help="with --only: of all chance [default: %(default)s]")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"], help="[default: %(default)s]")
    parser.add_argument("--keep", action="store_true", help="keep what another commit of unrolled has measured")
    options = parser.parse_args()
    if options.only:
        run(Job(options.text, options.only, options.minutes, options.seed), options)
    else:
        run_missing(options)


if __name__ == "__main__":
    main()
