"""What is attacked: a small file of every kind, and how a user would use it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import unrolled
from unrolled.datasets.ids_file import Entry
from unrolled.formats import array_cache as cache
from unrolled.training.checkpoint import load_resume
from unrolled.training.events import Progress
from unrolled.training.paths import resume_path

from .mutations import mutate, reworded, scramble

Mutate = Callable[[bytes, random.Random], tuple[bytes, str]]
WORDS = ("red", "blue", "cat", "dog", "bird", "runs", "sees", "eats", "fast", "big", "the", "a", "happy", "book")
TINY: dict[str, Any] = {"hidden_size": 16, "steps": 12, "batch_size": 4, "sequence_length": 16, "threads": 1}
ARRAY = np.arange(60, dtype=np.float32).reshape(3, 20)
READER: dict[str, Any] = {"hidden_size": 16, "embedding_size": 8, "steps": 12, "batch_size": 8, "threads": 1}


@dataclass(frozen=True)
class Subject:
    """A file, and what is done with a changed copy of it; ``engines`` are all that can run it."""

    path: Path
    use: Callable[[Path, int, str], None]
    mutate: Mutate = mutate
    engines: tuple[str, ...] = ("auto",)


def write(path: Path, number: int, engine: str) -> None:
    """Write, score, complete and explain with a language model."""
    model = unrolled.load(path, engine=engine)
    repr(model)
    model.record.to_json()
    model.generate("The c", length=16, seed=number, temperature=1.0 if number % 2 else 0.8)
    if number % 3 == 0:
        model.score("The cat sat.\n")
    if number % 4 == 0:
        model.generate_many("", 3, length=30, seed=number, temperature=1.0)
    if number % 5 == 0:
        model.completions("The c")
    if number % 7 == 0:
        model.start("a", adaptive=True).generate(length=5, seed=1)
        model.generate("The", length=8, beams=2)
    if number % 11 == 0:
        model.explain("The cat")


def write_labelled(path: Path, number: int, engine: str) -> None:
    """Write with a language model, under a label and without."""
    write(path, number, engine)
    unrolled.load(path, engine=engine).generate("a", where="file=one", length=8, seed=1)


def answer(path: Path, number: int, engine: str) -> None:
    """Classify."""
    unrolled.load(path, engine=engine).predict("the cat runs good")


def translate(path: Path, number: int, engine: str) -> None:
    """Translate, by beams and by drawing."""
    model = unrolled.load(path, engine=engine)
    model.predict("the cat runs", beams=2, length=12)
    if number % 3 == 0:
        model.predict("the cat", temperature=1.0, length=12, seed=1)


def caption_of(image: Path) -> Callable[[Path, int, str], None]:
    """Return what captions an image."""

    def caption(path: Path, number: int, engine: str) -> None:
        unrolled.load(path, engine=engine).predict(str(image), beams=2, length=8)

    return caption


def go_on_with(model: Path) -> Callable[[Path, int, str], None]:
    """Return what goes on from a state of a model."""

    def go_on(path: Path, number: int, engine: str) -> None:
        state = unrolled.load(model, engine=engine).open_state(path)
        state.generate(length=8, seed=number)
        if number % 5 == 0:
            state.after("The c").next(3)

    return go_on


def use_cached_ids(original: Entry) -> Callable[[Path, int, str], None]:
    """Return what opens a text in ids, one of whose two files is changed: it must be what was kept, or unused."""

    def use(path: Path, number: int, engine: str) -> None:
        folder = path.with_suffix(".cache")
        folder.mkdir(0o700, exist_ok=True)
        entry = Entry(folder, original.key)
        for kept in (original.ids, original.about):
            shutil.copyfile(path if kept.suffix == path.suffix else kept, folder / kept.name)
        found, right = entry.open(), original.open()
        assert right, "it was not changed"
        if found and not (
            np.array_equal(found.ids, right.ids) and found.units == right.units and found.cuts == right.cuts
        ):
            raise AssertionError("other ids are learnt from")

    return use


def use_cached_array(path: Path, number: int, engine: str) -> None:
    """Open an array of a cache that is changed: it must be what was kept, or not be used."""
    found = cache.load(path)
    if found is not None and not np.array_equal(found, ARRAY):
        raise AssertionError("another array is used")


def stopped_run(text: Path, output: Path) -> Subject:
    """Stop a run, and go on with a changed copy of what it leaves."""

    def stop(event: object) -> None:
        if isinstance(event, Progress) and event.step == 6:
            raise KeyboardInterrupt

    unrolled.train(text, output, observers=[stop], **TINY)

    def go_on(path: Path, number: int, engine: str) -> None:
        if number % 4:  # going on takes longer than anything else
            load_resume(path)
            return
        folder = path.with_suffix(".run")
        folder.mkdir(exist_ok=True)
        try:
            shutil.copyfile(path, resume_path(folder / output.name))
            unrolled.train(text, folder / output.name, resume=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return Subject(resume_path(output), go_on)


def make_caches(folder: Path) -> dict[str, Subject]:
    """Keep a text in ids, and an array."""
    folder.mkdir(0o700)
    entry = Entry(folder, "text")
    with entry.writing(["a", "b", "c"]) as writer:
        for part in np.split((np.arange(500) % 5).astype(np.int32), [400, 450]):
            writer.add(part)
            writer.end_part("whole")
        writer.text = {"documents": 1, "characters": 500, "digest": "", "newlines": ["lf"], "form": None}
    cache.keep(ARRAY, folder / "array.npz")
    use = use_cached_ids(entry)
    return {
        "cached ids": Subject(entry.ids, use, scramble),
        "cached ids' description": Subject(entry.about, use, reworded),
        "cached array": Subject(folder / "array.npz", use_cached_array, scramble),
    }


def make_subjects(folder: Path) -> dict[str, Subject]:
    """Train small models of every kind in a folder, and keep them with their states."""
    rng = random.Random(7)
    sentences = [" ".join(rng.choices(WORDS, k=6)) for _ in range(200)]
    text = folder / "text.txt"
    text.write_text("".join(f"The {each}.\n" for each in sentences))
    every = ("native", "reference", "torch")
    found: dict[str, Subject] = {}

    def add(name: str, use: Callable[[Path, int, str], None], source: Any, engines: tuple[str, ...], **options: Any):
        path = folder / f"{name}.safetensors"
        unrolled.train(source, path, **options)
        found[name] = Subject(path, use, engines=engines)

    add("lstm", write, text, every, **TINY, layers=2)
    add("gru", write, text, every, **TINY, cell="gru", unit="byte")
    add("elman", write, text, every, **TINY, cell="elman", unit="word", embedding_size=0)
    add("window", write, text, every[1:], **TINY, cell="window")
    add("markov", write, text, ("auto",), model="markov", order=4)
    add("gpt2", write, text, ("auto",), **TINY | {"hidden_size": 8}, model="gpt2", layers=1, heads=2, context=16)
    names = folder / "names"
    names.mkdir()
    for name in ("one", "two"):
        (names / f"{name}.txt").write_text("".join(f"{each[:9]}\n" for each in sentences[:60]))
    add("labels", write_labelled, names, every, **TINY, documents="lines", label="file")
    rows = [f"{each}\t{'ab'[n % 2]}\n" for n, each in enumerate(dict.fromkeys(sentences))]
    (folder / "labelled.tsv").write_text("text\tlabel\n" + "".join(rows))
    add("classify", answer, folder / "labelled.tsv", every, **READER, task="classify")
    pairs = [f"{each}\t{each[::-1]}\n" for each in dict.fromkeys(sentences)]
    (folder / "pairs.tsv").write_text("source\ttarget\n" + "".join(pairs))
    add("translate", translate, folder / "pairs.tsv", every, **READER, task="translate", attention="additive")
    add("segment", answer, text, every, **READER, task="segment")
    tagged = [" ".join(f"{word}/{word[0].upper()}" for word in each.split()) for each in sentences]
    add("tag", answer, tagged, every, **READER, task="tag")
    add("caption", caption_of(*images(folder)), folder / "images.tsv", every, **READER, task="caption", image_size=16)
    for weights in ("bf16", "int8"):
        path = folder / f"{weights}.safetensors"
        unrolled.load(found["lstm"].path).save(path, weights=weights)
        found[weights] = Subject(path, write, engines=every)
    states: dict[str, dict[str, Any]] = {"lstm": {}, "markov": {}, "gpt2": {}, "adaptive": {"adaptive": True}}
    for name, options in states.items():
        model = found["lstm" if name == "adaptive" else name].path
        path = unrolled.load(model).start("The cat", **options).save(folder / f"{name}.state")
        found[f"{name} state"] = Subject(path, go_on_with(model), engines=found.get(name, found["lstm"]).engines)
    found["resume file"] = stopped_run(text, folder / "stopped.safetensors")
    return found | make_caches(folder / "cache")


def images(folder: Path) -> list[Path]:
    """Draw some images, and write a table of their captions; the first of them."""
    from PIL import Image

    rows, paths = ["image\tcaption\n"], []
    for number in range(24):
        name, colour = [("red", (255, 0, 0)), ("blue", (0, 0, 255)), ("green", (0, 255, 0))][number % 3]
        paths.append(folder / f"{number}.png")
        Image.new("RGB", (16, 16), colour).save(paths[-1])
        rows.append(f"{number}.png\ta {name} square number {number % 4}\n")
    (folder / "images.tsv").write_text("".join(rows))
    return paths[:1]
