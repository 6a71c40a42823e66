"""What all models have in common: ``Model``, the base of the classes that ``load`` and ``train`` give."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ..engines import ENGINES
from ..engines.opener import EngineSource, missing_torch
from ..engines.vision_encoder import refuse_idle
from ..errors import MissingVerbError, OptionError
from ..kernels.precision import PRECISIONS
from ..model_file import bundle as bundles
from ..model_file.bundle import Bundle
from ..model_file.opening import open_bundle
from ..model_file.record import Record
from ..options import check
from ..sharing import Recomputed
from ..tasks import TASKS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Model(Recomputed, ABC):
    """A trained model. Threads can share one; it can be copied, pickled, and forked with.

    What it can do is said by its class: ``LanguageModel``, ``Classifier``, ``Translator``, ``Captioner``, ``Segmenter``
    or ``Tagger``. ``unrolled.load`` gives the one that a file holds; ``Classifier.load`` opens classifiers alone.
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
        self._source = EngineSource(bundle, engine, device, weights)
        self._vision = None if vision is None else str(vision)
        refuse_idle(bundle, self._vision)

    @classmethod
    def load(
        cls,
        path: str | Path,
        engine: str = "auto",
        device: str = "auto",
        weights: str | None = None,
        vision: str | Path | None = None,
    ) -> Self:
        """Open a model file as a model of this class.

        Args:
            path: A model file, or a folder of Hugging Face with a GPT-2.
            engine: "auto" (the fastest that the device allows without PyTorch), "native" (C), "reference" (NumPy) or
                "torch".
            device: "auto" or "cpu"; for the engine "torch" also "cuda" or "mps".
            weights: The precision to run in, "fp32", "bf16" or "int8"; None is that of the file.
            vision: The folder of the pretrained network that a model of captions sees with: it is opened only where it
                is named here, whatever the model file says.

        Returns:
            The model, in the class that this is called on.

        Raises:
            OptionError: The file holds a model of another class, or nothing can run it so.
            ModelFileError: The file cannot be opened.
            MissingExtraError: An optional package is needed that is not installed.
        """
        try:
            opened = model_of(open_bundle(path), engine, device, weights, vision)
        except ModuleNotFoundError as error:
            raise missing_torch("a GPT-2", error) from None
        return cls._expect(opened, path)

    @classmethod
    def _expect(cls, model: Model, path: str | Path) -> Self:
        """Return the same model, which a file holds; raises ``OptionError`` where it is none of this class."""
        if not isinstance(model, cls):
            raise OptionError(f"{path} holds a {type(model).__name__}: {model._purpose}")
        return model

    def __str__(self) -> str:
        """Return what the model is, in a few words."""
        return self._describe()

    def __repr__(self) -> str:
        return f"<unrolled.{type(self).__name__} {self}>"

    @property
    @abstractmethod
    def _purpose(self) -> str:
        """What messages say of it, to who wants something else of it."""

    @abstractmethod
    def _describe(self) -> str:
        """Return what the model is, in a few words."""

    if not TYPE_CHECKING:  # a type checker says itself what a class does not have

        def __getattr__(self, name: str) -> Any:
            """Refuse a verb of another class in words."""
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            raise MissingVerbError(f"a {type(self).__name__} has no {name}: {self._purpose}")

    @property
    def bundle(self) -> Bundle:
        """The model as plain data: weights, options, vocabularies, record."""
        return self._source.bundle

    @property
    def record(self) -> Record:
        """Where the model comes from: its text, its training, its curve; a mapping with attributes."""
        return self.bundle.record

    def info(self) -> dict[str, Any]:
        """Return what ``unrolled info`` tells of the model.

        Returns:
            Sizes, units, training and figures, by name, as JSON has them.
        """
        from ..model_file.about import about

        return about(self.bundle)

    def save(self, path: str | Path, force: bool = False, weights: str | None = None) -> Path:
        """Write the model to one file, whole or not at all.

        Args:
            path: The file; ``.safetensors`` is the usual ending.
            force: Replace a file that is there.
            weights: "bf16" or "int8" makes the file two or four times smaller, and ``quantized`` says what it costs;
                None keeps the precision that the model has.

        Returns:
            The file that was written.

        Raises:
            OutputError: The file is there and ``force`` is off, or it cannot be written.
            OptionError: The model cannot be kept in these weights.
        """
        check("weights", weights, {"choices": PRECISIONS})
        self._refuse_low_precision(weights)
        return bundles.save(dataclasses.replace(self.bundle, weights=weights or self.bundle.weights), path, force)

    def quantized(self, weights: str) -> Self:
        """Return the model with narrower weights; ``unrolled quantize`` tells what they cost on a test.

        Args:
            weights: "bf16" or "int8"; "fp32" changes nothing.

        Returns:
            A new model of the same class.

        Raises:
            OptionError: The model is no recurrent network, and only these have narrow weights.
        """
        check("weights", weights, {"choices": PRECISIONS})
        self._refuse_low_precision(weights)
        bundle = dataclasses.replace(self.bundle, weights=weights)
        return type(self)(bundle, self._source.name, self._source.device, weights, self._vision)

    def _noting(self, **entries: Any) -> Self:
        """Return the same model with more entries in its record."""
        bundle, source = dataclasses.replace(self.bundle, record=self.record | entries), self._source
        return type(self)(bundle, source.name, source.device, source.weights, self._vision)

    @abstractmethod
    def encode(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a text: what the network has in its memory when it has read it.

        Args:
            text: A text; for a model of captions, the path of an image or of its features.

        Returns:
            float32 [width], as wide as the network's memory.

        Raises:
            OptionError: The model's memory is no vector.
        """

    def _refuse_low_precision(self, weights: str | None) -> None:
        """Only the matrices of a recurrent network can be kept in bf16 and int8."""
        if weights not in (None, "fp32") and not self.bundle.config.kind.low_precision:
            raise OptionError(
                f"the model is {self.bundle.config.title}; only recurrent networks have {weights} weights"
            )


def model_of(
    bundle: Bundle,
    engine: str = "auto",
    device: str = "auto",
    weights: str | None = None,
    vision: str | Path | None = None,
) -> Model:
    """Return the model of a bundle, in the class of its task; the other arguments are those of ``load``."""
    kind: type[Model] = getattr(import_module(str(__package__)), TASKS[bundle.config.task].model_class)
    return kind(bundle, engine, device, weights, vision)
