"""One training on the books: a text of them, judged by the tuning books, gone on with where it was stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from books import Book, to_train_on, to_tune_on, training_text, tuning_text

import unrolled
from unrolled.training.events import Event, Started, Validated


def watch(event: Event) -> None:
    """Print how a run is going on."""
    if isinstance(event, Started):
        print(event.recipe, flush=True)
    elif isinstance(event, Validated):
        print(f"step {event.step:,}: {event.bits:.4f} bits/char on the tuning books", flush=True)


def written(name: str, text: str) -> Path:
    """Write a text into the folder of work, where it is not there yet as it is."""
    path = Path(name)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")
    return path


def learn(books: list[Book], output: str, seed: int, **options: Any) -> unrolled.LanguageModel:
    """Train on the books of the training, and be judged by the tuning books; a stopped run goes on."""
    tuning = tuning_text(to_tune_on(books))
    whole = training_text(to_train_on(books), seed) + tuning
    text = written(f"english-{seed}.txt", whole)
    resume = Path(output).with_suffix(".resume.safetensors").exists()
    how = {**options, "valid": len(tuning) / len(whole), "patience": 0, "seed": seed}
    model = unrolled.train(text, output, resume=resume, force=not resume, observers=[watch], **how)
    assert isinstance(model, unrolled.LanguageModel), "a text makes one"
    return model
