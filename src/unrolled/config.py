"""Every option, its default and its help: here, and in ``usage.py``, is the only place where a default is written.

The command line derives its flags from these classes, the model file stores them, and ``None`` means "the recipe
decides". A class checks its own values, so a wrong one never travels. Which tasks and kinds of model have an option is
for them to say (``Task.options``, ``Kind.options``); what none of them claims is of all.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from .errors import OptionError
from .kinds import KINDS, Kind
from .options import Options, option
from .usage import EngineOptions as EngineOptions
from .usage import GenerateOptions as GenerateOptions
from .usage import NoveltyOptions as NoveltyOptions
from .usage import PredictOptions as PredictOptions
from .usage import ScoreOptions as ScoreOptions
from .usage import threads_option


class ReadOptions(Options):
    """How a text is read."""

    encoding: str | None = option(None, "encoding of the text [default: found out]")
    strip_gutenberg: bool = option(False, "remove Project Gutenberg's header and licence")
    strip_timecodes: bool = option(False, "remove numbers and times of subtitles")
    plain_text: bool = option(False, "read any file as it stands, whatever its format")
    text_column: str | None = option(
        None,
        "column of the texts, or of tokens, in a table, by its name or its number [default: found out]",
    )
    label: tuple[str, ...] = option(
        (),
        "column whose value conditions the text, or is to be told, or: file; a name or a number (several times)",
    )
    source_column: str | None = option(
        None,
        "column of what a translation or a caption is made of [default: found out]",
    )
    target_column: str | None = option(None, "column of the translations or captions [default: found out]")

    images_anywhere: bool = option(False, "also read images that a table names outside its own folder", recorded=False)

    def chosen(self) -> dict[str, dict[str, Any]]:
        """Return the options of reading that differ from their defaults, without those that a user alone can allow."""
        read = {
            name: getattr(self, name)
            for name in self.names()
            if getattr(self, name) != getattr(ReadOptions(), name) and name not in UNRECORDED
        }
        return {"read": read} if read else {}


UNRECORDED = tuple(each.name for each in dataclasses.fields(ReadOptions) if not each.metadata.get("recorded", True))
"""What a user allows; a record, which anybody may have written, allows nothing."""


def as_given(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return options from JSON, which has no tuples; what a user alone can allow is left out."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in recorded.items()
        if name not in UNRECORDED
    }


UNITS = ("char", "grapheme", "syllable", "word", "byte", "bpe", "gpt2")
MODELS = tuple(KINDS)
SMOOTHINGS = ("kneser-ney", "none")
DOCUMENTS = ("whole", "files", "lines", "blank-lines", "rows")
CNN, FEATURES = "cnn", "features"
"""The vision encoders that are not pretrained: a CNN that is trained with the rest, or none, for features are given."""


class ModelOptions(Options):
    """What the network is."""

    task: str = option(
        "language", "what the network does", choices=("language", "classify", "translate", "caption", "segment", "tag")
    )
    model: str = option("recurrent", "recurrent network, chain of counted n-grams, or GPT-2", choices=MODELS)
    unit: str = option("auto", "what a step reads and writes; auto goes by script and size", choices=("auto", *UNITS))
    vocabulary_size: int | None = option(None, "most words, syllables or tokens that are units", low=1, high=1_000_000)
    min_count: int = option(2, "times that a word or a syllable must occur; rarer ones are spelled", low=1)
    documents: str | None = option(
        None,
        "what a document is, at whose end writing stops [default: each of several files or rows]",
        choices=DOCUMENTS,
    )
    cell: str = option("lstm", "recurrent cell; window is feed-forward", choices=("elman", "gru", "lstm", "window"))
    context: int | None = option(None, "units that a window or GPT-2 looks back", low=2, high=65536)
    heads: int | None = option(None, "attention heads of a layer of GPT-2", low=1, high=64)
    hidden_size: int | None = option(None, "width of each layer", low=1, high=8192)
    layers: int | None = option(None, "number of stacked layers", low=1, high=16)
    embedding_size: int | None = option(None, "width of the input embedding; 0 is one-hot input", low=0, high=8192)
    dropout: float | None = option(None, "share of each layer's outputs dropped while training", low=0, below=1)
    directions: int | None = option(None, "2 lets a source also be read from its end, 1 does not", low=1, high=2)
    unit_dropout: float | None = option(
        None, "share of a source's units that are dropped whole while training", low=0, below=1
    )
    pooling: str | None = option(
        None,
        "how the encoder's outputs are pooled: the last, their mean, their maximum, or all three",
        choices=("last", "mean", "max", "all"),
    )
    attention: str | None = option(
        None,
        "attention over the source",
        choices=("none", "dot", "additive"),
    )
    feedback: str = option(
        "units",
        "what the network reads while it writes; none: nothing but its first state",
        choices=("units", "none"),
    )
    image_size: int | None = option(None, "side of the square that images are read in", low=8, high=512)
    vision: str = option(
        CNN,
        "vision encoder: cnn is trained with the rest; features are given; or a folder of Hugging Face",
    )
    feature_size: int | None = option(None, "width of the features in place of images [default: found out]", low=1)
    order: int | None = option(
        None, "units of a Markov chain's longest n-gram [default: 7 characters, 4 else]", low=1, high=30
    )
    smoothing: str = option("kneser-ney", "what a Markov chain does with its counts", choices=SMOOTHINGS)

    @property
    def backbone(self) -> str | None:
        """The folder or the name of the pretrained network that sees, where one does."""
        return None if self.vision in (CNN, FEATURES) else self.vision

    @property
    def kind(self) -> Kind:
        """What is particular about the kind of model."""
        return KINDS[self.model]

    @property
    def title(self) -> str:
        """The model in a word and its sizes."""
        cell = f"{self.cell} of {self.context}" if self.context else self.cell
        return self.kind.title.format_map({**vars(self), "cell": cell})


class TrainOptions(Options):
    """How the network learns. The budget is one of ``minutes``, ``steps`` and ``epochs``."""

    minutes: float | None = option(None, "train for about so many minutes [default: 5]", above=0, high=100000)
    steps: int | None = option(None, "train for exactly so many steps", low=1, high=10**12)
    epochs: float | None = option(None, "train for so many epochs: passes over the text", above=0)
    batch_size: int | None = option(None, "sequences side by side in a step", low=1, high=65536)
    sequence_length: int | None = option(
        None,
        "units of backpropagation through time; of examples, padded units of a batch",
        low=1,
        high=65536,
    )
    batches: str = option(
        "streams",
        "streams carry the state through the text; windows are shuffled",
        choices=("streams", "windows"),
    )
    learning_rate: float | None = option(None, "highest learning rate", above=0, high=10)
    schedule: str = option(
        "cosine",
        "how the learning rate falls behind its rise: along a cosine, evenly to 0, or not at all",
        choices=("cosine", "linear", "constant"),
    )
    optimizer: str = option(
        "muon",
        "what the matrices of the stack learn by; the rest learns by adamw",
        choices=("muon", "adamw"),
    )
    weight_decay: float | None = option(None, "weight decay of the matrices", low=0)
    gradient_clip: float = option(1.0, "longest gradient allowed (norm)", above=0)
    label_smoothing: float | None = option(
        None, "share of each target's probability that is spread over all units", low=0, below=1
    )
    class_weights: str = option(
        "none",
        "balanced: each class counts the same, however rare it is",
        choices=("none", "balanced"),
    )
    reset_probability: float = option(
        0.01,
        "chance per step that a stream forgets its state",
        low=0,
        high=1,
        idle={"batches": ("windows",)},
    )
    patience: int = option(
        12,
        "stop after so many validations without progress; 0 never stops",
        low=0,
        idle={"valid": (0.0,)},
    )
    valid: float | str = option(0.1, "held-out share at the end of the text, or a file", low=0, below=1)
    test: float | str | None = option(None, "share at the very end, or a file, that is only reported", low=0, below=1)
    seed: int = option(1, "seed of all that is random", low=0, high=2**63 - 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        given = [f"--{name}" for name in ("minutes", "steps", "epochs") if getattr(self, name) is not None]
        if len(given) > 1:
            raise OptionError(f"I got {' and '.join(given)}; a budget is one of them: leave the others out")
        if isinstance(self.valid, float) and isinstance(self.test, float) and self.valid + self.test >= 1:
            raise OptionError(f"--valid={self.valid} and --test={self.test} leave nothing to train on; lower them")


DEFAULT_MINUTES = 5.0
"""The budget where none is given."""
SCRATCH, AUTO = "scratch", "auto"
"""The start of a network that has learnt nothing, and one that is chosen by what learns more in the same time."""


class RunOptions(Options):
    """Where training is done."""

    device: str = option("auto", "where training runs: auto, cpu, cuda or mps")
    kernels: str = option(
        "auto",
        "what training scans with: the C kernels, PyTorch's own scan (stock), or neither (off)",
        choices=("auto", "stock", "off"),
    )
    precision: str = option(
        "auto",
        "what the kernels train in: bf16 where the processor multiplies it",
        choices=("auto", "fp32", "bf16"),
        idle={"kernels": ("off", "stock")},
    )
    threads: int | None = threads_option()


def as_tuple(given: Any) -> tuple[str, ...]:
    """Return one or several strings as a tuple."""
    return (given,) if isinstance(given, str) else tuple(given)


def resolve_budget(options: TrainOptions) -> TrainOptions:
    """Return the same options with the default budget where none was given."""
    if options.minutes is None and options.steps is None and options.epochs is None:
        return dataclasses.replace(options, minutes=DEFAULT_MINUTES)
    return options
