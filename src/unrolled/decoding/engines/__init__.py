"""Engines: the ways to run a network."""

from importlib import import_module

from ...bundle import Bundle
from .base import Engine, EngineState

ENGINES = {"reference": "reference", "torch": "torch"}
"""The module of every engine by its name, imported when it is opened; a new one is one file and one line here."""

__all__ = ["ENGINES", "Engine", "EngineState", "open_engine"]


def open_engine(name: str, bundle: Bundle, device: str = "auto") -> Engine:
    """The engine of a name (``auto``: the lightest that the device allows) for a model."""
    if name == "auto":
        name = "reference" if device in ("auto", "cpu") else "torch"
    engine: Engine = import_module(f".{ENGINES[name]}", __name__).open_bundle(bundle, device)
    return engine
