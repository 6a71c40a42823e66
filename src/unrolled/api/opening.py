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

    ``engine`` is "auto", "native" (C), "reference" (NumPy) or "torch"; ``weights`` is the precision to run in.
    ``vision`` is the folder of the pretrained network that a model of captions sees with: it is opened only where it is
    named here, whatever the model file says. For one class alone, and for a type checker, there is ``Classifier.load``
    and so on.
    """
    model = Model.load(path, engine, device, weights, vision)
    document(type(model))
    return model
