"""Whether runs take their minutes: from the first step to the written file, on a quiet machine and beside neighbours.

Each run is ``unrolled.train`` with a budget of minutes, and with an observer that looks at samples as a terminal shows
them, or at length. Neighbours are processes that compute all the time; "midway" begins one after a third of the run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import common
from ours import read_book

import unrolled
from unrolled.api.samples import sample_lines
from unrolled.training.events import Started, Validated

BUSY = "while True: sum(range(10000))"
LATE = 1 / 3  # of a run, after which a late neighbour comes
SLOW = 2.0  # seconds that a slow observer looks at every third validation


@dataclass(frozen=True)
class Job:
    """One run: a text or examples, a task, a budget, and what goes on beside it."""

    data: str
    minutes: float = 0.5
    neighbours: str = "none"
    observer: str = "samples"
    task: str = "language"
    base: bool = False


PLAN = [
    *(Job("alice", minutes, neighbours) for minutes in (0.5, 1.0) for neighbours in ("none", "one", "two", "midway")),
    *(Job(data, 0.5, neighbours) for data in ("war and peace", "names") for neighbours in ("none", "two")),
    Job("alice", 0.5, "none", "slow"),
    Job("alice", 0.5, "two", "slow"),
    Job("war and peace", 1.0, "one", "slow"),
    Job("alice", 0.5, "two", base=True),
    Job("pairs", 0.5, "none", task="translate"),
    Job("pairs", 0.5, "two", task="translate"),
    Job("spam", 0.5, "two", task="classify"),
]
DATA = {
    "alice": "open/gutenberg_alice/11.txt",
    "war and peace": "open/gutenberg_war_and_peace/2600.txt",
    "names": "open/names_makemore/names.txt",
}


def source_of(job: Job, folder: Path) -> Path:
    """The file to learn from; a table for a task of examples."""
    if job.task == "language":
        path = folder / f"{job.data.replace(' ', '-')}.txt"
        path.write_text(read_book(common.find_data(DATA[job.data])))
        return path
    made = folder / f"{job.data}.tsv"
    words = read_book(common.find_data(DATA["alice"])).split()
    phrases = [" ".join(words[at : at + 4]) for at in range(0, 24_000, 4)]
    head = "source\ttarget\n" if job.task == "translate" else "text\tlabel\n"
    answer = (lambda phrase: phrase[::-1]) if job.task == "translate" else (lambda phrase: f"with {phrase[0].lower()}")
    made.write_text(head + "".join(f"{phrase}\t{answer(phrase)}\n" for phrase in phrases))
    return made


@contextmanager
def neighbours(job: Job) -> Any:
    """The processes beside a run."""
    count = {"none": 0, "one": 1, "two": 2, "midway": 0}[job.neighbours]
    begun = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(count)]
    late = threading.Timer(
        60 * job.minutes * LATE, lambda: begun.append(subprocess.Popen([sys.executable, "-c", BUSY]))
    )
    if job.neighbours == "midway":
        late.start()
    try:
        yield
    finally:
        late.cancel()
        for process in begun:
            process.kill()
            process.wait()


class Watch:
    """An observer that notes when the first step begins, and looks at samples."""

    def __init__(self, job: Job) -> None:
        self.job, self.begin, self.validations = job, 0.0, 0

    def __call__(self, event: Any) -> None:
        if isinstance(event, Started):
            self.begin = time.perf_counter()
        if isinstance(event, Validated):
            self.validations += 1
            if self.validations % 3 == 1:
                self.look(event)

    def look(self, event: Validated) -> None:
        """Samples, as the screen makes them; a slow observer takes its time besides."""
        sample_lines(event.snapshot())
        if self.job.observer == "slow":
            time.sleep(SLOW)


def measure(job: Job, folder: Path, threads: int) -> common.Entry:
    """Run a job; how long it took from its first step to its file."""
    source, output, watch = source_of(job, folder), folder / "m.safetensors", Watch(job)
    options: dict[str, Any] = {"task": job.task, "threads": threads, "force": True}
    with ExitStack() as stack:
        if job.base:
            unrolled.train(source, folder / "base.safetensors", steps=200, hidden_size=512, threads=threads, force=True)
            options["start"] = folder / "base.safetensors"
        stack.enter_context(neighbours(job))
        model = unrolled.train(source, output, minutes=job.minutes, observers=[watch], **options)
        seconds = time.perf_counter() - watch.begin
    record = model.record
    return {**vars(job), "seconds": seconds, "steps": record["steps"], "validations": watch.validations} | {
        "plans": len(record["plans"]),
        "ended_by": record["ended_by"],
    }


def report(folder: Path, entry: common.Entry) -> None:
    """All runs in a table."""
    header = ["data", "task", "beside it", "observer", "minutes", "seconds", "off", "steps", "validations", "ended by"]
    rows = [
        [
            f"{each['data']}{', from a model' if each['base'] else ''}",
            each["task"],
            each["neighbours"],
            each["observer"],
            f"{each['minutes']:g}",
            f"{each['seconds']:.1f}",
            f"{100 * (each['seconds'] / 60 / each['minutes'] - 1):+.1f} %",
            each["steps"],
            each["validations"],
            each["ended_by"],
        ]
        for each in entry["runs"]
    ]
    kept = [abs(each["seconds"] / 60 / each["minutes"] - 1) <= 0.1 for each in entry["runs"]]
    told = [each["ended_by"] in ("passes", "patience") for each in entry["runs"]]
    fine = sum(one or other for one, other in zip(kept, told, strict=True))
    common.write_report(
        folder,
        "minutes",
        f"# Minutes kept within a tenth, or said to be ended by passes or patience: {fine} of {len(rows)} runs",
        common.describe(entry),
        __doc__ or "",
        common.table(header, rows),
    )


def main() -> None:
    """Make all runs, or only the first few."""
    made = common.parser(__doc__)
    made.add_argument("--first", type=int, help="only so many runs of the plan")
    options: Any = made.parse_args()
    entry: common.Entry = {**common.circumstances(), "runs": []}
    with tempfile.TemporaryDirectory() as name:
        for job in PLAN[: options.first]:
            entry["runs"].append(measure(job, Path(name), options.threads))
            print(entry["runs"][-1], flush=True)
    report(options.results, entry)


if __name__ == "__main__":
    main()
