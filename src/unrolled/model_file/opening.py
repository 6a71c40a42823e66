"""Opening a model wherever it lies: in the package, in a file of ours, or in a folder of Hugging Face."""

from __future__ import annotations

from pathlib import Path

from ..files import is_folder
from .bases import located
from .bundle import Bundle, load


def open_bundle(path: str | Path) -> Bundle:
    """Return the model of a file, the base model of a name, or the GPT-2 of a folder.

    Raises ``ModelFileError`` for what is none, ``OptionError`` for what names a base model and a file.
    """
    path = located(path)
    if not is_folder(path):
        return load(path)
    from .gpt2_folder import read_folder  # needs torch and transformers

    return read_folder(path)
