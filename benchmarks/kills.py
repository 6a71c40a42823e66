"""Runs that are killed again and again, each gone on with until it is done: the weights of a run never killed.

The real command trains by ``--steps`` and gets SIGKILL, SIGINT or SIGTERM at random moments, the first second included.
It goes on with ``--resume``, or begins anew where it was killed before there was a resume file. Nothing may be left
behind in the end but the model. Resume files are written more often than usual (``UNROLLED_SAVE_EVERY``), so that many
kills hit one. The texts are made up here.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import common

import unrolled

SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
SAVE_EVERY = 0.2
LONGEST = 300  # seconds that a process may take to end by itself
SMALL = "--hidden-size 24 --batch-size 8 --sequence-length 16 --dropout 0.1"
KINDS = {
    "lstm, Muon": "text.txt --steps 1600",
    "gru, two layers": "text.txt --steps 1200 --cell gru --layers 2",
    "elman, windows, AdamW": "text.txt --steps 1600 --cell elman --batches windows --optimizer adamw",
    "feed-forward window": "text.txt --steps 1600 --cell window --context 4",
    "many words, sampled softmax": "words.txt --steps 800 --unit word --min-count 1",
    "bpe, lines": "text.txt --steps 800 --unit bpe --vocabulary-size 300 --documents lines",
    "under labels": "rows.tsv --steps 1000 --text-column text --label label",
    "GPT-2": "text.txt --steps 400 --model gpt2 --layers 2 --heads 2 --context 64",
    "going on from a model": "text.txt --steps 1200 --start base.safetensors",
    "classifier": "rows.tsv --steps 800 --task classify",
    "finding words": "text.txt --task segment --steps 600",
    "tagger": "tagged.txt --task tag --steps 600",
    "translator, attention": "pairs.tsv --steps 800 --task translate --attention dot",
    "translator, Elman": "pairs.tsv --steps 800 --task translate --cell elman --attention none --unit char",
    "Markov chain": "text.txt --model markov",
}


@dataclass
class Outcome:
    """What came of the runs of a kind."""

    runs: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    anew: int = 0
    identical: int = 0
    faults: list[str] = field(default_factory=list)


def make_texts(folder: Path) -> None:
    """Texts, a table with labels, pairs, and a model to go on from."""
    rng = random.Random(1)
    words = ["".join(rng.choices("aeioubcdlmnrst", k=rng.randint(2, 7))) for _ in range(3000)]
    lines = [" ".join(rng.choices(words[:200], k=rng.randint(3, 9))) for _ in range(600)]
    (folder / "text.txt").write_text("\n".join(lines))
    (folder / "words.txt").write_text("\n".join(" ".join(rng.choices(words, k=8)) for _ in range(2000)))
    rows = [f"{line}\t{'xyz'[len(line) % 3]}" for line in lines]
    (folder / "rows.tsv").write_text("text\tlabel\n" + "\n".join(rows) + "\n")
    pairs = [f"{word}\t{word[::-1]}" for word in sorted(set(words))]
    (folder / "pairs.tsv").write_text("\n".join(pairs) + "\n")
    tagged = (" ".join(f"{word}/{word[0]}" for word in line.split()) for line in lines)
    (folder / "tagged.txt").write_text("\n".join(tagged) + "\n")
    status = run_command(
        folder, ["text.txt", "--steps", "50", "--hidden-size", "24", "--batch-size", "8"], Path("base.safetensors")
    )
    assert status == 0, "the model to go on from"


def command(flags: list[str], output: Path) -> list[str]:
    """The real command."""
    return [sys.executable, "-m", "unrolled", "train", *flags, "-o", str(output), "--threads", "1", "--quiet"]


def begin(folder: Path, flags: list[str], output: Path) -> subprocess.Popen[str]:
    """Start it in the folder of the texts."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "UNROLLED_SAVE_EVERY": str(SAVE_EVERY)}
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen(command(flags, output), cwd=folder, env=environment, text=True, **pipes)


def run_command(folder: Path, flags: list[str], output: Path) -> int:
    """Run it to its end; its exit status."""
    process = begin(folder, flags, output)
    process.communicate(timeout=LONGEST)
    return process.returncode


def flags_of(kind: str) -> list[str]:
    """The flags of a kind of run."""
    sized = "" if "markov" in KINDS[kind] or "--start" in KINDS[kind] else SMALL
    return f"{KINDS[kind]} {sized}".split()


def weights(path: Path) -> dict[str, bytes]:
    """Every bit of a model's weights."""
    return {name: tensor.tobytes() for name, tensor in unrolled.load(path).bundle.tensors.items()}


def kill(process: subprocess.Popen[str], number: signal.Signals, after: float) -> tuple[bool, str]:
    """Send a signal after some seconds; whether it ended the process before it was done, and what that said."""
    try:
        _, said = process.communicate(timeout=after)
        return False, said
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    _, said = process.communicate(timeout=LONGEST)
    return process.returncode != 0, said


