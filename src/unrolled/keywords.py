"""The options of the verbs as keywords of Python functions, for type checkers and editors.

Written by ``tools/write_keywords.py`` from ``config.py``, and ``usage.py``, where every default and every help stands.
"""

from collections.abc import Sequence
from typing import Literal, TypedDict

AttentionChoice = Literal["none", "dot", "additive"]
BatchesChoice = Literal["streams", "windows"]
CellChoice = Literal["elman", "gru", "lstm", "window"]
ClassWeightsChoice = Literal["none", "balanced"]
DocumentsChoice = Literal["whole", "files", "lines", "blank-lines", "rows"]
EngineChoice = Literal["auto", "native", "reference", "torch"]
FeedbackChoice = Literal["units", "none"]
KernelsChoice = Literal["auto", "stock", "off"]
ModeChoice = Literal["streamed", "cold-256"]
ModelChoice = Literal["recurrent", "markov", "gpt2"]
OptimizerChoice = Literal["muon", "adamw"]
PoolingChoice = Literal["last", "mean", "max", "all"]
PrecisionChoice = Literal["auto", "fp32", "bf16"]
ScheduleChoice = Literal["cosine", "linear", "constant"]
SmoothingChoice = Literal["kneser-ney", "none"]
TaskChoice = Literal["language", "classify", "translate", "caption", "segment", "tag"]
UnitChoice = Literal["auto", "char", "grapheme", "syllable", "word", "byte", "bpe", "gpt2"]
UntilChoice = Literal["sentence", "line"]
WeightsChoice = Literal["fp32", "bf16", "int8"]
LanguageTask = Literal["language"]
ClassifyTask = Literal["classify"]
TranslateTask = Literal["translate"]
CaptionTask = Literal["caption"]
SegmentTask = Literal["segment"]
TagTask = Literal["tag"]


class ReadKeywords(TypedDict, total=False):
    """How a text is read."""

    encoding: str | None
    """Encoding of the text [default: found out]."""
    strip_gutenberg: bool
    """Remove Project Gutenberg's header and licence."""
    strip_timecodes: bool
    """Remove numbers and times of subtitles."""
    plain_text: bool
    """Read any file as it stands, whatever its format."""
    text_column: str | None
    """Column of the texts, or of tokens, in a table, by its name or its number [default: found out]."""
    label: str | Sequence[str]
    """Column whose value conditions the text, or is to be told, or: file; a name or a number (several times)."""
    source_column: str | None
    """Column of what a translation or a caption is made of [default: found out]."""
    target_column: str | None
    """Column of the translations or captions [default: found out]."""
    images_anywhere: bool
    """Also read images that a table names outside its own folder."""


