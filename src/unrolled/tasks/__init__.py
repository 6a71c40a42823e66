"""Tasks: what is read, which network, which loss, and how a result is shown."""

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
