"""Files that a program writes: each tool writes them, or only says whether they are up to date."""

from __future__ import annotations

import sys
from pathlib import Path


def write_or_check(target: Path, source: str) -> None:
    """Write a file; with the one argument ``--check``, end with a sentence where it is not up to date."""
    if sys.argv[1:] != ["--check"]:
        target.write_text(source, encoding="utf-8")
    elif target.read_text(encoding="utf-8") != source:
        sys.exit(f"{target} is not up to date: run {Path(sys.argv[0]).name}")
