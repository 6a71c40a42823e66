"""Engines: the ways to run a model."""

from __future__ import annotations

import dataclasses
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import kernels
from ..arrays import FlagsV
from ..errors import OptionError
from ..kernels.precision import to_fp32, to_precision
from ..model_file.bundle import Bundle
from ..networks.cells import facts_of
from ..text.vocabulary import NEVER
from .base import Engine, EngineState

if TYPE_CHECKING:
    from .reader import Reader

ENGINES = {"native": "native", "reference": "reference", "torch": "torch"}
"""The module of every engine of a network by its name, imported when it is opened; a new one is one file and one line
here."""
ON_DEVICES = ("torch",)
"""The modules whose engines run on other devices than the CPU, too."""

FIRST_WEIGHTS = (0.9, 0.1)
"""Of the network and the memory, before anything is read."""

__all__ = [
    "ENGINES",
    "Engine",
    "EngineState",
    "adaptive",
    "guided",
    "occurring",
    "open_engine",
    "open_reader",
]


def open_engine(name: str, bundle: Bundle, device: str = "auto", weights: str | None = None) -> Engine:
    """Return the engine of a name (``auto``: the fastest that the device allows without torch) for a model."""
    if bundle.config.kind.engine:
        return open_own(name, bundle, device, weights)
    engine: Engine = open_with("open_bundle", name, bundle, device, weights)
    return engine


def open_reader(name: str, bundle: Bundle, device: str = "auto", weights: str | None = None) -> Reader:
    """Return the reader of an engine's name for a model that reads before it writes."""
    reader: Reader = open_with("open_reader", name, bundle, device, weights)
    return reader


def open_with(function: str, name: str, bundle: Bundle, device: str, weights: str | None) -> Any:
    """Return what a function of an engine's module makes of a model."""
    if name == "auto":
        name = "torch" if device not in ("auto", "cpu") else "native" if fits(bundle) else "reference"
    if name == "native" and facts_of(bundle.config.cell).native is None:
        raise OptionError(f"there are no kernels for --cell={bundle.config.cell}; use --engine=reference or torch")
    refuse_device(ENGINES[name], device)
    weights = weights or bundle.weights
    rounded = dataclasses.replace(bundle, tensors=to_fp32(to_precision(bundle.tensors, weights)))
    return getattr(import_module(f".{ENGINES[name]}", __name__), function)(rounded, device, weights)


def open_own(name: str, bundle: Bundle, device: str, weights: str | None) -> Engine:
    """Return the one engine of a model whose kind is run in one way only."""
    kind, module = bundle.config.model, bundle.config.kind.engine
    if name != "auto" or weights not in (None, "fp32"):
        given = f"--engine={name}" if name != "auto" else f"--weights={weights}"
        raise OptionError(f"I got {given} and a model of the kind {kind}, which runs in one way only; leave it out")
    refuse_device(module, device)
    engine: Engine = import_module(f".{module}", __name__).open_bundle(bundle, device, "fp32")
    return engine


def refuse_device(module: str, device: str) -> None:
    """Raise an ``OptionError`` for a device that an engine's module does not run on."""
    if device not in ("auto", "cpu") and module not in ON_DEVICES:
        raise OptionError(f"I got --device={device} for the engine {module}, which runs on the CPU alone; leave it out")


def adaptive(engine: Engine, occur: FlagsV) -> Engine:
    """Return an engine blended with a memory of the text so far, which first expects units that ``occur``."""
    from .mixture import Mixture
    from .ngram_cache import NgramCache

    return Mixture([engine, NgramCache(occur)], FIRST_WEIGHTS)


def occurring(bundle: Bundle) -> FlagsV:
    """Return which units of a language model occurred where it learnt, as far as it tells."""
    every = np.zeros(len(bundle.vocabularies["text"]), np.float32)
    found: FlagsV = bundle.tensors.get("head.bias", every) > NEVER / 2
    return found


def guided(without: Engine, conditioned: Engine, strength: float) -> Engine:
    """Return an engine that follows its labels with a strength.

    1 as it learnt to, 0 not at all, more than 1 beyond it.
    """
    from .guidance import ClassifierFreeGuidance

    return ClassifierFreeGuidance(without, conditioned, strength)


def fits(bundle: Bundle) -> bool:
    """Tell whether there are kernels here, and for this model's cell."""
    return facts_of(bundle.config.cell).native is not None and kernels.load() is not None
