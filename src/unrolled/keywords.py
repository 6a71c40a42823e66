"""The options of the verbs as keywords of Python functions, equal to the fields in ``config.py`` (a test says so)."""

from collections.abc import Sequence
from typing import TypedDict


class ReadKeywords(TypedDict, total=False):
    """How a text is read, in Python."""

    encoding: str | None
    strip_gutenberg: bool
    text_column: str | None
    label: str | Sequence[str]
    source_column: str | None
    target_column: str | None
    images_anywhere: bool


class TrainKeywords(ReadKeywords, total=False):
    """The options of ``train`` in Python: those of the four option classes of ``config.py``."""

    task: str
    model: str
    unit: str
    vocabulary_size: int | None
    min_count: int
    documents: str | None
    cell: str
    hidden_size: int | None
    layers: int | None
    context: int | None
    heads: int | None
    embedding_size: int | None
    dropout: float | None
    directions: int | None
    unit_dropout: float | None
    pooling: str | None
    attention: str | None
    feedback: str
    image_size: int | None
    vision: str
    feature_size: int | None
    order: int | None
    smoothing: str
    minutes: float | None
    steps: int | None
    epochs: float | None
    batch_size: int | None
    sequence_length: int | None
    batches: str
    learning_rate: float | None
    optimizer: str
    weight_decay: float | None
    gradient_clip: float
    label_smoothing: float | None
    class_weights: str
    reset_probability: float
    patience: int
    valid: float | str
    test: float | str | None
    seed: int
    device: str
    kernels: str
    precision: str
    threads: int | None


class StartKeywords(TypedDict, total=False):
    """The options of ``generate`` that hold from the beginning of a text."""

    where: str | Sequence[str]
    label_strength: float
    adaptive: bool


class NextKeywords(StartKeywords, total=False):
    """The options of ``next`` in Python."""

    temperature: float
    top_k: int | None
    top_p: float | None
    min_p: float | None
    endless: bool


class GenerateKeywords(TypedDict, total=False):
    """The options of ``generate`` and ``stream`` in Python."""

    length: int
    temperature: float
    top_k: int | None
    top_p: float | None
    min_p: float | None
    where: str | Sequence[str]
    label_strength: float
    stop: str | Sequence[str]
    until: str | None
    lines: int | None
    endless: bool
    adaptive: bool
    beams: int | None
    length_penalty: float
    seed: int | None
    max_copied: int | None
    against: str | None
    no_loops: bool


class PredictKeywords(TypedDict, total=False):
    """The options of ``predict`` in Python."""

    beams: int | None
    length_penalty: float
    temperature: float | None
    top_k: int | None
    top_p: float | None
    min_p: float | None
    length: int
    prefix: str
    count: int
    seed: int


class EvaluateKeywords(ReadKeywords, PredictKeywords, total=False):
    """The options of ``evaluate`` in Python."""
