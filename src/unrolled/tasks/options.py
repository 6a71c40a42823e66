"""Which options a task and a kind of model have: they claim them, and what none of them claims is of all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..config import ModelOptions
from ..errors import OptionError
from ..kinds import KINDS, Kind
from ..networks.cells import facts_of
from ..options import Options, flag
from . import TASKS
from .base import Task


def owners(name: str, members: Mapping[str, Task] | Mapping[str, Kind]) -> list[str]:
    """Return the names of the members that have an option: those that claim it, or else all."""
    claimed = [member for member, facts in members.items() if name in facts.options]
    return claimed or list(members)


def has(name: str, task: str, model: str) -> bool:
    """Tell whether a task and a kind of model have an option."""
    return task in owners(name, TASKS) and model in owners(name, KINDS)


def own_options(model: ModelOptions) -> dict[str, Any]:
    """Return the options that describe a model, of those that its task and its kind have, as far as they are known."""
    values = {name: getattr(model, name) for name in model.names() if has(name, model.task, model.model)}
    return {name: value for name, value in values.items() if value is not None}


def refuse_foreign(options: type[Options], names: Collection[str], task: str, model: str) -> None:
    """Raise an ``OptionError`` for an option among ``names`` that a task or a kind of model does not have."""
    for name in options.names():
        for what, value, known in (("model", model, owners(name, KINDS)), ("task", task, owners(name, TASKS))):
            if name in names and value not in known:
                raise OptionError(
                    f"I got {flag(name)} with {flag(what)}={value}, and it is of {' or '.join(known)}; leave it out"
                )


def refuse_contradiction(model: ModelOptions) -> None:
    """Raise an ``OptionError`` for a kind of model, a cell and a context of which one does not go with the others."""
    cell = facts_of(model.cell) if has("cell", model.task, model.model) else None
    if not TASKS[model.task].continues and not (model.kind.reads and cell and cell.encodes):
        name = model.cell if model.kind.reads else model.model
        raise OptionError(f"I got {name} with --task={model.task}, which is of recurrent networks; leave one out")
    if cell and model.context is not None and cell.default_context is None:
        raise OptionError(f"I got --context with --cell={model.cell}, which looks back without end; leave it out")
