"""``LanguageModel``: a prompt in, text out; a text in, what it costs.

What writing does not need is imported where it is called: a process that writes little spends its time starting.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

from ..config import GenerateOptions, ScoreOptions, as_tuple
from ..engines import Engine
from ..errors import UnrolledWarning
from ..generation.state import OF_THE_START, Start, State, generate_options, refuse_others, saved_state, warn_of
from ..sharing import cached_property
from ..text.vocabulary import Vocabulary
from .model import Model
from .reading import text_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..analysis.scoring import Score
    from ..formats.sources import Source
    from ..generation.completion import Completion
    from ..generation.session import Session, Sessions
    from ..keywords import GenerateKeywords, NextKeywords, StartKeywords


class LanguageModel(Model):
    """A trained model that writes and scores text.

    >>> model = unrolled.LanguageModel.load("alice.safetensors")
    >>> print(model.generate("Alice was ", length=300, temperature=0.8, seed=1))
    """

    @property
    def _purpose(self) -> str:
        return "it writes on from a prompt and reads no source; use generate, or score"

    def _describe(self) -> str:
        return f"{self.bundle.config.title}, {len(self.vocabulary)} {self.bundle.config.unit}s"

    @property
    def vocabulary(self) -> Vocabulary:
        """The units that the model reads and writes."""
        return self.bundle.vocabularies["text"]

    @property
    def engine(self) -> Engine:
        """What runs the network; opened when it is first needed."""
        return self._start().engine

    def _start(self, **options: Any) -> Start:
        """Return how a text starts with some options of a start, checked."""
        return Start(self._source, **options)

    def start(self, prompt: str = "", **options: Unpack[StartKeywords]) -> State:
        """Return the state after a prompt, under labels if there are any: a value to write on from, branch and save.

        >>> start = model.start("Once upon a time")
        >>> one, two = start.generate(seed=1), start.generate(seed=2)

        Args:
            prompt: The beginning of the text; a letter that the model never saw is read as its nearest kin.

        Returns:
            The state; what is written from it leaves it as it is.

        Raises:
            OptionError: An option is not allowed, or is none of a start.
        """
        refuse_others(options, OF_THE_START, "the beginning of a text")
        several = {name: as_tuple(options.get(name, ())) for name in ("where", "mix")}
        settings = GenerateOptions.from_user({**options, **several})
        return self._start(**{name: getattr(settings, name) for name in OF_THE_START}).state(prompt)

    def session(self, **options: Unpack[StartKeywords]) -> Session:
        """Return a text that is typed and corrected, with the states along it: a keystroke costs one step.

        Returns:
            The session, its text still empty.

        Raises:
            OptionError: An option is not allowed, or is none of a start.
        """
        from ..generation.session import Session

        return Session(self.start(**options))

    def completions(self, text: str, count: int = 5) -> list[Completion]:
        """Return the likeliest next words; a text that goes on from the one before costs a step a character.

        >>> [each.text for each in model.completions("Alice was beginn")]

        Args:
            text: All that is typed so far; a word that is begun is completed.
            count: How many words at most.

        Returns:
            The words with their probabilities from 0 to 1, the likeliest first.
        """
        return self._typing.completions(text, count)

    @cached_property
    def _typing(self) -> Sessions:
        """The texts that are being completed."""
        from ..generation.session import Sessions

        return Sessions(self._start())

    def open_state(self, path: str | Path) -> State:
        """Return a state that was saved to a file.

        Args:
            path: The file that ``State.save`` wrote.

        Returns:
            The state, to write on from.

        Raises:
            ModelFileError: The file cannot be read, or belongs to another model.
        """
        return saved_state(path, self.bundle).opened(self._source)

    def _begin(self, prompt: str, options: GenerateKeywords | NextKeywords) -> State:
        """Return the state after a prompt for options of which some are those of a start."""
        generate_options(**options)  # nothing is read for a wrong one  # type: ignore[misc]
        return self.start(prompt, **{name: options[name] for name in OF_THE_START if name in options})  # type: ignore[literal-required]

    def stream(self, prompt: str = "", **options: Unpack[GenerateKeywords]) -> Iterator[str]:
        """Write on from a prompt, piece by piece; the pieces joined are what ``generate`` gives.

        >>> for piece in model.stream("Alice was ", seed=1):
        ...     print(piece, end="", flush=True)

        Args:
            prompt: The beginning of the text; a letter that the model never saw is read as its nearest kin.

        Returns:
            An iterator over the continuation, each piece as soon as it is sure.

        Raises:
            OptionError: An option is not allowed.
        """
        return self._begin(prompt, options).stream(**options)

    def generate(self, prompt: str = "", **options: Unpack[GenerateKeywords]) -> str:
        """Write on from a prompt.

        >>> model.generate("Alice was ", length=300, temperature=0.8, seed=1)

        Args:
            prompt: The beginning of the text; a letter that the model never saw is read as its nearest kin.

        Returns:
            The continuation alone.

        Raises:
            OptionError: An option is not allowed.
        """
        return self._begin(prompt, options).generate(**options)

    def generate_many(self, prompt: str = "", count: int = 1, **options: Unpack[GenerateKeywords]) -> list[str]:
        """Write several continuations of one prompt, side by side.

        Args:
            prompt: The beginning of the text; a letter that the model never saw is read as its nearest kin.
            count: How many.

        Returns:
            The continuations; the first is what ``generate`` gives for the same seed.

        Raises:
            OptionError: An option is not allowed.
        """
        return self._begin(prompt, options).generate_many(count, **options)

    def score(
        self,
        text: Source,
        mode: str = "streamed",
        top: int = 0,
        adaptive: bool = False,
        where: str | Sequence[str] = (),
    ) -> Score:
        """Return how many bits a text costs.

        A model of documents reads each of the text's documents from a fresh state, and pays for its end.

        >>> model.score(held_out).bits_per_char

        Args:
            text: The text, a ``str``; or a ``Path``, a table or rows, read as the model's own text was.
            mode: "streamed" (the state carried through the text) or "cold-256" (a fresh state every 256 units).
            top: How many of the likeliest alternatives to keep at every unit.
            adaptive: Blend in a memory of the text before: never to be compared with static figures.
            where: Labels to score under, each as ``column=value``; only for a model that learnt labels.

        Returns:
            ``bits_per_char``, ``bits_per_word``, ``bits_per_byte`` and ``perplexity``; ``bits`` of every unit, float64
            [units]; and ``lines()``, the most surprising first.

        Raises:
            InputError: The text is too short for the mode.
            OptionError: An option is not allowed, or means nothing for this model.
        """
        from ..analysis.scoring import score

        options = ScoreOptions(mode=mode, top=top, adaptive=adaptive, where=as_tuple(where))
        text = text_of(self.bundle, text)
        return score(
            self._start(adaptive=adaptive, where=options.where).engine,
            self.vocabulary,
            text,
            options,
            self.bundle.config.documents or "whole",
        )

    def explain(self, text: Source, where: str | Sequence[str] = ()) -> str:
        """Return a page of HTML that shows what was expected at every unit of a text, and what the neurons did.

        A long text is cut to its beginning, with a warning.

        Args:
            text: The text, or a ``Path``, a table or rows, as for ``score``.
            where: Labels to read it under, each as ``column=value``; only for a model that learnt labels.

        Returns:
            The whole page, which loads nothing from elsewhere.

        Raises:
            InputError: The text is empty.
        """
        from ..analysis.explaining import explain
        from ..reports.explain import page

        documents = self.bundle.config.documents or "whole"
        text, labels = text_of(self.bundle, text), as_tuple(where)
        explained = explain(self._start(where=labels).engine, self.vocabulary, text, documents)
        if explained.left_out:
            message = (
                f"the text has {len(text):,} characters; the page shows the first {len(text) - explained.left_out:,}"
            )
            warnings.warn(message, UnrolledWarning, stacklevel=2)
        return page(", ".join([str(self), *labels]), vars(explained))

    def next(self, prompt: str = "", count: int = 10, **options: Unpack[NextKeywords]) -> list[tuple[str, float]]:
        """Return the likeliest next units after a prompt, by default at temperature 1.

        >>> model.next("Alice wa", count=3)

        Args:
            prompt: The text before; a letter that the model never saw is read as its nearest kin.
            count: How many units at most.

        Returns:
            Units with their probabilities from 0 to 1, the likeliest first.

        Raises:
            OptionError: An option is not allowed.
        """
        return self._begin(prompt, options).next(count, **options)

    def encode(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a text: what the last layer gives out when it has read it.

        Texts that mean the same to the model have vectors that point the same way:
        ``a @ b / np.linalg.norm(a) / np.linalg.norm(b)`` is their cosine similarity.

        Args:
            text: The text; a letter that the model never saw is read as its nearest kin.

        Returns:
            float32 [``hidden_size``].

        Raises:
            OptionError: The model's memory is no vector: a Markov chain, or GPT-2.
        """
        from ..analysis.text_vector import text_vector

        ids, replaced = self.vocabulary.encode_prompt(self.vocabulary.as_learnt(text))
        vector = text_vector(self.engine, self.bundle, ids)
        warn_of(replaced, stacklevel=3)
        return vector

    def quantized(self, weights: str, text: str | None = None) -> Self:
        """Return the model with narrower weights.

        Args:
            weights: "bf16" or "int8"; "fp32" changes nothing.
            text: A text to score before and after: the record of the result tells the bits per character that the
                narrower weights cost on it.

        Returns:
            A new model.

        Raises:
            OptionError: The model is no recurrent network, and only these have narrow weights.
            InputError: The text is too short to be scored.
        """
        narrow = super().quantized(weights)
        if text is not None:
            before, after = self.score(text).bits_per_char, narrow.score(text).bits_per_char
            cost = {"weights": weights, "bits_per_char_before": before, "bits_per_char": after}
            cost["loss_percent"] = 100 * (after - before) / before
            narrow = narrow._noting(quantized=cost | {"characters": len(text)})
        return narrow
