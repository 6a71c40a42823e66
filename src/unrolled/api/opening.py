"""Opening: a model file in, a model of the class that its task has out."""

from __future__ import annotations

from pathlib import Path

from .documented import document
from .model import Model


def load(
    path: str | Path,
    engine: str = "auto",
    device: str = "auto",
    weights: str | None = None,
    vision: str | Path | None = None,
) -> Model:
    """Open a model file, or a folder of Hugging Face with a GPT-2, as a model of the class that its task has.

    For one class alone, and for a type checker, there is ``Classifier.load`` and so on.

    >>> model = unrolled.load("alice.safetensors")

    Args:
        path: A model file, or a folder of Hugging Face with a GPT-2.
        engine: "auto" (the fastest that the device allows without PyTorch), "native" (C), "reference" (NumPy) or
            "torch".
        device: "auto" or "cpu"; for the engine "torch" also "cuda" or "mps".
        weights: The precision to run in, "fp32", "bf16" or "int8"; None is that of the file.
        vision: The folder of the pretrained network that a model of captions sees with: it is opened only where it
            is named here, whatever the model file says.

    Returns:
        A ``LanguageModel``, ``Classifier``, ``Translator``, ``Captioner``, ``Segmenter`` or ``Tagger``.

    Raises:
        ModelFileError: The file cannot be opened.
        OptionError: An option is not allowed, or nothing can run this model so.
        MissingExtraError: An optional package is needed that is not installed.
    """
    model = Model.load(path, engine, device, weights, vision)
    document(type(model))
    return model
