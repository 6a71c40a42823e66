"""The end of a run: its best weights judged, calibrated and told of, as a bundle."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from ..datasets.dataset import Dataset
from ..model_file.bundle import Bundle
from ..model_file.record import Record
from ..networks.modules import Network
from ..tasks import TASKS
from .closing_advice import doubts
from .describe import about_kernels, about_run
from .held_out_loss import bits_of
from .job import TrainingJob
from .output_layer import with_unseen
from .progress import RunProgress
from .recipes.text import Recipe
from .temperature_scaling import calibrate, judge
from .warm_start import HeldOut, describe


@dataclass(frozen=True)
class Ending:
    """How a run ended, in the words of a record, as "early" by "patience"; at first, that it has not yet."""

    stopped: str = "finished"
    ended_by: str = ""


@dataclass(frozen=True)
class Course:
    """A run as far as it came: what a record tells of it, and its network."""

    job: TrainingJob
    recipe: Recipe
    progress: RunProgress
    network: Network
    precision: str
    ending: Ending
    judged: bool


def units_at_the_end(split: Dataset, held_out: HeldOut) -> int:
    """Return the units that are scored after the last step: the last validation, and all that ``finished`` does."""
    valid, test = (split.units(part) * (2 if split.per == "label" else 1) for part in ("valid", "test"))
    return valid + test + (split.units("valid") if split.unlabelled() else 0) + held_out.old_units


def snapshot(course: Course) -> Bundle:
    """Return a bundle of the weights as they are now, with the record so far."""
    arrays = {name: tensor.cpu().numpy().copy() for name, tensor in course.network.state_dict().items()}
    vocabularies = with_unseen(course.job.split, course.network.unseen)
    return Bundle(arrays, course.recipe.model, vocabularies, record(course))


def record(course: Course) -> Record:
    """Return where the model comes from, and how well it did."""
    progress, ending, per = course.progress, course.ending, course.job.split.per
    return Record(
        about_run(course.job, course.recipe, progress),
        stopped=ending.stopped,
        **({"ended_by": ending.ended_by} if ending.ended_by else {}),
        best={"step": progress.best_step, f"bits_per_{per}": progress.best_bits} if course.judged else None,
        kernels=about_kernels(course.precision),
        device=str(course.network.head.bias.device),
    )


def finished(course: Course, split: Dataset, held_out: HeldOut, before: dict[str, float | None]) -> Bundle:
    """Return the bundle of a network that has its best weights; ``split`` has the held-out part as it was validated."""
    job, network, per = course.job, course.network, split.per
    task = TASKS[job.model.task]
    figures = calibrate(network, split) if course.judged and per == "label" else {}
    final = snapshot(course)
    best = {**final.record.best, **figures} if final.record.best else None
    tested, unlabelled = len(split.test) > 0, split.unlabelled()
    found: dict[str, Any] = {"best": best}
    found[f"test_bits_per_{per}"] = bits_of(network, task, split, "test") if tested else None
    if figures and tested:
        found["test"] = judge(network, split, "test")
    if job.base:
        after = held_out.bits(network, task, best[f"bits_per_{per}"] if best else None)
        found["continued"] = describe(job, before, after)
    if best and unlabelled:
        best["bits_per_char_unlabelled"] = bits_of(network, task, unlabelled, "valid")
    about = final.record | found
    messages = doubts(about, split, job.given) if course.ending.ended_by != "signal" else []
    return dataclasses.replace(final, record=about | {"warnings": messages} if messages else about)
