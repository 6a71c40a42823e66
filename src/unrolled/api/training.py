"""Training: a source in, a model out."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from .. import bundle as bundles
from ..bundle import Bundle
from ..config import as_tuple
from ..decoding.engines.source import missing_torch
from ..errors import OptionError, OutputError, UnrolledWarning
from ..keywords import PredictKeywords, TrainKeywords
from .model import Model

if TYPE_CHECKING:
    from ..data.readers import Source
    from ..training.events import Observer

SAMPLE_TEMPERATURES = (0.3, 0.8, 1.2)


def train(
    source: Source,
    output: str | Path | None = None,
    *,
    resume: bool = False,
    replay: str | Path | None = None,
    base: str | Path | None = None,
    force: bool = False,
    observers: Sequence[Observer] = (),
    **options: Unpack[TrainKeywords],
) -> Model:
    """Train a network on a text and give back the best model; nothing is written unless ``output`` names a file.

    ``source`` is a path (a text file, ``.gz``, a folder, ``"-"``), several ``Path`` objects, or lines of text. With an
    ``output``, a run that was killed goes on with ``resume``. ``replay`` repeats the plan recorded in a model file,
    with its options. ``base`` is a model file to go on from: its sizes and its vocabulary stay, new letters are added.
    Ctrl-C ends training early and gives back the best so far (``record["stopped"]`` says so).
    """
    if output is not None:
        refuse_output(output, resume, force)
    from ..training.gather import gather
    from ..training.interrupt import listening

    given = {**options, "label": as_tuple(options.get("label", ()))}
    try:
        work = gather(source, output, given, resume, replay, base, observers)
        if work.model.model == "markov":
            from ..training.chain import count_chain as learn
        else:
            from ..training.loop import fit as learn
    except ModuleNotFoundError as error:
        raise missing_torch("training", error) from None
    for note in work.notes:
        warnings.warn(note, UnrolledWarning, stacklevel=2)

    with listening() as interrupt:
        bundle = add_sample(learn(work, observers, interrupt, resume))
        model = Model(bundle, vision=bundle.config.backbone)  # which the user named, or nothing would have been learnt
        if output is not None:
            save_or_rescue(model, output)
    if work.resume_file and not str(bundle.record["stopped"]).startswith("signal"):
        work.resume_file.unlink(missing_ok=True)
    return model


def refuse_output(output: str | Path, resume: bool, force: bool) -> None:
    """Say before any work that the model could not be written, or what would be lost by writing it."""
    from ..training.paths import resume_path

    bundles.refuse_target(output, force or resume)
    left = resume_path(output)
    if left.exists() and not (resume or force):
        raise OutputError(
            f"{left} is left from a run that was stopped; go on with --resume, or start anew with --force", 2
        )
    if resume and not left.exists():
        raise OptionError(f"there is nothing to resume: no file {left}; leave --resume out to start anew")


def add_sample(bundle: Bundle) -> Bundle:
    """The bundle with a sample of its own writing in the record, or with what it makes of held-out sources."""
    if bundle.config.task != "language":
        return dataclasses.replace(bundle, record={**bundle.record, "sample": "\n".join(example_lines(bundle))})
    sample = Model(bundle, quick_engine(bundle)).generate(length=200, temperature=0.8, seed=1)
    return dataclasses.replace(bundle, record={**bundle.record, "sample": sample})


def example_lines(bundle: Bundle) -> list[str]:
    """A few held-out sources, what the model makes of each, and what was wanted, a line each."""
    from ..decoding.predicting import Answer

    shown = bundle.record.get("shown", [])
    model = Model(bundle, quick_engine(bundle), vision=bundle.config.backbone)
    how: PredictKeywords = {} if model.predictor.answers else {"beams": 1}
    found = model.predict_many([source for source, _ in shown], **how)
    results = [each.label if isinstance(each, Answer) else each.text for each in found]
    return [
        f"{shorten(source)} → {shorten(result)}" + ("" if result == wanted else f" (wanted: {shorten(wanted)})")
        for (source, wanted), result in zip(shown, results, strict=True)
    ]


def shorten(text: str, most: int = 60) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def quick_engine(bundle: Bundle) -> str:
    """The engine for few units by who has PyTorch loaded: it packs no weights."""
    return "torch" if bundle.config.model == "recurrent" else "auto"


def sample_line(bundle: Bundle, temperature: float, length: int = 100) -> str:
    """A short sample for the screen, from the beginning of a line where there are lines."""
    model = Model(bundle, quick_engine(bundle))
    prompt = "\n" if "\n" in model.vocabulary.index else ""
    return model.generate(prompt, length=length, temperature=temperature, seed=1)


def save_or_rescue(model: Model, output: str | Path) -> None:
    """Save a freshly trained model; if that fails, put it where there is room and say so: minutes of work are in it."""
    import tempfile

    try:
        model.save(output, force=True)
    except OutputError as error:
        rescue = Path(tempfile.mkdtemp(prefix="unrolled-")) / Path(output).name
        try:
            model.save(rescue)
        except OutputError:
            raise error from None
        raise OutputError(f"{error}; the trained model is safe in {rescue}") from None