class TrainKeywords(ReadKeywords, total=False):
    """The options of ``train``."""

    model: ModelChoice
    """Recurrent network, chain of counted n-grams, or GPT-2 [default: recurrent]."""
    unit: UnitChoice
    """What a step reads and writes; auto goes by script and size [default: auto]."""
    vocabulary_size: int | None
    """Most words, syllables or tokens that are units (at least 1 and at most 1000000)."""
    min_count: int
    """Times that a word or a syllable must occur; rarer ones are spelled (at least 1) [default: 2]."""
    documents: DocumentsChoice | None
    """What a document is, at whose end writing stops [default: each of several files or rows]."""
    cell: CellChoice
    """Recurrent cell; window is feed-forward [default: lstm]."""
    context: int | None
    """Units that a window or GPT-2 looks back (at least 2 and at most 65536)."""
    heads: int | None
    """Attention heads of a layer of GPT-2 (at least 1 and at most 64)."""
    hidden_size: int | None
    """Width of each layer (at least 1 and at most 8192)."""
    layers: int | None
    """Number of stacked layers (at least 1 and at most 16)."""
    embedding_size: int | None
    """Width of the input embedding; 0 is one-hot input (at least 0 and at most 8192)."""
    dropout: float | None
    """Share of each layer's outputs dropped while training (at least 0 and below 1)."""
    directions: int | None
    """2 lets a source also be read from its end, 1 does not (at least 1 and at most 2)."""
    unit_dropout: float | None
    """Share of a source's units that are dropped whole while training (at least 0 and below 1)."""
    pooling: PoolingChoice | None
    """How the encoder's outputs are pooled: the last, their mean, their maximum, or all three."""
    attention: AttentionChoice | None
    """Attention over the source."""
    feedback: FeedbackChoice
    """What the network reads while it writes; none: nothing but its first state [default: units]."""
    image_size: int | None
    """Side of the square that images are read in (at least 8 and at most 512)."""
    vision: str
    """Vision encoder: cnn is trained with the rest; features are given; or a folder of Hugging Face [default: cnn]."""
    feature_size: int | None
    """Width of the features in place of images [default: found out] (at least 1)."""
    order: int | None
    """Units of a Markov chain's longest n-gram [default: 7 characters, 4 else] (at least 1 and at most 30)."""
    smoothing: SmoothingChoice
    """What a Markov chain does with its counts [default: kneser-ney]."""
    minutes: float | None
    """Train for about so many minutes [default: 5] (above 0 and at most 100000)."""
    steps: int | None
    """Train for exactly so many steps (at least 1 and at most 1000000000000)."""
    epochs: float | None
    """Train for so many epochs: passes over the text (above 0)."""
    batch_size: int | None
    """Sequences side by side in a step (at least 1 and at most 65536)."""
    sequence_length: int | None
    """Units of backpropagation through time; of examples, padded units of a batch (at least 1 and at most 65536)."""
    batches: BatchesChoice
    """Streams carry the state through the text; windows are shuffled [default: streams]."""
    learning_rate: float | None
    """Highest learning rate (above 0 and at most 10)."""
    schedule: ScheduleChoice
    """How the learning rate falls behind its rise: along a cosine, evenly to 0, or not at all [default: cosine]."""
    optimizer: OptimizerChoice
    """What the matrices of the stack learn by; the rest learns by adamw [default: muon]."""
    weight_decay: float | None
    """Weight decay of the matrices (at least 0)."""
    gradient_clip: float
    """Longest gradient allowed (norm) (above 0) [default: 1.0]."""
    label_smoothing: float | None
    """Share of each target's probability that is spread over all units (at least 0 and below 1)."""
    class_weights: ClassWeightsChoice
    """Balanced: each class counts the same, however rare it is [default: none]."""
    reset_probability: float
    """Chance per step that a stream forgets its state (at least 0 and at most 1) [default: 0.01]."""
    patience: int
    """Stop after so many validations without progress; 0 never stops (at least 0) [default: 12]."""
    valid: float | str
    """Held-out share at the end of the text, or a file (at least 0 and below 1) [default: 0.1]."""
    test: float | str | None
    """Share at the very end, or a file, that is only reported (at least 0 and below 1)."""
    seed: int
    """Seed of all that is random (at least 0 and at most 9223372036854775807) [default: 1]."""
    device: str
    """Where training runs: auto, cpu, cuda or mps [default: auto]."""
    kernels: KernelsChoice
    """What training scans with: the C kernels, PyTorch's own scan (stock), or neither (off) [default: auto]."""
    precision: PrecisionChoice
    """What the kernels train in: bf16 where the processor multiplies it [default: auto]."""
    threads: int | None
    """Threads at most [default: one a core] (at least 1 and at most 1024)."""


class StartKeywords(TypedDict, total=False):
    """The options of a text's beginning."""

    where: str | Sequence[str]
    """Write under a label, as author=Carroll (can be given several times)."""
    label_strength: float
    """How closely to follow the labels: 1 as learnt, 2 makes them plainer (at least 0) [default: 1.0]."""
    mix: str | Sequence[str]
    """Blend in another model, as other.safetensors=0.3 (can be given several times)."""
    adaptive: bool
    """Learn from the prompt and from what is written, too."""


