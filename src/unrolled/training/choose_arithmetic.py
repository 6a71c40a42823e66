"""What a run scans with, measured where the processor leaves it open: kernels in a precision, or PyTorch's own scan."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch

from .. import kernels
from ..networks.cells import CELLS
from .job import TrainingJob
from .machine import time_step

MEASURED_WIDTH = 320
SECONDS = 0.4  # of each candidate's steps
BETTER = 0.95
"""Of the usual one's time, that another must take at most: a hair is no reason to leave what was tried most."""


def with_arithmetic(job: TrainingJob, device: torch.device) -> TrainingJob:
    """Return a job that says what its scans are computed with, where that is open and it has a budget of minutes.

    Steps, epochs and what is repeated or gone on with are exact: they are computed in the usual way of this machine.
    """
    names = kernels.arithmetics(job.run.kernels, job.run.precision)
    cell = CELLS.get(job.model.cell)
    exact = job.train.minutes is None or job.replay
    recurrent = job.model.kind.of_cells and cell is not None and cell.torch_name
    if len(names) < 2 or exact or device.type != "cpu" or cell is None or not recurrent:
        return job
    times = {name: time_step(device, name, job.train.optimizer, MEASURED_WIDTH, SECONDS, cell) for name in names}
    usual, best = names[0], min(times, key=times.__getitem__)
    if best == usual or times[best] > BETTER * times[usual]:
        return job
    name = "kernels" if best == kernels.STOCK else "precision"
    chosen: dict[str, Any] = {name: best}
    return dataclasses.replace(job, run=dataclasses.replace(job.run, **chosen))
