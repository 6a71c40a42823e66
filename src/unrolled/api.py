"""The verbs put back on the object that users hold: ``train``, ``load`` and ``Model``."""

from __future__ import annotations

import dataclasses
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from . import bundle as bundles
from .bundle import Bundle
from .config import (
    GenerateOptions,
    ModelOptions,
    Options,
    ReadOptions,
    RunOptions,
    ScoreOptions,
    TrainOptions,
    check,
    reject_unknown,
    resolve_budget,
)
from .data.readers import Source, read_corpus
from .decoding.engines import ENGINES, Engine, open_engine
from .decoding.scoring import Score, next_units, score
from .decoding.search import Read, choose_seed, read_prompt, write_text
from .errors import InputError, MissingExtraError, OptionError, OutputError, UnrolledWarning
from .tasks import TASKS
from .text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from .training.events import Observer
    from .training.loop import Work

ROWS = 64  # samples written side by side
SAMPLE_TEMPERATURES = (0.3, 0.8, 1.2)
TRAIN_CLASSES: tuple[type[Options], ...] = (ReadOptions, ModelOptions, TrainOptions, RunOptions)


class TrainKeywords(TypedDict, total=False):
    """The options of ``train``; ``config.py`` says what they mean."""

    encoding: str | None
    strip_gutenberg: bool
    task: str
    model: str
    unit: str
    cell: str
    hidden_size: int | None
    layers: int | None
    embedding_size: int | None
    dropout: float | None
    minutes: float | None
    steps: int | None
    epochs: float | None
    batch_size: int | None
    sequence_length: int | None
    batches: str
    learning_rate: float | None
    weight_decay: float
    gradient_clip: float
    reset_probability: float
    patience: int
    valid: float | str
    test: float | str | None
    seed: int
    device: str
    engine: str
    threads: int | None


class GenerateKeywords(TypedDict, total=False):
    """The options of ``generate`` and ``stream``; ``config.py`` says what they mean."""

    length: int
    temperature: float
    top_k: int | None
    top_p: float | None
    min_p: float | None
    stop: str | Sequence[str]
    until: str | None
    lines: int | None
    seed: int | None