class NextKeywords(StartKeywords, total=False):
    """The options that the next unit depends on."""

    temperature: float
    """0 always takes the likeliest; 1 is the model's own; higher is wilder (at least 0) [default: 0.8]."""
    top_k: int | None
    """Only the k likeliest units (at least 1)."""
    top_p: float | None
    """Only the likeliest units that together reach p (above 0 and at most 1)."""
    min_p: float | None
    """Only units at least so likely relative to the likeliest (at least 0 and at most 1)."""
    endless: bool
    """Write on where a model of several documents would end one; others always do."""


class GenerateKeywords(TypedDict, total=False):
    """The options of ``generate`` and ``stream``."""

    length: int
    """Units to write at most (at least 0 and at most 1000000000000000000) [default: 300]."""
    temperature: float
    """0 always takes the likeliest; 1 is the model's own; higher is wilder (at least 0) [default: 0.8]."""
    top_k: int | None
    """Only the k likeliest units (at least 1)."""
    top_p: float | None
    """Only the likeliest units that together reach p (above 0 and at most 1)."""
    min_p: float | None
    """Only units at least so likely relative to the likeliest (at least 0 and at most 1)."""
    where: str | Sequence[str]
    """Write under a label, as author=Carroll (can be given several times)."""
    label_strength: float
    """How closely to follow the labels: 1 as learnt, 2 makes them plainer (at least 0) [default: 1.0]."""
    mix: str | Sequence[str]
    """Blend in another model, as other.safetensors=0.3 (can be given several times)."""
    stop: str | Sequence[str]
    """Stop before this text (can be given several times)."""
    until: UntilChoice | None
    """Stop at the end of a."""
    lines: int | None
    """Stop after so many lines (at least 1)."""
    endless: bool
    """Write on where a model of several documents would end one; others always do."""
    adaptive: bool
    """Learn from the prompt and from what is written, too."""
    beams: int | None
    """Search for the likeliest whole text, with so many beams side by side (at least 1 and at most 65536)."""
    length_penalty: float
    """Power of a text's length that beams divide by: above 0 favours long ones (at least 0 and at most 10) [default:
    1.0]."""
    seed: int | None
    """Seed of the draw, where anything is drawn: the same seed writes the same text (at least 0 and at most
    9223372036854775807)."""
    max_copied: int | None
    """Most characters in a row that stand in the text of --against (at least 1)."""
    against: str | None
    """The text that the model learnt: a file or a folder."""
    constraints: str | None
    """File of words that must not come and of what lines must be (TOML)."""
    no_loops: bool
    """Where the text goes round in circles, raise the temperature until it leaves them."""


class PredictKeywords(TypedDict, total=False):
    """The options of ``predict``."""

    beams: int | None
    """Search for the likeliest whole text, with so many beams side by side [default: 5, or as many as --count] (at
    least 1 and at most 65536)."""
    length_penalty: float
    """Power of a text's length that beams divide by: above 0 favours long ones (at least 0 and at most 10) [default:
    1.0]."""
    temperature: float | None
    """Draw, and do not search; 0 takes the likeliest unit at each step (at least 0)."""
    top_k: int | None
    """Only the k likeliest units (at least 1)."""
    top_p: float | None
    """Only the likeliest units that together reach p (above 0 and at most 1)."""
    min_p: float | None
    """Only units at least so likely relative to the likeliest (at least 0 and at most 1)."""
    length: int
    """Units to write at most (at least 1 and at most 1000000000000000000) [default: 200]."""
    prefix: str
    """What is written begins with this [default: ]."""
    count: int
    """Texts from each source, the likeliest first (at least 1 and at most 65536) [default: 1]."""
    seed: int
    """Seed of the draw, where anything is drawn: the same seed writes the same text (at least 0 and at most
    9223372036854775807) [default: 1]."""


class EvaluateKeywords(ReadKeywords, PredictKeywords, total=False):
    """The options of ``evaluate``."""
