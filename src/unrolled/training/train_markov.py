"""Counting a Markov chain: one pass over the text, and a bundle like any other."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from ..config import ModelOptions
from ..datasets.text import TextDataset
from ..errors import OptionError
from ..model_file.bundle import Bundle
from ..model_file.record import Record
from ..networks.markov import SPELLED, Chain, count
from ..text.base import Ids
from ..text.vocabulary import Vocabulary
from .events import Observer, Started, Warned, tell
from .interrupt import Interrupt
from .job import TrainingJob

ORDERS = {"char": 7, "grapheme": 7, "byte": 7}
"""Units of the longest n-gram that predicted held-out texts best, or nearly so; ``OTHER`` for words and the like."""
OTHER = 4
MAX_UNITS = 50_000_000
"""Units counted at most, in some 5 GB of memory."""
UNITS_AT_ONCE = 1 << 16
MAX_LOOKED_AT = 2_000_000
"""Units in which words of one letter are looked for."""


def count_chain(job: TrainingJob, observers: Sequence[Observer], interrupt: Interrupt, resume: bool = False) -> Bundle:
    """Return the Markov chain of a text, judged on its held-out part; a signal ends it when it is counted."""
    if job.base:
        raise OptionError("I got --start with --model=markov, which is counted anew; leave it out")
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
    chain = Chain(tensors, len(split.vocabulary), model.smoothing)
    spelled = spelled_only(np.asarray(train[:MAX_LOOKED_AT]), split.vocabulary)
    tensors |= {SPELLED: spelled} if len(spelled) else {}
    bits = {part: bits_per_char(chain, split, part) for part in ("valid", "test")}
    about = record(job, model, bits, time.perf_counter() - begin)
    bundle = Bundle(tensors, model, job.split.vocabularies, about)
    tell(observers, Started(about.advice, about.recipe, None, bundle.parameters, 0, info=job.info))
    return bundle


def spelled_only(ids: Ids, vocabulary: Vocabulary) -> NDArray[np.int32]:
    """Return the units that mostly spell words, which are none of the vocabulary, and seldom or never are words.

    A chain that wrote them would make up words letter by letter, from the last few letters of all words that it spells.
    """
    kind = vocabulary.kind
    if not kind.spelled:
        return np.empty(0, np.int32)
    words = Counter(word for part in kind.parts(vocabulary.decode(ids.tolist())) for word in kind.split(part))
    counts, index = vocabulary.count(ids), vocabulary.index
    alphabet = {piece for unit in vocabulary.units for piece in kind.spell(unit)} & index.keys()
    return np.array(sorted(index[each] for each in alphabet if 2 * words[each] <= counts[index[each]]), np.int32)


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
