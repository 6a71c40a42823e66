"""Counting a Markov chain: one pass over the text, and a bundle like any other."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from ..config import ModelOptions
from ..datasets.text import TextDataset
from ..errors import OptionError
from ..model_file.bundle import Bundle
from ..model_file.record import Record
from ..networks.markov import Chain, count
from ..text.base import Ids
from .events import Observer, Started, Warned, tell
from .interrupt import Interrupt
from .job import TrainingJob

ORDERS = {"char": 7, "grapheme": 7, "byte": 7}
"""Units of the longest n-gram that predicted held-out texts best, or nearly so; ``OTHER`` for words and the like."""
OTHER = 4
MAX_UNITS = 50_000_000
"""Units counted at most, in some 5 GB of memory."""
UNITS_AT_ONCE = 1 << 16


def count_chain(job: TrainingJob, observers: Sequence[Observer], interrupt: Interrupt, resume: bool = False) -> Bundle:
    """Return the Markov chain of a text, judged on its held-out part; a signal ends it when it is counted."""
    if job.base:
        raise OptionError("I got --from with --model=markov, which is counted anew; leave it out")
    begin = time.perf_counter()
    split = job.split
    assert isinstance(split, TextDataset), "a chain is of the task language"
    order = job.model.order or ORDERS.get(job.model.unit, OTHER)
    model = dataclasses.replace(job.model, order=order)
    train = split.train
    if len(train) > MAX_UNITS:
        message = f"I count the last {MAX_UNITS:,} of {len(train):,} units: more would not fit into memory"
        tell(observers, Warned(message))
    tensors = count(np.asarray(train[-MAX_UNITS:]), len(split.vocabulary), order, model.smoothing)
    chain = Chain(tensors, len(job.split.vocabulary), model.smoothing)
    bits = {part: bits_per_char(chain, split, part) for part in ("valid", "test")}
    about = record(job, model, bits, time.perf_counter() - begin)
    bundle = Bundle(tensors, model, job.split.vocabularies, about)
    tell(observers, Started(about.advice, about.recipe, None, bundle.parameters, 0, info=job.info))
    return bundle


def bits_per_char(chain: Chain, split: TextDataset, part: str) -> float | None:
    """Return the bits per character of a part of a text; None where there is none."""
    ids: Ids = getattr(split, part)
    if len(ids) < 2:
        return None
    nodes, total = chain.start(1), 0.0
    for start in range(0, len(ids) - 1, UNITS_AT_ONCE):
        read = np.asarray(ids[start : start + UNITS_AT_ONCE + 1])
        after = chain.read(read[None, :-1], nodes)
        total -= float(np.log2(chain.probability(read[1:], after[0])).sum())
        nodes = after[:, -1]
    return total / max(1, split.characters(ids[1:]))


def record(job: TrainingJob, model: ModelOptions, bits: dict[str, float | None], seconds: float) -> Record:
    """Return where the model comes from, and how well it did."""
    return Record(
        corpus=job.corpus,
        split={name: len(getattr(job.split, name)) for name in ("train", "valid", "test")},
        options={name: getattr(job.train, name) for name in ("valid", "test", "seed")},
        advice=f"The unit is {job.model.unit}: {job.why_unit}.",
        recipe=explain(model),
        forecast=None,
        plans=[],
        steps=1,
        seconds=round(seconds, 3),
        stopped="finished",
        curve=[],
        best=None if bits["valid"] is None else {"step": 1, "bits_per_char": bits["valid"]},
        test_bits_per_char=bits["test"],
        versions={name: version(name) for name in ("numpy", "regex")},
        device="cpu",
    )


def explain(model: ModelOptions) -> str:
    """Return the chain in words."""
    how = "plain counts" if model.smoothing == "none" else "smoothed by modified Kneser–Ney"
    return f"n-grams of up to {model.order} {model.unit}s, {how}."
