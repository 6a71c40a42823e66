"""Guards: what watches over a text while it is written."""

from functools import lru_cache

from ...analysis.span_index import Index
from ...config import GenerateOptions
from ...errors import OptionError
from ...model_file.bundle import Bundle
from .base import Guard


def make_guards(bundle: Bundle, options: GenerateOptions) -> tuple[Guard, ...]:
    """The guards that the options ask for; a new one is one file and some lines here."""
    guards: list[Guard] = []
    if options.max_copied is not None:
        if options.against is None:
            raise OptionError("I got --max-copied and no text; name the one that the model learnt with --against")
        from ...analysis.span_index import Follower
        from .max_copied import MostCopied

        guards.append(MostCopied(Follower(index_of(bundle, options.against)), options.max_copied))
    if options.no_loops:
        from .no_loops import NoLoops

        guards.append(NoLoops())
    return tuple(guards)


@lru_cache(maxsize=2)
def index_of(bundle: Bundle, against: str) -> Index:
    """The index of the text that a model learnt: it takes seconds, and several texts may be written."""
    from ...analysis.training_text import read_learnt

    return Index.of(read_learnt(bundle, against).documents)
