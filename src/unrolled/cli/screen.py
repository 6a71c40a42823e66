"""What a user sees while a network trains: one live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..api import Model
from ..api.samples import sample_lines
from ..escaping import CONTROLS, escaped
from ..model_file.record import Record
from ..tasks import TASKS
from ..training.events import Event, Progress, ReadProgress, Started, Validated, Warned

SAMPLES = 5  # times that samples are shown during a run
NEAR_BEST = 1.1  # times the best: the part of the curve where it bends
MAX_PROMPT_CHARACTERS = 24  # characters of the prompt that is proposed
PLAIN_EVERY = 10.0  # seconds between two plain lines
ENDINGS = {
    "minutes": "its minutes are used up",
    "passes": "more epochs over this text would only overfit it",
    "patience": "validations showed no progress any more",
}
"""Why a run ended, where that is worth more than the word in the record."""


class Screen:
    """An observer of training that writes to standard error."""

    def __init__(self, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as ProgressBar

        self.console = Console(stderr=True, quiet=quiet, highlight=False, markup=False, emoji=False)
        self.live = self.console.is_terminal and not quiet
        columns = (BarColumn(bar_width=8), TextColumn("{task.description}", markup=False))
        self.bar = ProgressBar(*columns, console=self.console, disable=not self.live, transient=True)
        self.line = self.bar.add_task("measuring this machine …", total=None)
        self.shown_at = self.began = time.monotonic()
        self.share = self.sampled = 0.0
        self.best, self.per = "", "char"

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()

    def observe(self, event: Event) -> None:
        """Show an event."""
        match event:
            case ReadProgress():
                self.reading(event)
            case Started():
                self.started(event)
            case Progress():
                self.progress(event)
            case Validated():
                self.validated(event)
            case Warned():
                self.warned(event)

    def reading(self, event: ReadProgress) -> None:
        """How far a large text is read."""
        self.bar.update(
            self.line, total=1.0, completed=event.share, description=escaped(f"a large text: {event.what} …")
        )

    def started(self, event: Started) -> None:
        """Show what will be trained."""
        self.per = event.per
        for line in event.info:
            self.say(f"the text: {line}")
        self.say(f"the text: {event.advice}")
        self.say(f"the model: {event.recipe} {event.parameters:,} weights.")
        if event.resumed_at:
            self.say(f"going on from step {event.resumed_at}")

    def progress(self, event: Progress) -> None:
        """Show the live line, or a plain one now and then."""
        self.share = event.step / event.steps
        line = describe(event, self.best, self.per)
        self.bar.update(self.line, total=event.steps, completed=event.step, description=line)
        if not self.live and time.monotonic() - self.shown_at >= PLAIN_EVERY:
            self.shown_at = time.monotonic()
            self.say(line)

    def validated(self, event: Validated) -> None:
        """Show the held-out score, and samples a few times in a run."""
        self.best = f" · held-out {event.bits:.3f}"
        if not self.live:
            self.say(f"step {event.step}: held-out {event.bits:.3f} bits/{self.per} (training {event.train_bits:.3f})")
        if self.share >= self.sampled and not self.console.quiet:
            self.sampled = self.share + 1 / SAMPLES
            for line in sample_lines(event.snapshot()):
                self.say(line)

    def warned(self, event: Warned) -> None:
        """Something the user should know, and the end of the curve that proves it."""
        self.say(f"warning: {event.message}")
        if event.curve:
            from ..reports.curve import plot

            best = min(point["valid"] for point in event.curve)
            for line in plot([point for point in event.curve if point["valid"] < NEAR_BEST * best], height=6):
                self.say(line)

    def say(self, line: str) -> None:
        """One line above the live one."""
        self.console.print(escaped(line), soft_wrap=True)

    def finish(self, model: Model, path: Path) -> None:
        """How it went, and what to try next."""
        record, shown = model.record, typed(str(path))
        best = record.best
        score = held_out_score(best) + beside(record) if best else "nothing was held out"
        ended = ENDINGS.get(record.ended_by, record.stopped)
        work = f"{record.steps} steps in {record.seconds:.0f} s ({ended})"
        if not record.plans:
            work = f"counted in {record.seconds:.1f} s"
        self.say(f"{path}: {score}, {work}")
        if best and "bits_per_char_unlabelled" in best:
            self.say(f"without its label it would cost {best['bits_per_char_unlabelled']:.3f}")
        if record.continued:
            self.say(describe_going_on(record.continued, self.per))
        if record.stopped.startswith("signal"):
            self.say("the best so far is kept; go on with --resume")
        if not TASKS[model.bundle.config.task].continues:
            self.finish_reader(record, shown)
            return
        begin = next((begin for begin, _ in record.shown), record.sample.partition(" ")[0])
        prompt = typed(begin.strip()[:MAX_PROMPT_CHARACTERS])
        self.say(f"try: unrolled generate {shown} --prompt {prompt} --temperature 0.8")
        more = f"    unrolled info {shown} --plot" if record.plans else ""
        self.say(f"     unrolled score {shown} SOME.txt{more}")

    def finish_reader(self, record: Record, shown: str) -> None:
        """Show what to try next with a model that reads before it answers or writes."""
        for line in record.sample.split("\n"):
            self.say(f"  {line}")
        source = typed(record.shown[0][0] if record.shown else "…")
        self.say(f"try: unrolled predict {shown} {source}")
        self.say(f"     unrolled evaluate {shown} TEST    unrolled info {shown} --plot")


def beside(record: Record) -> str:
    """Return what a result is to be held against: what was expected, and what a Markov chain needs."""
    expected = record.forecast
    shown = [f"{expected['low']:.2f} to {expected['high']:.2f} expected"] if expected else []
    shown += [f"{record.chain:.2f} by a Markov chain"] if record.chain is not None else []
    return f" ({', '.join(shown)})" if shown else ""


def held_out_score(best: Mapping[str, Any]) -> str:
    """Return how well a model does on what was held out."""
    if "accuracy" in best:
        bits, f1 = best["bits_per_label"], best["macro_f1"]
        return f"{100 * best['accuracy']:.1f} % right (macro-F1 {f1:.3f}, {bits:.3f} bits/label) of what was held out"
    return f"{best['bits_per_char']:.3f} bits/char on held-out text"


def describe(event: Progress, best: str, per: str = "char") -> str:
    """Progress in one line that fits a small terminal."""
    left = f"{int(event.seconds_left // 60)}:{int(event.seconds_left % 60):02d} left"
    rate = event.characters_per_second
    speed = f"{rate / 1000:.1f}k chars/s" if per == "char" else f"{rate:,.0f} {per}s/s"
    return f"{event.step}/{event.steps} · {event.bits:.3f} bits/{per}{best} · {speed} · {left}"


def describe_going_on(continued: Mapping[str, Any], per: str = "char") -> str:
    """Return what going on from a model brought and cost."""
    before, after = continued["before"], continued["after"]
    kinds = "letters" if per == "char" else "labels and letters"
    letters = f"{len(continued['added'])} new {kinds}; " if continued["added"] else ""
    if not before:  # a language model that reads now: there is nothing to compare
        return f"going on from {continued['from']}, a language model: {letters}what it learnt of the language is kept"
    each = [
        f"the {name} text {before[name]:.3f} → {after[name]:.3f} bits/{per}"
        for name in ("new", "old")
        if before[name] is not None and after[name] is not None
    ]
    missing = "" if before["old"] is not None else "; the old text could not be scored: who knows what is forgotten"
    return f"going on from {continued['from']}: {letters}{', '.join(each)}{missing}"


def typed(text: str) -> str:
    """Return a text as one can type it in a shell.

    Control characters as bash, zsh and the standard of 2024 write them.
    """
    if not CONTROLS.search(text):
        return shlex.quote(text)
    plain = text.replace("\\", r"\\").replace("'", r"\'")
    return f"$'{CONTROLS.sub(lambda found: octal(found[0]), plain)}'"


def octal(letter: str) -> str:
    """Return the bytes of a character; a lone surrogate of a path is one that is no UTF-8."""
    errors = "surrogateescape" if "\udc80" <= letter <= "\udcff" else "surrogatepass"
    return "".join(f"\\{byte:03o}" for byte in letter.encode("utf-8", errors))
