"""The checkpoint of a run, to go on after a crash: one file beside the model, written every few seconds."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from pathlib import Path
from typing import Any

import torch

from ..errors import ModelFileError, OptionError
from ..model_file.bundle import Tensors, format_of, pack, read, unpack, write_atomically
from ..model_file.earlier_names import with_present_names
from ..untrusted import parse_json
from .checkpoint_checks import OTHER_TENSORS, check_about
from .state import RunState

SECONDS_BETWEEN_SAVES = 15.0
"""Seconds between two saves, at most, unless the environment says otherwise."""
VARIABLE = "UNROLLED_SAVE_EVERY"


class Checkpoint:
    """The resume file of a run, and when it is to be written; with no ``path``, never."""

    def __init__(self, path: Path | None) -> None:
        self.path, self.every = path, seconds_between_saves()
        self.restart()

    def restart(self) -> None:
        """Count the seconds to the next save from now on."""
        self.saved = time.perf_counter()

    def due(self) -> bool:
        """Tell whether it is time to save."""
        return self.path is not None and time.perf_counter() - self.saved >= self.every

    def save(self, state: RunState) -> None:
        """Write a state over the last one, atomically; raises an ``OutputError`` where the disk does not take it."""
        assert self.path, "only called where there is one"
        self.restart()
        save_resume(self.path, *state.to_tensors())


def seconds_between_saves() -> float:
    """Return the seconds between two saves; raises an ``OptionError`` where the environment gives no number."""
    try:
        return max(0.0, float(os.environ.get(VARIABLE) or SECONDS_BETWEEN_SAVES))
    except ValueError:
        raise OptionError(f"{VARIABLE} is {os.environ[VARIABLE]!r}; set it to a number of seconds") from None


def save_resume(path: Path, tensors: dict[str, torch.Tensor], about: dict[str, Any]) -> None:
    """Write the resume file, atomically, over the last one."""
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
    write_atomically(path, pack(arrays, {"resume": json.dumps(about)}))


def load_resume(path: Path) -> tuple[Tensors, dict[str, Any]]:
    """Return what ``save_resume`` wrote; raises ``ModelFileError`` for what says nothing of a run."""
    tensors, metadata = unpack(read(path), str(path))
    if "resume" not in metadata:
        raise ModelFileError(f"{path} is no resume file; start again without --resume")
    try:
        about = check_about(parse_json(metadata["resume"]))
        return tensors, {**about, "model": with_present_names(about["model"], format_of(metadata))}
    except ValueError as error:
        raise ModelFileError(f"{path} is no resume file of this unrolled ({error}); start again with --force") from None


def load_state(path: Path, device: torch.device) -> RunState:
    """Return the state in a resume file, its tensors on a device; whether they fit a run tells ``check_tensors``."""
    arrays, about = load_resume(path)
    tensors = {name: torch.from_numpy(array).clone().to(device) for name, array in arrays.items()}
    try:
        return RunState.from_tensors(tensors, about)
    except ValueError as error:
        raise ModelFileError(OTHER_TENSORS.format(error)) from None


def as_plain(options: Any) -> dict[str, Any]:
    """Return options as JSON can hold them."""
    return dataclasses.asdict(options)
