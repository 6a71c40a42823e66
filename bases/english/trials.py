"""A trial: a network that trains on the books for some minutes, and what comes of going on from it."""

from __future__ import annotations

import datetime as dt
import os
from argparse import Namespace
from typing import Any

from books import Book, to_tune_on
from forms import Form
from learning import learn

import unrolled
from unrolled import kernels

VOCABULARY = 4096
"""Tokens of byte pairs."""
WHOLE, SLICE = "The Story of Doctor Dolittle", "The Lodger"
"""The tuning books that trials go on with: all of one but its end, and a slice of the other."""
SMALL, JUDGED = 20_000, 100_000
"""Characters of the slice, and of what stands behind it, by which it is judged."""


def fine_tuned(books: list[Book], start: str, minutes: float, threads: int | None) -> list[dict[str, Any]]:
    """Go on from a model with two of the tuning books: one but for its end, and a slice of another."""
    texts = {book.title: Form.by_chance(book.title).applied(book.text) for book in to_tune_on(books)}
    whole, other = texts[WHOLE], texts[SLICE]
    cut, begin = len(whole) * 9 // 10, len(other) * 3 // 10
    end = begin + SMALL
    parts = [(WHOLE, whole[:cut], whole[cut:]), (SLICE, other[begin:end], other[end : end + JUDGED])]
    before, found = unrolled.load(start), []
    for title, learnt, judged in parts:
        model = unrolled.train(text=learnt, start=start, minutes=minutes, threads=threads)
        bits = [each.score(judged).bits_per_char for each in (before, model)]
        about = {"title": title, "characters": len(learnt), "minutes": minutes}
        found.append({**about, "before": round(bits[0], 4), "after": round(bits[1], 4)})
    return found


def about_machine() -> str:
    """Return the kernels that ran, and on how many cores."""
    library = kernels.load()
    return f"{library.name if library else 'no kernels'}, {os.cpu_count()} cores"


def try_out(books: list[Book], given: Namespace) -> dict[str, Any]:
    """Train as a trial says; what came of it."""
    network = {"unit": given.unit, "cell": given.cell, "hidden_size": given.hidden_size, "layers": given.layers}
    if given.unit == "bpe":
        network["vocabulary_size"] = VOCABULARY
    output = "trial-" + "-".join(map(str, network.values())) + ".safetensors"
    model = learn(books, output, given.seed, minutes=given.minutes, threads=given.threads, **network)
    record = model.record
    units = record.curve[-1]["step"] * record.options["batch_size"] * record.options["sequence_length"]
    return {
        "date": dt.date.today().isoformat(),
        "machine": about_machine(),
        **network,
        "minutes": given.minutes,
        "seed": given.seed,
        "weights": model.bundle.parameters,
        "units": units,
        "tuning": [[round(point["seconds"]), round(point["valid"], 4)] for point in record.curve],
        "fine_tuned": fine_tuned(books, output, given.fine_tuning, given.threads),
    }
