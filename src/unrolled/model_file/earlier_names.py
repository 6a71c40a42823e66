"""Tasks by the names that they had in earlier formats of the model file.

This is the one place that knows of them: a model file and a resume file are read through it, so that all else finds
the names of today.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..tasks import TASKS


def with_present_names(options: Mapping[str, Any], version: int) -> dict[str, Any]:
    """Return the options of a model, as a file of a format has them, with the present name of their task."""
    found = [name for name, task in TASKS.items() if (version, options.get("task")) in task.earlier_names]
    return {**options, "task": found[0]} if found else dict(options)
