"""The text that a model learnt: read again, and told apart from any other by its digest."""

from __future__ import annotations

from ..bundle import Bundle
from ..config import ReadOptions, as_given
from ..data.large import find_large
from ..data.readers import Corpus, read_corpus
from ..errors import InputError


def read_learnt(bundle: Bundle, path: str) -> Corpus:
    """The text of a path, read as the model's record says; raises ``InputError`` if the model learnt another one."""
    told = bundle.record.get("corpus", {})
    if "digest" not in told:
        raise InputError("this model does not say what it learnt from; compare its texts with `unrolled novelty`")
    options, kind = ReadOptions.of(as_given(told.get("read", {}))), bundle.config.documents or "whole"
    corpus, large = read_corpus(path, options), find_large(path, options, kind)
    digest = large.digest() if large else corpus.arranged(kind).digest
    if digest != told["digest"]:
        names = ", ".join(told.get("names", [])[:3])
        raise InputError(f"{path} is not the text that the model learnt ({names}); give that one, unchanged")
    return corpus
