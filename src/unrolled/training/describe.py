"""What a model's record says of the run that it comes from."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from .. import kernels
from .checkpoint import as_plain
from .job import TrainingJob
from .progress import RunProgress
from .recipes.text import Recipe


def about_run(job: TrainingJob, recipe: Recipe, progress: RunProgress) -> dict[str, Any]:
    """Return what leads from what it learnt, how it was told to, and how far it came."""
    return {
        "corpus": job.corpus,
        "split": {name: len(getattr(job.split, name)) for name in ("train", "valid", "test")},
        "options": as_plain(recipe.train),
        **vars(recipe.summary),
        "plans": progress.plans,
        "steps": progress.step,
        "seconds": round(progress.seconds, 3),
        "curve": progress.curve,
        **({"scored": progress.scored} if progress.scored else {}),
        **({"start": job.start} if job.start else {}),
        **({"shown": [list(pair) for pair in job.shown]} if job.shown else {}),
        "versions": {name: version(name) for name in ("torch", "numpy", "regex")},
    }


def about_kernels(precision: str) -> str:
    """Return which kernels the scan may use, or why none."""
    if precision == kernels.STOCK:
        return kernels.STOCK_CALLED
    library = kernels.load()
    if library is None:
        return kernels.reason_missing()
    return "off" if precision == "off" else f"{library.name}, {precision}"
