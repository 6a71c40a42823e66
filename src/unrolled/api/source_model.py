"""What models have in common that read a source before they answer or write."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Never, Unpack

import numpy as np
from numpy.typing import NDArray

from ..config import PredictOptions
from ..engines.opener import OPENING
from ..errors import OptionError
from ..generation.prediction import Answer, Generated, Predictor
from ..options import flag, given
from ..sharing import cached_property
from ..tasks import TASKS
from .model import Model
from .reading import sources_of

if TYPE_CHECKING:
    from ..formats.sources import Source
    from ..keywords import PredictKeywords
    from ..text.vocabulary import Vocabulary


class SourceModel(Model):
    """A model that reads sources: texts, or paths of images."""

    @property
    def vocabularies(self) -> Mapping[str, Vocabulary]:
        """The units that the model reads and writes, and its labels, by name."""
        return self.bundle.vocabularies

    @property
    def _purpose(self) -> str:
        return f"it is made to {self.bundle.config.task}, not to write on; use predict"

    def _describe(self) -> str:
        config, names = self.bundle.config, " and ".join(self.bundle.vocabularies)
        sizes = " → ".join(str(len(each)) for each in self.bundle.vocabularies.values())
        return f"{config.task}: {config.title}, {sizes} of {names}"

    @cached_property
    def _predictor(self) -> Predictor:
        """What reads the sources."""
        bundle = self.bundle
        TASKS[bundle.config.task].encode_sources([], bundle.config, bundle.vocabularies)  # or says that it cannot
        with OPENING:
            return Predictor(bundle, self._source.reader(), self._vision)

    def encode(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a source: the last state of what reads it, both directions side by side.

        Texts that mean the same to the model have vectors that point the same way:
        ``a @ b / np.linalg.norm(a) / np.linalg.norm(b)`` is their cosine similarity.

        Args:
            text: A text; for a model of captions, the path of an image or of its features.

        Returns:
            float32 [width of the encoder].

        Raises:
            InputError: The source cannot be read.
        """
        vector: NDArray[np.float32] = self._predictor.vectors([text])[0]
        return vector

    @abstractmethod
    def _results(self, sources: Sequence[str], options: Mapping[str, Any]) -> Sequence[Sequence[Answer | Generated]]:
        """Return what the model makes of each source: one thing, or several of what it writes, the likeliest first."""


class AnsweringModel(SourceModel):
    """A model that answers with labels."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the model tells apart."""
        return self.bundle.vocabularies["labels"].units

    def predict(self, source: str, **options: Never) -> Answer:
        """Answer a text; there are no options.

        Args:
            source: The text.

        Returns:
            The ``label``, its ``probability`` from 0 to 1, and what else the class of the model says.

        Raises:
            OptionError: An option of writing is given.
        """
        return self.predict_many([source], **options)[0]

    def predict_many(self, sources: Source, **options: Never) -> list[Answer]:
        """Answer many texts, side by side.

        Args:
            sources: A list of texts; or a file, a table or rows, as ``train`` takes them.

        Returns:
            An answer for each, in their order.

        Raises:
            OptionError: An option of writing is given.
        """
        return [each for (each,) in self._results(sources_of(self.bundle, sources), options)]

    def _results(self, sources: Sequence[str], options: Mapping[str, Any]) -> list[list[Answer]]:
        refuse_writing(options)
        return [[each] for each in self._predictor.classify(sources)]


class WritingModel(SourceModel):
    """A model that writes a text from a source."""

    def predict(self, source: str, **options: Unpack[PredictKeywords]) -> Generated:
        """Write a text from a source: the likeliest that a search finds, or one that is drawn.

        Args:
            source: A text; for a model of captions, the path of an image or of its features.

        Returns:
            The ``text``, its ``log_probability`` in nats, and the ``score`` that it is ranked by.

        Raises:
            OptionError: An option is not allowed, or means nothing beside the others.
            InputError: The source cannot be read.
        """
        return self.predict_many([source], **options)[0]

    def predict_many(self, sources: Source, **options: Unpack[PredictKeywords]) -> list[Generated]:
        """Write a text from each of many sources, side by side.

        Args:
            sources: A list of texts, or of paths of images for a model of captions; or a file, a table or rows, as
                ``train`` takes them.

        Returns:
            A text for each, in their order.

        Raises:
            OptionError: An option is not allowed, or means nothing beside the others.
            InputError: A source cannot be read.
        """
        count = options.get("count", 1)
        if count > 1:
            raise OptionError(f"I got --count={count}, and this gives one text of each source; leave it out")
        return [each[0] for each in self._results(sources_of(self.bundle, sources), options)]

    def _results(self, sources: Sequence[str], options: Mapping[str, Any]) -> list[list[Generated]]:
        settings = PredictOptions.from_user(options)
        return self._predictor.write(sources, settings.writing(), settings.prefix, settings.count)


def refuse_writing(options: Mapping[str, Any]) -> None:
    """Raise an ``OptionError`` for an option of writing, given to a model that answers."""
    PredictOptions.from_user(options)
    for name in given(options):
        raise OptionError(f"I got {flag(name)}, and this model answers with labels and writes nothing; leave it out")
