"""The comparison: several kinds of model learn one text in the same minutes, and write on from one prompt.

Each learns in a process of its own, so that its speed and its memory are its own, too.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .api import LanguageModel
from .config import ModelOptions, NoveltyOptions, ReadOptions, TrainOptions
from .datasets.line_starts import first_words
from .datasets.text import cut_parts
from .errors import InputError, MissingExtraError, TrainingError
from .formats.corpus import Corpus, read_corpus
from .kinds import KINDS, Kind
from .model_file.bundle import SUFFIX
from .networks.cells import CELLS, WINDOWS
from .tasks.options import has
from .training.settings import sort_options

MODELS: dict[str, dict[str, Any]] = {
    **{name: {"model": name} for name, kind in KINDS.items() if kind.counted},
    **{name: {"cell": name} for name in (*WINDOWS, *CELLS)},
    **{name: {"model": name} for name, kind in KINDS.items() if not (kind.counted or kind.of_cells)},
}
"""What is compared, by name: the options of ``train`` that make it."""
WRITTEN = 5_000
"""Units that each writes to be timed, and to be compared with the text."""
SAMPLE_CHARACTERS = 300
"""Characters of a sample."""
SEED, TEMPERATURE = 1, 0.8
COLD_CHARACTERS = 100_000
"""Held-out characters that are scored with cold starts, at most."""

Say = Callable[[str], object]


@dataclass(frozen=True)
class Entry:
    """How one model did. Bits are per character of held-out text, speeds in characters a second, sizes in bytes.

    ``memory`` is the most that learning took; ``longest`` and ``copied`` are the novelty of what it wrote.
    """

    name: str
    title: str
    bits_per_char: float | None
    cold_bits_per_char: float | None
    learning: float
    writing: float
    bytes: int
    memory: int | None
    longest: int | None
    copied: float | None
    seconds: float
    curve: list[tuple[float, float]]
    sample: str


@dataclass(frozen=True)
class Comparison:
    """All entries, and what they have in common; ``longest`` and ``copied`` are those of the held-out text itself."""

    text: str
    characters: int
    minutes: float
    unit: str
    prompt: str
    entries: list[Entry]
    longest: int | None = None
    copied: float | None = None
    notes: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """Return the comparison as JSON has it."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Text:
    """The text that all learn: where it is, its parts, and how it is read."""

    sources: tuple[str, ...]
    corpus: Corpus
    documents: str
    train: tuple[str, ...]
    valid: tuple[str, ...]

    @property
    def learnt(self) -> Corpus:
        """The part that is learnt, alone."""
        return dataclasses.replace(self.corpus, documents=self.train, labels=())


def read_text(sources: Sequence[str], read: ReadOptions) -> Text:
    """Read the text, and cut it as ``train`` does."""
    if "-" in sources:
        raise InputError("I got - for the text, which several models are to read; give a file")
    corpus = read_corpus(sources[0] if len(sources) == 1 else [Path(each) for each in sources], read)
    kind = corpus.documents_are or ("files" if len(corpus.documents) > 1 else "whole")
    corpus = corpus.arranged(kind)
    parts = cut_parts(corpus, kind, TrainOptions())
    train, valid = (tuple(text for text, _ in parts[name]) for name in ("train", "valid"))
    if not valid:
        raise InputError(f"{corpus.names[0]} is too short to hold a part out; give more text")
    return Text(tuple(map(str, sources)), corpus, kind, train, valid)


def compare(
    sources: Sequence[str],
    names: Sequence[str],
    options: Mapping[str, Any],
    folder: Path,
    prompt: str | None = None,
    say: Say = len,
) -> Comparison:
    """Train each of the models and judge it; their files stay in the folder."""
    sort_options(options)  # a wrong one is refused before any work
    text = read_text(sources, ReadOptions.of({name: options[name] for name in ReadOptions.names() if name in options}))
    prompt = first_words(text.valid[0]) if prompt is None else prompt
    names, notes = available(names)
    entries, unit = [], ""
    for name in names:
        say(f"{name}: learning …")
        path = folder / f"{name}{SUFFIX}"
        try:
            memory = learn(text.sources, path, of_model(name, options))
        except TrainingError as error:
            notes = (*notes, f"{name} is left out; {error}")
            continue
        model = LanguageModel.load(path)
        unit = model.bundle.config.unit
        entries.append(judge(name, model, text, prompt, memory))
        say(f"{name}: {describe(entries[-1])}")
    if not entries:
        raise TrainingError(f"there is nothing to compare: {'; '.join(notes) or 'no model was named'}")
    size = min(WRITTEN, len(text.valid[0]))
    longest, copied = copies(text.valid[0][:size], text)
    return Comparison(
        text=Path(text.corpus.names[0]).name,
        characters=text.corpus.characters,
        minutes=options["minutes"],
        unit=unit,
        prompt=prompt,
        entries=entries,
        longest=longest,
        copied=copied,
        notes=notes,
    )


