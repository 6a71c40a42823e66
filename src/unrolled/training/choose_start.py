"""The start of a run that is left open: a base model or scratch, whichever has learnt more after the same time.

Both learn for a small share of the budget from the training part without its end, by which they are judged. What is
held out is never looked at, and the end is learnt afterwards like all else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from ..datasets.dataset import Dataset
from ..datasets.text import TextDataset
from ..errors import OptionError
from ..model_file.bases import names
from ..text.vocabulary import UNKNOWN, Vocabulary
from .driver import fit
from .interrupt import Interrupt
from .job import TrainingJob

SHARE = 0.05
"""Of the minutes, that each of the two learns before they are compared."""
LEAST_MINUTES = 0.5
"""Budgets below it are too short for a comparison."""
JUDGED_SHARE, MOST_JUDGED = 0.1, 20_000
"""Of the units of the training part, by which both are judged: the last, and so many at most."""
LEAST_KNOWN = 0.9
"""Share of a text's characters that a base must know to be looked at."""

From = Callable[[str], TrainingJob]
"""Gathers the same run, which begins with a base model of a name."""


def choose_start(scratch: TrainingJob, begin_with: From, interrupt: Interrupt) -> TrainingJob:
    """Return the run that is to be made, which says why: from scratch as it is given, or from a base model."""
    name, why = next(iter(names()), ""), reason_against(scratch)
    if why or not name:
        return noting(scratch, "scratch", why or "there is no base model in the package", {})
    try:
        based = begin_with(name)
    except OptionError as error:
        return noting(scratch, "scratch", f"{name} cannot be tried: {error}", {})
    known = share_known(based)
    if known < LEAST_KNOWN:
        return noting(scratch, "scratch", f"{name} knows {known:.0%} of its characters", {})
    bits = {}
    for label, job in ((name, based), ("scratch", scratch)):
        bits[label] = after_a_while(job, interrupt)
    best = min(bits, key=lambda label: bits[label])
    minutes = scratch.train.minutes
    assert minutes is not None, "there is a reason against a base in other budgets"
    why = f"after {60 * SHARE * minutes:.2g} seconds each, " + " and ".join(
        f"{label} needs {found:.3f}" for label, found in bits.items()
    )
    chosen = based if best == name else scratch
    left = dataclasses.replace(chosen.train, minutes=minutes * (1 - 2 * SHARE))
    why += " bits/char of the end of the training part"
    return noting(dataclasses.replace(chosen, train=left), best, why, bits)


def reason_against(job: TrainingJob) -> str:
    """Return why no base model is looked at, in words; nothing where one may be."""
    minutes = job.train.minutes
    if minutes is None or minutes < LEAST_MINUTES:
        return f"a base model is tried in a budget of {60 * LEAST_MINUTES:.0f} seconds or more"
    if not isinstance(job.split, TextDataset):
        return f"a base model writes text, and this one is made to {job.model.task}"
    if job.split.ends or job.split.labels:
        return "a base model knows neither documents nor labels"
    return ""


def share_known(job: TrainingJob) -> float:
    """Return the share of a text's units that a base model had in its vocabulary before this text."""
    assert job.base, "it goes on from one"
    own: Vocabulary = job.base.bundle.vocabularies["text"]
    counts = job.split.counts()
    return float(counts[UNKNOWN + 1 : len(own)].sum() / max(1, counts.sum()))


def after_a_while(job: TrainingJob, interrupt: Interrupt) -> float:
    """Return the bits per character of the training part's end, once the rest was learnt from for a while.

    Raises ``KeyboardInterrupt`` where that was stopped: there is nothing to keep yet.
    """
    assert job.train.minutes is not None, "there is a reason against a base in other budgets"
    short = dataclasses.replace(job.train, minutes=SHARE * job.train.minutes, patience=0)
    probe = dataclasses.replace(job, split=without_its_end(job.split), train=short, resume_file=None)
    found = fit(probe, (), interrupt).record
    interrupt.deferred = False
    if found.stopped.startswith("signal"):
        raise KeyboardInterrupt
    return float(found.best["bits_per_char"]) if found.best else float("inf")


def without_its_end(split: Dataset) -> TextDataset:
    """Return a text whose training part ends earlier; its end is held out in place of what is."""
    assert isinstance(split, TextDataset), "there is a reason against a base for all else"
    cut = len(split.train) - min(MOST_JUDGED, int(JUDGED_SHARE * len(split.train)))
    return dataclasses.replace(split, train=split.train[:cut], valid=split.train[cut:], test=split.test[:0])


def noting(job: TrainingJob, chosen: str, why: str, bits: dict[str, float]) -> TrainingJob:
    """Return a run that tells and records what it begins with, and why."""
    line = f"begins from scratch: {why}" if chosen == "scratch" else f"begins with the base model {chosen}: {why}"
    about = {"chosen": chosen, "why": why, **({"bits_per_char": bits} if bits else {})}
    return dataclasses.replace(job, info=(*job.info, line), start=about)
