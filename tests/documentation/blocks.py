"""The blocks of code of README and of the pages in ``docs``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.my.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

CANNOT_RUN = {
    "pip": "it installs from a registry",
    "make": "it sets up a whole environment; CI runs these",
    "uconv": "it is a program of ICU's, which not every machine has",
    "python setup.py": "it builds the package",
}
"""What is not run: the beginnings of commands, with the reason."""


@dataclass(frozen=True)
class Page:
    """A page: the commands that it shows, in order, and the Python."""

    path: Path
    commands: tuple[str, ...]
    python: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def program(self) -> str:
        """All Python of the page: a reader types one block after the other."""
        return "\n\n".join(self.python)


def read_page(path: Path) -> Page:
    """Return the blocks of a page; raises ``ValueError`` for a console without a prompt."""
    commands, python = [], []
    for language, text in FENCE.findall(path.read_text(encoding="utf-8")):
        if language in ("console", "bash"):
            shown = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
            if not shown:
                raise ValueError(f"{path}: a console whose commands begin with no '$ '")
            commands += [line for line in shown if not line.startswith(tuple(CANNOT_RUN))]
        elif language == "python":
            python.append(text)
    return Page(path, tuple(commands), tuple(python))