def of_model(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of ``train`` for one of the models; what is counted is given no minutes."""
    chosen = {**options, **MODELS[name]}
    model = ModelOptions.of(MODELS[name])
    foreign = [each for each in TrainOptions.names() if not has(each, model.task, model.model)]
    return {key: value for key, value in chosen.items() if key not in foreign}


def available(names: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the models that can be trained here, and a note for what cannot."""
    missing = [name for name in names if kind_of(name).needs and not find_spec(kind_of(name).needs)]
    notes = [f"{kind_of(name).called} is left out; run: pip install 'unrolled[{name}]'" for name in missing]
    if not find_spec("pydivsufsort"):
        notes.append("what is copied is left out; run: pip install 'unrolled[novelty]'")
    return [name for name in names if name not in missing], tuple(notes)


def kind_of(name: str) -> Kind:
    """Return what kind of model one of those compared is."""
    return ModelOptions.of(MODELS[name]).kind


def learn(sources: Sequence[str], path: Path, options: Mapping[str, Any]) -> int | None:
    """Train in a process of its own; the most memory that it took, in bytes, where the system tells."""
    flags = [part for name, value in options.items() for part in flag(name, value)]
    command = [sys.executable, "-m", "unrolled", "train", *sources, "-o", str(path), "--force", "--quiet", *flags]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: S603  # it is ourselves
    assert process.stderr, "it is a pipe"
    try:
        with process.stderr as pipe:
            said = pipe.read()
        memory = wait(process)
    finally:  # whatever ends us, ends what we started
        if process.returncode is None:
            process.kill()
    if process.returncode:
        last = (said.strip().splitlines() or ["it said nothing"])[-1].removeprefix("unrolled: ")
        raise TrainingError(f"it could not be trained: {last}")
    return memory


def flag(name: str, value: Any) -> list[str]:
    """Return an option as the command line has it."""
    shown = "--" + name.replace("_", "-")
    if isinstance(value, bool):
        return [shown] if value else []
    return [shown, str(value)]


def wait(process: subprocess.Popen[str]) -> int | None:
    """Wait for a process to end; the most memory that it took, in bytes, where the system tells."""
    if not hasattr(os, "wait4"):
        process.wait()
        return None
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def judge(name: str, model: LanguageModel, text: Text, prompt: str, memory: int | None) -> Entry:
    """Return how a trained model did."""
    model.generate(prompt, length=1)  # opens its engine
    begin = time.perf_counter()
    written = model.generate(prompt, length=WRITTEN, seed=SEED, temperature=TEMPERATURE, endless=True)
    rate = len(written) / (time.perf_counter() - begin)
    longest, copied = copies(written, text)
    record = model.record
    cold = None
    if text.documents == "whole" and len(text.valid[0]) > 1:
        cold = model.score(text.valid[0][:COLD_CHARACTERS], "cold-256").bits_per_char
    return Entry(
        name=name,
        title=model.bundle.config.title,
        bits_per_char=record.best["bits_per_char"] if record.best else None,
        cold_bits_per_char=cold,
        learning=characters_learnt(model, text) / max(record.seconds, 1e-9),
        writing=rate,
        bytes=size_of(model),
        memory=memory,
        longest=longest,
        copied=copied,
        seconds=record.seconds,
        curve=[(point["seconds"], point["valid"]) for point in record.curve],
        sample=written[:SAMPLE_CHARACTERS],
    )


def size_of(model: LanguageModel) -> int:
    """Return the size of a model's file, about: that of its tensors."""
    return sum(tensor.nbytes for tensor in model.bundle.tensors.values())


def characters_learnt(model: LanguageModel, text: Text) -> float:
    """Return the characters that a model has read to learn, again and again or once."""
    record, options = model.record, model.record.options
    characters = sum(map(len, text.train))
    if not record.plans:
        return characters
    units = record.steps * options["batch_size"] * options["sequence_length"]
    return float(units * characters / max(1, record.split["train"]))


def copies(sample: str, text: Text) -> tuple[int | None, float | None]:
    """Return the longest span of a sample that stands in the text that was learnt, and the share in long ones."""
    from .analysis.novelty import novelty

    if not sample.strip():
        return None, None
    try:
        found = novelty(sample, text.learnt, NoveltyOptions().least)
    except MissingExtraError:
        return None, None
    return (found.longest.length if found.longest else 0), found.copied


def describe(entry: Entry) -> str:
    """Return an entry in a line."""
    bits = "nothing held out" if entry.bits_per_char is None else f"{entry.bits_per_char:.3f} bits/char"
    return f"{bits} after {entry.seconds:.0f} s"
