"""Tasks: what is read, which network, which loss, and how a result is shown."""

from ..config import ModelOptions
from ..errors import OptionError
from ..networks.cells import facts_of
from .base import Task
from .caption.task import Caption
from .classify.task import Classify
from .language.task import Language
from .segment import Segment
from .tag.task import Tag
from .translate.task import Translate

TASKS: dict[str, Task] = {
    "language": Language(),
    "classify": Classify(),
    "translate": Translate(),
    "segment": Segment(),
    "tag": Tag(),
    "caption": Caption(),
}
"""Every task by its name; a new one is one file and one line here."""


def refuse_contradiction(model: ModelOptions) -> None:
    """Raise an ``OptionError`` for a kind of model, a cell and a context of which one does not go with the others."""
    cell = facts_of(model.cell) if "cell" in model.own() else None
    if not TASKS[model.task].continues and not (model.kind.reads and cell and cell.encodes):
        name = model.cell if model.kind.reads else model.model
        raise OptionError(f"I got {name} with --task {model.task}, which is of recurrent networks; leave one out")
    if cell and model.context is not None and cell.default_context is None:
        raise OptionError(f"I got --context with --cell {model.cell}, which looks back without end; leave it out")