def suffer(folder: Path, kind: str, longest: float, most: int, rng: random.Random, told: Outcome) -> Path:
    """One run, killed at most so often, until it is done; its model."""
    home = Path(tempfile.mkdtemp(dir=folder, prefix="run-"))
    output, left, kills = home / "m.safetensors", home / "m.resume.safetensors", 0
    told.runs += 1
    while True:
        resume = left.exists()
        told.resumed, told.anew = told.resumed + resume, told.anew + (not resume and kills > 0)
        process = begin(folder, [*flags_of(kind), *(["--resume"] if resume else [])], output)
        early, late = (0.1, 1.0), (0.4 * longest, longest)  # before there is anything to keep, and where steps are made
        after = rng.uniform(*rng.choice([early, late, late, late])) if kills < most else LONGEST
        number = rng.choice(SIGNALS)
        killed, said = kill(process, number, after)
        kills += killed
        told.kills[number.name] += killed
        if process.returncode == 0 or (output.exists() and not left.exists()):
            return output
        if not killed or "unrolled: " in said.replace("unrolled: stopped", ""):
            told.faults.append(f"status {process.returncode} after {number.name}, said {said[-300:]!r}")
            return output


def check(output: Path, expected: dict[str, bytes], told: Outcome) -> None:
    """Compare the weights, and look for what was left behind."""
    if output.exists() and weights(output) == expected:
        told.identical += 1
    else:
        told.faults.append("other weights")
    beside = [each.name for each in output.parent.iterdir() if each != output]
    if beside:
        told.faults.append(f"left behind: {', '.join(beside)}")


def report(folder: Path, entry: common.Entry) -> None:
    """The outcome of each kind, and of all."""
    header = ["kind of run", "runs", *(each.name for each in SIGNALS), "resumed", "begun anew", "identical", "faults"]
    rows = [
        [
            kind,
            told["runs"],
            *(told["kills"].get(each.name, 0) for each in SIGNALS),
            told["resumed"],
            told["anew"],
            told["identical"],
            len(told["faults"]),
        ]
        for kind, told in entry["kinds"].items()
    ]
    rows.append(["all", *(sum(row[column] for row in rows) for column in range(1, len(header)))])
    kills = sum(rows[-1][2:5])
    faults = [f"- {kind}: {fault}" for kind, told in entry["kinds"].items() for fault in told["faults"]]
    common.write_report(
        folder,
        "kills",
        f"# {kills} kills over {rows[-1][1]} runs, seed {entry['seed']}",
        common.describe(entry),
        __doc__ or "",
        common.table(header, rows),
        "*identical*: runs that ended with every bit of the weights of a run never killed. *faults*: other weights, "
        "anything left beside the model, or a run that could not go on.",
        *(["\n".join(faults)] if faults else []),
    )


def main() -> None:
    """Kill until there were enough kills and enough runs."""
    made = common.parser(__doc__)
    made.add_argument("--kills", type=int, default=200, help="kills in all [default: %(default)s]")
    made.add_argument("--runs", type=int, default=20, help="runs, at least [default: %(default)s]")
    made.add_argument("--most", type=int, default=8, help="kills of one run, at most [default: %(default)s]")
    made.add_argument("--together", type=int, default=2, help="runs at a time [default: %(default)s]")
    made.add_argument("--seed", type=int, default=1, help="seed of the moments and signals [default: %(default)s]")
    options: Any = made.parse_args()
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # what runs in the background may have been told to ignore it
    told = {kind: Outcome() for kind in KINDS}
    begun, numbers = common.circumstances(), itertools.count()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(options.together) as pool:
        folder = Path(name)
        make_texts(folder)
        expected = dict(zip(KINDS, pool.map(lambda kind: never_killed(folder, kind), KINDS), strict=True))

        def work(worker: int) -> None:
            while count(told, "kills") < options.kills or count(told, "runs") < options.runs:
                number = next(numbers)
                kind = list(KINDS)[number % len(KINDS)]
                bits, longest = expected[kind]
                rng = random.Random(f"{options.seed} {number}")
                check(suffer(folder, kind, longest, options.most, rng, told[kind]), bits, told[kind])
                print(kind, told[kind], flush=True)

        list(pool.map(work, range(options.together)))
    report(options.results, {**begun, "seed": options.seed, "kinds": {k: vars(each) for k, each in told.items()}})
    sys.exit(any(each.faults for each in told.values()))


def never_killed(folder: Path, kind: str) -> tuple[dict[str, bytes], float]:
    """The weights of a run that nobody kills, and the seconds that it takes."""
    since, home = time.perf_counter(), Path(tempfile.mkdtemp(dir=folder, prefix="never-"))
    assert run_command(folder, flags_of(kind), home / "m.safetensors") == 0, kind
    return weights(home / "m.safetensors"), time.perf_counter() - since


def count(told: dict[str, Outcome], what: str) -> int:
    """Kills or runs so far."""
    return sum(sum(each.kills.values()) if what == "kills" else each.runs for each in told.values())


if __name__ == "__main__":
    main()
