"""The base models that lie in the package, and how a name finds one."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import OptionError

FOLDER = Path(__file__).parents[1] / "bases"
"""Where they are; ``bases/`` of the repository has the scripts that made them."""
ENDING = ".safetensors"


def names() -> list[str]:
    """Return the names of the base models that are here."""
    return sorted(path.name.removesuffix(ENDING) for path in FOLDER.glob(f"*{ENDING}"))


def located(path: str | Path) -> Path:
    """Return the file of the base model that a name alone names; any other path as it is.

    Raises ``OptionError`` where a file here has the same name.
    """
    name = os.fspath(path)
    if name not in names():
        return Path(path)
    if os.path.lexists(name):
        raise OptionError(
            f"I got {name}, which names a base model and something in this folder; write ./{name} for the latter, or "
            "start in another folder for the base model"
        )
    return FOLDER / f"{name}{ENDING}"
