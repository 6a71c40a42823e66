"""Where the files of a run lie."""

from __future__ import annotations

from pathlib import Path

from ..model_file.bundle import SUFFIX


def resume_path(output: str | Path) -> Path:
    """Return where the resume file of a model lies."""
    output = Path(output)
    stem = output.name.removesuffix(SUFFIX)
    return output.with_name(f"{stem}.resume{SUFFIX}")
