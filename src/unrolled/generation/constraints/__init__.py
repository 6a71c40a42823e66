"""Constraints: what watches over a text while it is written."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ...config import GenerateOptions
from ...errors import OptionError
from ...model_file.bundle import Bundle
from .base import Constraint

if TYPE_CHECKING:
    from ...analysis.span_index import SpanIndex


def make_constraints(bundle: Bundle, options: GenerateOptions, before: str) -> tuple[Constraint, ...]:
    """Return the constraints that the options ask for, behind a text; a new one is one file and some lines here."""
    constraints: list[Constraint] = []
    if options.max_copied is not None:
        if options.against is None:
            raise OptionError("I got --max-copied and no text; name the one that the model learnt with --against")
        from ...analysis.span_index import Follower
        from .max_copied import MaxCopied

        constraints.append(MaxCopied(Follower(index_of(bundle, options.against)), options.max_copied))
    if options.no_loops:
        from .no_loops import NoLoops

        constraints.append(NoLoops())
    if options.constraints is not None:
        from .rules_file import ConstraintFile

        constraints += ConstraintFile.read(options.constraints).constraints(before)
    return tuple(constraints)


@lru_cache(maxsize=2)
def index_of(bundle: Bundle, against: str) -> SpanIndex:
    """Return the index of the text that a model learnt: it takes seconds, and several texts may be written."""
    from ...analysis.span_index import SpanIndex
    from ...analysis.training_text import read_training_text

    return SpanIndex.of(read_training_text(bundle, against).documents)
