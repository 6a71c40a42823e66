"""The verbs put back on the object that users hold: ``Model``, and ``load``, which opens one.

What writing does not need is imported where it is called: a process that writes little spends its time starting.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from ..config import GenerateOptions, NoveltyOptions, PredictOptions, ScoreOptions, as_tuple
from ..engines import ENGINES, Engine
from ..engines.opener import OPENING, EngineSource, missing_torch
from ..engines.vision_encoder import refuse_idle
from ..errors import OptionError, UnrolledWarning
from ..generation.state import OF_THE_START, Start, State, generate_options, refuse_others, saved_state
from ..kernels.precision import PRECISIONS
from ..keywords import GenerateKeywords, NextKeywords, PredictKeywords, StartKeywords
from ..model_file import bundle as bundles
from ..model_file.bundle import Bundle
from ..model_file.opening import open_bundle
from ..model_file.record import Record
from ..options import check, flag, given
from ..sharing import Recomputed, cached_property
from ..tasks import TASKS
from ..text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from ..analysis.novelty import Novelty
    from ..analysis.scoring import Score
    from ..formats.corpus import Source
    from ..generation.completion import Completion
    from ..generation.prediction import Answer, Generated, Predictor
    from ..generation.session import Session, Sessions


class Model(Recomputed):
    """A trained network that writes and scores text. Threads can share one; it can be copied, pickled, and forked with.

    >>> model = unrolled.load("alice.safetensors")
    >>> print(model.generate("Alice was ", length=300, temperature=0.8, seed=1))
    """

    def __init__(
        self,
        bundle: Bundle,
        engine: str = "auto",
        device: str = "auto",
        weights: str | None = None,
        vision: str | Path | None = None,
    ) -> None:
        check("engine", engine, {"choices": ("auto", *ENGINES)})
        check("weights", weights, {"choices": PRECISIONS})
        self.source = EngineSource(bundle, engine, device, weights)
        self.vision = None if vision is None else str(vision)
        refuse_idle(bundle, self.vision)

    def __repr__(self) -> str:
        return f"<unrolled.Model {self.described}>"

    @property
    def bundle(self) -> Bundle:
        """The model as plain data."""
        return self.source.bundle

    @property
    def described(self) -> str:
        """What the model is, in a few words."""
        config, sizes = self.bundle.config, [len(each) for each in self.bundle.vocabularies.values()]
        if TASKS[config.task].continues:
            return f"{config.title}, {len(self.vocabulary)} {config.unit}s"
        return (
            f"{config.task}: {config.title}, {' → '.join(map(str, sizes))} of {' and '.join(self.bundle.vocabularies)}"
        )

    @property
    def record(self) -> Record:
        """Where the model comes from: its text, its training, its curve; a mapping with attributes."""
        return self.bundle.record

    @property
    def vocabulary(self) -> Vocabulary:
        """The units that the model reads and writes."""
        if "text" not in self.bundle.vocabularies:
            raise OptionError("this model reads one language and writes another; its bundle has the vocabulary of each")
        return self.bundle.vocabularies["text"]

    @property
    def engine(self) -> Engine:
        """What runs the network; opened when it is first needed."""
        return self.starting().engine

    def starting(self, **options: Any) -> Start:
        """How a text starts with some options of a start, checked."""
        if not TASKS[self.bundle.config.task].continues:
            raise OptionError(f"this model is made to {self.bundle.config.task}, not to write on; use predict")
        return Start(self.source, **options)

    def start(self, prompt: str = "", **options: Unpack[StartKeywords]) -> State:
        """The state after a prompt, under labels if there are any: a value to write on from, to branch and to save."""
        refuse_others(options, OF_THE_START, "the beginning of a text")
        settings = GenerateOptions.from_user({**options, "where": as_tuple(options.get("where", ()))})
        return self.starting(**{name: getattr(settings, name) for name in OF_THE_START}).state(prompt)

    def session(self, **options: Unpack[StartKeywords]) -> Session:
        """A text that is typed and corrected, with the states along it: a keystroke costs one step."""
        from ..generation.session import Session

        return Session(self.start(**options))

    def completions(self, text: str, count: int = 5) -> list[Completion]:
        """The likeliest next words after a text; one that goes on from the text before costs one step a character."""
        return self.typing.completions(text, count)

    @cached_property
    def typing(self) -> Sessions:
        """The texts that are being completed."""
        from ..generation.session import Sessions

        return Sessions(self.starting())

    def open_state(self, path: str | Path) -> State:
        """A state that was saved to a file."""
        return saved_state(path, self.bundle).opened(self.source)

    def begin(self, prompt: str, options: GenerateKeywords | NextKeywords) -> State:
        """The state after a prompt for options of which some are those of a start."""
        generate_options(**options)  # nothing is read for a wrong one  # type: ignore[misc]
        return self.start(prompt, **{name: options[name] for name in OF_THE_START if name in options})  # type: ignore[literal-required]

    def stream(self, prompt: str = "", **options: Unpack[GenerateKeywords]) -> Iterator[str]:
        """Write on from a prompt, piece by piece; the pieces joined are what ``generate`` gives."""
        return self.begin(prompt, options).stream(**options)

    def generate(self, prompt: str = "", **options: Unpack[GenerateKeywords]) -> str:
        """Write on from a prompt: the continuation alone."""
        return self.begin(prompt, options).generate(**options)

    def generate_many(self, prompt: str = "", count: int = 1, **options: Unpack[GenerateKeywords]) -> list[str]:
        """``count`` continuations; the first is what ``generate`` gives for the same seed."""
        return self.begin(prompt, options).generate_many(count, **options)

    def score(
        self,
        text: str,
        mode: str = "streamed",
        top: int = 0,
        adaptive: bool = False,
        where: str | Sequence[str] = (),
    ) -> Score:
        """How many bits a text costs: ``bits_per_char``, ``_word``, ``_byte``, ``perplexity``, and ``lines()``.

        ``mode`` is "streamed" (the state carried through the text) or "cold-256" (a fresh state every 256 units);
        with ``top``, the likeliest alternatives at every place are kept. ``adaptive`` blends in a memory of the text
        before: never to be compared with static figures. A model of documents reads each of the text's documents from
        a fresh state, and pays for its end.
        """
        from ..analysis.scoring import score

        options = ScoreOptions(mode=mode, top=top, adaptive=adaptive, where=as_tuple(where))
        return score(
            self.starting(adaptive=adaptive, where=options.where).engine,
            self.vocabulary,
            text,
            options,
            self.bundle.config.documents or "whole",
        )

    def explain(self, text: str, where: str | Sequence[str] = ()) -> str:
        """A page of HTML, complete in itself: what was expected at every place of a text, and what the neurons did.

        A long text is cut to its beginning, with a warning.
        """
        from ..analysis.explaining import explain
        from ..reports.explain import page

        documents = self.bundle.config.documents or "whole"
        labels = as_tuple(where)
        explained = explain(self.starting(where=labels).engine, self.vocabulary, text, documents)
        if explained.left_out:
            message = (
                f"the text has {len(text):,} characters; the page shows the first {len(text) - explained.left_out:,}"
            )
            warnings.warn(message, UnrolledWarning, stacklevel=2)
        return page(", ".join([self.described, *labels]), vars(explained))

    @cached_property
    def predictor(self) -> Predictor:
        """What reads sources, for a model whose task is to."""
        from ..generation.prediction import Predictor

        TASKS[self.bundle.config.task].given([], self.bundle.config, self.bundle.vocabularies)  # or says that it cannot
        with OPENING:
            return Predictor(self.bundle, self.source.reader(), self.vision)

    def predict(self, source: str, **options: Unpack[PredictKeywords]) -> Answer | Generated:
        """What a source is, or what is written from it: a label with its probabilities, a translation, a caption.

        >>> model.predict("a truly wonderful film").label
        """
        return self.predict_many([source], **options)[0]

    def predict_many(
        self, sources: Sequence[str], **options: Unpack[PredictKeywords]
    ) -> list[Answer] | list[Generated]:
        """The same for many sources, side by side."""
        settings = PredictOptions.from_user(options)
        if self.predictor.answers:
            refuse_writing(options)
            return self.predictor.classify(sources)
        if settings.count > 1:
            raise OptionError(f"I got --count {settings.count}, and this gives one text of each; use translations")
        return [texts[0] for texts in self.predictor.write(sources, settings.writing(), settings.prefix)]

    def translations(self, source: str, **options: Unpack[PredictKeywords]) -> list[Generated]:
        """Several texts from one source, ``count`` of them, the likeliest first."""
        settings = PredictOptions.from_user(options)
        if self.predictor.answers:
            raise OptionError("this model answers with labels and writes nothing; use predict")
        return self.predictor.write([source], settings.writing(), settings.prefix, settings.count)[0]

    def next(self, prompt: str = "", count: int = 10, **options: Unpack[NextKeywords]) -> list[tuple[str, float]]:
        """The likeliest next units after a prompt with their probabilities, by default at temperature 1."""
        return self.begin(prompt, options).next(count, **options)

    def save(self, path: str | Path, force: bool = False, weights: str | None = None) -> Path:
        """Write the model to one file; an existing one is only replaced by ``force``.

        ``weights`` "bf16" or "int8" makes the file two or four times smaller; see ``quantized`` for what it costs.
        """
        check("weights", weights, {"choices": PRECISIONS})
        self.refuse_low_precision(weights)
        return bundles.save(dataclasses.replace(self.bundle, weights=weights or self.bundle.weights), path, force)

    def refuse_low_precision(self, weights: str | None) -> None:
        """Only the matrices of a recurrent network have narrow forms."""
        if weights not in (None, "fp32") and not self.bundle.config.kind.low_precision:
            raise OptionError(
                f"the model is {self.bundle.config.title}; only recurrent networks have {weights} weights"
            )

    def quantized(self, weights: str, text: str) -> Model:
        """The model with narrow weights; its record tells the bits per character that they cost on a text."""
        self.refuse_low_precision(weights)
        bundle = dataclasses.replace(self.bundle, weights=weights)
        narrow = Model(bundle, self.source.name, self.source.device, weights, self.vision)
        before, after = self.score(text).bits_per_char, narrow.score(text).bits_per_char
        cost = {"weights": weights, "bits_per_char_before": before, "bits_per_char": after}
        cost["loss_percent"] = 100 * (after - before) / before
        told = self.record | {"quantized": cost | {"characters": len(text)}}
        bundle = dataclasses.replace(bundle, record=told)
        return Model(bundle, self.source.name, self.source.device, weights, self.vision)


def refuse_writing(options: Mapping[str, Any]) -> None:
    """Raise an ``OptionError`` for an option of writing, given to a model that answers."""
    for name in given(options):
        raise OptionError(f"I got {flag(name)}, and this model answers with labels and writes nothing; leave it out")


def load(
    path: str | Path,
    engine: str = "auto",
    device: str = "auto",
    weights: str | None = None,
    vision: str | Path | None = None,
) -> Model:
    """Open a model file, or a folder of Hugging Face with a GPT-2.

    ``engine`` is "auto", "native" (C), "reference" (NumPy) or "torch"; ``weights`` is the precision to run in.
    ``vision`` is the folder of the pretrained network that a model of captions sees with: it is opened only where it is
    named here, whatever the model file says.
    """
    try:
        return Model(open_bundle(path), engine, device, weights, vision)
    except ModuleNotFoundError as error:
        raise missing_torch("a GPT-2", error) from None


def novelty(sample: str | Sequence[str], against: Source, least: int | None = None) -> Novelty:
    """How much of a text (or of several) a model made up, and how much stands in the text that it learnt.

    ``against`` is that text, a source as ``train`` has it. The result has the ``longest`` copied span, the share
    ``copied`` in spans of at least ``least`` characters, the share of ``new_words``, and in ``real`` the same of the
    text's own last tenth.
    """
    from ..analysis.novelty import novelty as compare
    from ..formats.corpus import read_corpus

    options = NoveltyOptions() if least is None else NoveltyOptions(least=least)
    return compare(sample, read_corpus(against), options.least)
