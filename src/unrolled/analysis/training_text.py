"""The text that a model learnt: read again, and told apart from any other by its digest."""

from __future__ import annotations

from pathlib import Path

from ..config import ReadOptions, as_given
from ..datasets.large import find_large
from ..errors import InputError
from ..formats.corpus import Corpus, read_corpus
from ..model_file.bundle import Bundle


def read_training_text(bundle: Bundle, path: str) -> Corpus:
    """Return the text of a path, read as the model's record says.

    Raises ``InputError`` if the model learnt another one.
    """
    recorded = bundle.record.corpus
    if "digest" not in recorded:
        raise InputError("this model does not say what it learnt from; compare its texts with `unrolled novelty`")
    options, kind = ReadOptions.of(as_given(recorded.get("read", {}))), bundle.config.documents or "whole"
    names = recorded.get("names", [])
    sources: list[str | list[Path]] = [path]
    if len(names) > 1 and path in names:  # one of several files stands for all of them
        sources.append([Path(name) for name in names])
    for source in sources:
        corpus, large = read_corpus(source, options), find_large(source, options, kind)
        if corpus.arranged(kind).digest == recorded["digest"] or (large and large.digest() == recorded["digest"]):
            return corpus
    raise InputError(f"{path} is not the text that the model learnt ({', '.join(names[:3])}); give that one, unchanged")
