"""What a program gives a model to read: texts as they are, and files, tables and rows as the model's own were read."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import InputError, UnrolledWarning

if TYPE_CHECKING:
    from ..formats.sources import Source
    from ..model_file.bundle import Bundle


def source_of(source: Source | None, text: str | None) -> Source:
    """Return what is to be read: a source, or a text itself; raises ``InputError`` unless it is one of them."""
    from ..formats.sources import ALLOWED, Text

    if (source is None) == (text is None):
        raise InputError(f"I got {'nothing' if text is None else 'a source and text='} to learn from; {ALLOWED}")
    if source is not None:
        return source
    if not isinstance(text, str):
        raise InputError(f"I got a text of the type {type(text).__name__}; it must be a str")
    return Text(text)


def text_of(bundle: Bundle, text: Source) -> str:
    """Return a text itself, or what stands in a file, a table or rows; raises ``InputError`` for anything else."""
    if isinstance(text, str):
        return text
    from ..analysis.model_sources import text_for

    found, notes = text_for(bundle, text, {})
    tell(notes)
    return found


def sources_of(bundle: Bundle, sources: Source) -> Sequence[str]:
    """Return texts, or paths of images, as they are, or the sources in a file, a table or rows, one for each row.

    Raises ``InputError`` for one text alone, which Python takes for a list of letters, and for anything else.
    """
    if isinstance(sources, str):
        raise InputError("I got one text, and several are wanted; give a list of them, or use predict")
    if isinstance(sources, list | tuple) and all(isinstance(each, str) for each in sources):
        return sources
    if isinstance(sources, list | tuple) and all(isinstance(each, str | os.PathLike) for each in sources):
        return [os.fspath(each) for each in sources]
    from ..analysis.model_sources import sources_for

    found, notes = sources_for(bundle, sources, {})
    tell(notes)
    return found


def tell(notes: Sequence[str]) -> None:
    """Warn of what a user should know."""
    for note in notes:
        warnings.warn(note, UnrolledWarning, stacklevel=4)
