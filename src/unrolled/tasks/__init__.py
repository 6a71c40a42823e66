"""Tasks: what is read, which network, which loss, and how a result is shown."""

from .base import Task
from .language import Language

TASKS: dict[str, Task] = {"language": Language()}
"""Every task by its name; a new one is one file and one line here."""
