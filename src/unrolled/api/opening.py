"""Opening: a model file in, a model of the class that its task has out."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from ..model_file.bundle import Bundle
from ..tasks import TASKS
from .documented import document
from .model import Model


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
