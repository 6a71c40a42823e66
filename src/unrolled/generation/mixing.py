"""Writing with several models at once: which files are blended in, and how much each of them counts."""

from __future__ import annotations

from collections.abc import Sequence

from ..datasets.boundaries import ends
from ..engines import Engine
from ..engines.blend import Blend, as_writer
from ..engines.opener import EngineSource
from ..errors import OptionError
from ..model_file.bundle import Bundle
from ..model_file.opening import open_bundle
from ..tasks import TASKS

HOW = "give a model file and its weight between 0 and 1, as other.safetensors=0.3"


def mixed(engine: Engine, source: EngineSource, others: Sequence[str]) -> Engine:
    """Return an engine of a model blended with those of other files, each given as ``FILE=WEIGHT``.

    The model itself has what their weights leave of 1. Raises ``OptionError`` for what is no such file and weight, for
    weights that leave nothing, and for a model that writes other units.
    """
    shares = [share_of(each) for each in others]
    left = 1 - sum(weight for _, weight in shares)
    if left <= 0:
        raise OptionError(f"I got weights of {1 - left:g} together for --mix, which leave nothing to the model; {HOW}")
    first, ended = source.bundle.vocabularies["text"], ends(source.bundle.config.documents or "whole")
    writers = [as_writer(engine, left, first, first, ended)]
    for path, weight in shares:
        bundle = open_bundle(path)
        refuse_other_task(bundle, path)
        own = EngineSource(bundle, source.name, source.device).engine()
        both = ended and ends(bundle.config.documents or "whole")
        writers.append(as_writer(own, weight, bundle.vocabularies["text"], first, both))
    return Blend(writers)


def share_of(given: str) -> tuple[str, float]:
    """Return the file and the weight of ``FILE=WEIGHT``."""
    path, _, number = given.rpartition("=")
    try:
        weight = float(number)
    except ValueError:
        weight = 0.0
    if not path or not 0 < weight < 1:
        raise OptionError(f"I got --mix={given}; {HOW}")
    return path, weight


def refuse_other_task(bundle: Bundle, path: str) -> None:
    """Raise ``OptionError`` for a model that writes on from no text."""
    if not TASKS[bundle.config.task].continues:
        raise OptionError(f"I got --mix with {path}, made to {bundle.config.task}; give a model that writes text")
