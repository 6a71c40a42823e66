"""Opening a model wherever it lies: in a file of ours, or in a folder of Hugging Face."""

from __future__ import annotations

from pathlib import Path

from ..files import is_folder
from .bundle import Bundle, load


def open_bundle(path: str | Path) -> Bundle:
    """Return the model of a file, or the GPT-2 of a folder; raises ``ModelFileError`` for what is none."""
    if not is_folder(path):
        return load(path)
    from .gpt2_folder import read_folder  # needs torch and transformers

    return read_folder(path)