class Model:
    """A trained network that writes and scores text.

    >>> model = unrolled.load("alice.safetensors")
    >>> print(model.generate("Alice was ", length=300, temperature=0.8, seed=1))
    """

    def __init__(self, bundle: Bundle, engine: str = "auto", device: str = "auto") -> None:
        check("engine", engine, {"choices": ("auto", *ENGINES)})
        self.bundle, self.engine_name, self.device = bundle, engine, device

    def __repr__(self) -> str:
        config = self.bundle.config
        size = f"{config.layers}×{config.hidden_size}"
        return f"<unrolled.Model {config.cell} {size}, {len(self.vocabulary)} {config.unit}s>"

    @property
    def record(self) -> dict[str, Any]:
        """Where the model comes from: its text, its training, its curve."""
        return self.bundle.record

    @property
    def vocabulary(self) -> Vocabulary:
        """The units that the model knows."""
        return self.bundle.vocabularies["text"]

    @cached_property
    def engine(self) -> Engine:
        """What runs the network; opened when it is first needed."""
        try:
            return open_engine(self.engine_name, self.bundle, self.device)
        except ModuleNotFoundError as error:
            raise missing_torch(f"--engine {self.engine_name}", error) from None

    def read(self, prompt: str) -> Read:
        """The state after a prompt; a unit that the model never saw is read as its nearest kin, with one warning."""
        ids, replaced = self.vocabulary.encode_prompt(prompt)
        if replaced:
            pairs = ", ".join(f"{unit!r} as {kin!r}" for unit, kin in list(replaced.items())[:8])
            more = f" and {len(replaced) - 8} more" if len(replaced) > 8 else ""
            message = f"the model never saw some characters of the prompt; I read {pairs}{more}"
            warnings.warn(message, UnrolledWarning, stacklevel=3)
        return read_prompt(self.engine, ids)

    def stream(self, prompt: str = "", **options: Unpack[GenerateKeywords]) -> Iterator[str]:
        """Write on from a prompt, piece by piece; the pieces joined are what ``generate`` gives."""
        settings = generate_options(**options)
        read = self.read(prompt)
        return (pieces[0] for pieces in write_text(self.engine, self.vocabulary, read, settings, range(1)))

    def generate(self, prompt: str = "", **options: Unpack[GenerateKeywords]) -> str:
        """Write on from a prompt: the continuation alone."""
        return "".join(self.stream(prompt, **options))

    def generate_many(self, prompt: str = "", count: int = 1, **options: Unpack[GenerateKeywords]) -> list[str]:
        """``count`` continuations; the first is what ``generate`` gives for the same seed."""
        settings = generate_options(**options)
        read = self.read(prompt)
        texts = []
        for start in range(0, count, ROWS):
            rows = range(start, min(start + ROWS, count))
            pieces = write_text(self.engine, self.vocabulary, read, settings, rows)
            texts += ["".join(each) for each in zip(*pieces, strict=True)] or [""] * len(rows)
        return texts

    def score(self, text: str, mode: str = "streamed", top: int = 0) -> Score:
        """How many bits a text costs: ``bits_per_char``, ``_word``, ``_byte``, ``perplexity``, and ``lines()``.

        ``mode`` is "streamed" (the state carried through the text) or "cold-256" (a fresh state every 256 units);
        with ``top``, the likeliest alternatives at every place are kept.
        """
        return score(self.engine, self.vocabulary, text, ScoreOptions(mode=mode, top=top))

    def next(self, prompt: str = "", count: int = 10, **options: Unpack[GenerateKeywords]) -> list[tuple[str, float]]:
        """The likeliest next units after a prompt with their probabilities, by default at temperature 1."""
        options.setdefault("temperature", 1.0)
        settings = generate_options(**options)
        return next_units(self.read(prompt), self.vocabulary, settings, count)

    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write the model to one file; an existing one is only replaced by ``force``."""
        return bundles.save(self.bundle, path, force)


def load(path: str | Path, engine: str = "auto", device: str = "auto") -> Model:
    """Open a model file. ``engine``: "auto", "reference" (NumPy) or "torch"."""
    return Model(bundles.load(path), engine, device)


def generate_options(**options: Unpack[GenerateKeywords]) -> GenerateOptions:
    """Checked options, with a seed and with the stop strings as a tuple."""
    stop = options.get("stop", ())
    seed = options.get("seed")
    given = {**options, "stop": (stop,) if isinstance(stop, str) else tuple(stop)}
    return GenerateOptions.of({**given, "seed": choose_seed() if seed is None else seed})


def train(
    source: Source,
    output: str | Path | None = None,
    *,
    resume: bool = False,
    replay: str | Path | None = None,
    force: bool = False,
    observers: Sequence[Observer] = (),
    **options: Unpack[TrainKeywords],
) -> Model:
    """Train a network on a text and give back the best model; nothing is written unless ``output`` names a file.

    ``source`` is a path (a text file, ``.gz``, a folder, ``"-"``), several ``Path`` objects, or lines of text. With an
    ``output``, a run that was killed goes on with ``resume``. ``replay`` repeats the plan recorded in a model file,
    with its options. Ctrl-C ends training early and gives back the best so far (``record["stopped"]`` says so).
    """
    try:
        from .training.loop import fit
    except ModuleNotFoundError as error:
        raise missing_torch("training", error) from None
    if output is not None:
        bundles.refuse_existing(output, force or resume)
        bundles.refuse_unwritable(output)
    work = prepare(source, output, resume, replay, options)
    bundle = add_sample(fit(work, observers, resume))
    model = Model(bundle)
    if output is not None:
        save_or_rescue(model, output)
        if work.resume_file and not str(bundle.record["stopped"]).startswith("signal"):
            work.resume_file.unlink(missing_ok=True)
    return model


def prepare(
    source: Source, output: str | Path | None, resume: bool, replay: str | Path | None, options: TrainKeywords
) -> Work:
    """Read the text and gather the options, from the user or from an earlier run."""
    from .training.loop import Work
    from .training.resume import load_resume, resume_path

    given = sort_options(options)
    plans: list[tuple[int, int]] = []
    resume_file = resume_path(output) if output is not None else None
    if resume and (resume_file is None or not resume_file.exists()):
        raise OptionError(f"there is nothing to resume: no file {resume_file}; leave --resume out to start anew")
    if resume and resume_file:
        about = load_resume(resume_file)[1]
        given = {
            **given,
            "ModelOptions": ModelOptions.of(about["model"]),
            "TrainOptions": TrainOptions.of(about["train"]),
        }
        plans = [(step, steps) for step, steps in about["replay"]]
    if replay is not None:
        earlier = bundles.load(replay)
        given = {**given, "ModelOptions": earlier.config, "TrainOptions": TrainOptions.of(earlier.record["options"])}
        plans = [(step, steps) for step, steps in earlier.record["plans"]]
    model, settings = given["ModelOptions"], resolve_budget(given["TrainOptions"])
    corpus = read_corpus(source, given["ReadOptions"])
    if resume and about["digest"] != corpus.digest:
        raise InputError(f"the text is not the one that {resume_file} learns from; give that one, or start anew")
    for note in corpus.notes:
        warnings.warn(note, UnrolledWarning, stacklevel=3)
    split = TASKS[model.task].read(corpus, model, settings)
    return Work(split, corpus.describe(), model, settings, given["RunOptions"], resume_file, plans)


def sort_options(options: TrainKeywords) -> dict[str, Any]:
    """Flat options as the classes they belong to, by the class's name."""
    reject_unknown(options, [name for each in TRAIN_CLASSES for name in each.names()])
    return {each.__name__: each.of({k: v for k, v in options.items() if k in each.names()}) for each in TRAIN_CLASSES}


def add_sample(bundle: Bundle) -> Bundle:
    """The bundle with a sample of its own writing in the record."""
    sample = Model(bundle, "torch").generate(length=200, temperature=0.8, seed=1)
    return dataclasses.replace(bundle, record={**bundle.record, "sample": sample})


def sample_line(bundle: Bundle, temperature: float, length: int = 100) -> str:
    """A short sample for the screen, from the beginning of a line where there are lines."""
    model = Model(bundle, "torch")
    prompt = "\n" if "\n" in model.vocabulary.index else ""
    return model.generate(prompt, length=length, temperature=temperature, seed=1)


def save_or_rescue(model: Model, output: str | Path) -> None:
    """Save a freshly trained model; if that fails, put it where there is room and say so: minutes of work are in it."""
    try:
        model.save(output, force=True)
    except OutputError as error:
        rescue = Path(tempfile.mkdtemp(prefix="unrolled-")) / Path(output).name
        try:
            model.save(rescue)
        except OutputError:
            raise error from None
        raise OutputError(f"{error}; the trained model is safe in {rescue}") from None


def missing_torch(what: str, error: ModuleNotFoundError) -> MissingExtraError:
    """The sentence for who has only the light half."""
    if error.name != "torch":
        raise error
    return MissingExtraError(f"{what} needs PyTorch, which is not installed; run: pip install 'unrolled[train]'")
