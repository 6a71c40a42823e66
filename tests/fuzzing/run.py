"""Fuzz what a file may say: change it in every way, with a right digest, and use it as a user would.

    python -m tests.fuzzing.run [--cases N] [--minutes M] [--seed S] [--only NAME,NAME] [--memory MB]

Each case is used in a process of its own kind, within bounds of time and memory. It must work, or be refused in one
sentence. Without --cases or --minutes it goes on until it is stopped. A case is reproduced by its name and number.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .subjects import Subject, make_subjects

SECONDS = 25
"""A case that takes longer hangs; under a sanitizer it may take more."""
AT_ONCE = 200
"""Cases that a process uses before another takes its place."""
GOOD = ("worked", "refused")


@dataclass(frozen=True)
class Outcome:
    """What became of a case; ``said`` is the sentence, or what went wrong and where."""

    subject: str
    engine: str
    number: int
    mutations: str
    verdict: str
    said: str
    seconds: float
    megabytes: float

    def line(self) -> str:
        """The outcome in one line."""
        where = f"{self.subject} {self.number} ({self.engine})"
        return f"{self.verdict}: {where}: {self.mutations}: {self.said} [{self.seconds:.1f} s, {self.megabytes:.0f} MB]"


def changed(subject: Subject, name: str, number: int, seed: int) -> tuple[bytes, str]:
    """The changed file of a case."""
    return subject.mutate(subject.path.read_bytes(), random.Random(f"{seed}-{name}-{number}"))


def use(subject: Subject, path: Path, number: int, engine: str) -> tuple[str, str]:
    """Use a file; the verdict, and what was said."""
    from unrolled.errors import UnrolledError

    try:
        subject.use(path, number, engine)
    except UnrolledError as error:
        one_sentence = "\n" not in str(error) and str(error).isprintable()
        return ("refused" if one_sentence else "more than a sentence"), str(error)[:200]
    except BaseException as error:
        return "traceback", f"{type(error).__name__} at {place_of(error)}: {str(error)[:120]!r}"
    return "worked", ""


def place_of(error: BaseException) -> str:
    """The innermost function of ours that an error passed."""
    trace, place = error.__traceback__, "?"
    while trace:
        code = trace.tb_frame.f_code
        if "/unrolled/" in code.co_filename:
            place = f"{code.co_filename.rpartition('/unrolled/')[2]}:{code.co_name}"
        trace = trace.tb_next
    return place


def child(subject: Subject, name: str, numbers: range, seed: int, folder: Path, pipe: int, memory: int) -> None:
    """Use the cases of some numbers, and tell of each before and after."""
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory << 20, memory << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")  # what is odd about a changed file is no matter
    path = folder / f"case-{os.getpid()}{subject.path.suffix}"
    out = os.fdopen(pipe, "w", buffering=1, errors="backslashreplace")
    for number in numbers:
        engine = subject.engines[number % len(subject.engines)]
        raw, mutations = changed(subject, name, number, seed)
        path.write_bytes(raw)
        out.write(f"begin\t{number}\t{engine}\t{mutations}\n")
        begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        verdict, said = use(subject, path, number, engine)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        told = said.replace("\t", " ").replace("\n", " ")
        out.write(f"end\t{verdict}\t{told}\t{time.perf_counter() - begun:.3f}\t{grown:.1f}\n")
    path.unlink(missing_ok=True)
    shutil.rmtree(path.with_suffix(".cache"), ignore_errors=True)


def cases(
    subject: Subject, name: str, numbers: range, seed: int, folder: Path, memory: int, seconds: float
) -> Iterator[Outcome]:
    """The outcomes of the cases of some numbers; a process that dies is followed by another."""
    begin = numbers.start
    while begin < numbers.stop:
        read, written = os.pipe()
        process = os.fork()
        if not process:
            os.close(read)
            status = 1
            try:
                child(subject, name, range(begin, min(numbers.stop, begin + AT_ONCE)), seed, folder, written, memory)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(written)
        before = begin
        for outcome in listen(read, process, name, seconds):
            begin = outcome.number + 1
            yield outcome
        if begin == before:
            raise RuntimeError(f"the process for {name} ended before its first case, {begin}")


def listen(pipe: int, process: int, name: str, seconds: float) -> Iterator[Outcome]:
    """What a child tells, until it ends; the case in which it dies or hangs is told, too."""
    current: tuple[str, str, str] | None = None
    rest, dead = b"", ""
    with os.fdopen(pipe, "rb", 0) as file:
        while True:
            if not select.select([file], [], [], seconds)[0]:
                os.kill(process, signal.SIGKILL)
                dead = "hang"
                break
            data = file.read(1 << 16)
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                kind, *told = line.decode("utf-8", "replace").split("\t")
                if kind == "begin":
                    current = (told[0], told[1], told[2])
                elif current:
                    verdict, said, *spent = told
                    number, engine, mutations = current
                    yield Outcome(name, engine, int(number), mutations, verdict, said, *map(float, spent))
                    current = None
    _, status = os.waitpid(process, 0)
    if current or dead:
        assert current, "it was in a case"
        how = dead or (signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "exit")
        yield Outcome(name, current[1], int(current[0]), current[2], "hang" if dead else "crash", how, 0.0, 0.0)


def fuzz(
    subjects: dict[str, Subject], numbers: range, seed: int, folder: Path, memory: int = 0, seconds: float = SECONDS
) -> Iterator[Outcome]:
    """The outcomes of the same numbers for every subject."""
    for name, subject in subjects.items():
        yield from cases(subject, name, numbers, seed, folder, memory, seconds)


def main() -> int:
    """Fuzz, print what is neither worked nor refused, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, help="mutations in all")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="names of subjects, with commas")
    parser.add_argument("--memory", type=int, default=6000, help="megabytes of address space; 0 sets no bound")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="a case that takes longer hangs")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    worst = [0.0, 0.0]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        warnings.simplefilter("ignore")
        subjects = make_subjects(folder)
        if options.only:
            subjects = {name: subjects[name] for name in options.only.split(",")}
        batch, start = 50, 0
        try:
            while not finished(counts.total(), begun, options):
                bounds = (options.memory, options.seconds)
                for outcome in fuzz(subjects, range(start, start + batch), options.seed, folder, *bounds):
                    counts[outcome.verdict] += 1
                    worst = [max(worst[0], outcome.seconds), max(worst[1], outcome.megabytes)]
                    if outcome.verdict not in GOOD:
                        kinds[outcome.said.partition(": ")[0]] += 1
                        print(outcome.line(), flush=True)
                    if finished(counts.total(), begun, options):
                        break
                start += batch
        except KeyboardInterrupt:
            print("stopped")
    told = ", ".join(f"{count:,} {verdict}" for verdict, count in counts.most_common())
    print(f"{counts.total():,} mutations of {len(subjects)} files: {told}; at most {worst[0]:.1f} s, {worst[1]:.0f} MB")
    return int(any(verdict not in GOOD for verdict in counts))


def finished(count: int, begun: float, options: argparse.Namespace) -> bool:
    """Whether so many cases, or so much time, are enough."""
    if options.cases is not None and count >= options.cases:
        return True
    return options.minutes is not None and time.monotonic() - begun >= 60 * options.minutes


if __name__ == "__main__":
    sys.exit(main())
