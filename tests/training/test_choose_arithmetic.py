import dataclasses
import os
import subprocess
import sys

import pytest
import torch

import unrolled
from unrolled import kernels
from unrolled.config import ModelOptions, RunOptions, TrainOptions
from unrolled.errors import OptionError
from unrolled.training import choose_arithmetic
from unrolled.training.choose_arithmetic import with_arithmetic
from unrolled.training.job import TrainingJob

CPU = torch.device("cpu")
TEXT = "The moon rose over the sea, and the wind went to sleep. " * 80


@pytest.fixture
def measured(monkeypatch):
    """Where the choice is open, with seconds a unit that a test sets."""
    seconds = {"bf16": 2.0, "fp32": 1.0, "stock": 1.5}
    monkeypatch.setattr(kernels, "arithmetics", lambda kernels, precision: ["bf16", "fp32", "stock"])
    monkeypatch.setattr(choose_arithmetic, "time_step", lambda device, name, *rest: seconds[name])
    return seconds


def job(**train) -> TrainingJob:
    return TrainingJob(None, {}, ModelOptions(), TrainOptions(**train), RunOptions())


@pytest.mark.parametrize(
    ("fastest", "chosen"), [("fp32", {"precision": "fp32"}), ("stock", {"kernels": "stock"}), ("bf16", {})]
)
def test_the_fastest_is_taken_and_stands_in_the_options(measured, fastest, chosen):
    measured[fastest] = 0.5
    assert with_arithmetic(job(minutes=1), CPU).run == dataclasses.replace(RunOptions(), **chosen)


def test_the_usual_one_stays_where_another_is_faster_by_a_hair(measured):
    measured |= {"bf16": 1.0, "fp32": 0.97}
    assert with_arithmetic(job(minutes=1), CPU).run == RunOptions()


@pytest.mark.parametrize("budget", [{"steps": 10}, {"epochs": 1}])
def test_what_is_exact_is_not_measured(measured, budget):
    assert with_arithmetic(job(**budget), CPU).run == RunOptions()
    repeated = dataclasses.replace(job(minutes=1), replay=[(0, 10)])
    assert with_arithmetic(repeated, CPU).run == RunOptions()


def test_a_cell_that_pytorch_lacks_is_not_measured(measured):
    window = dataclasses.replace(job(minutes=1), model=ModelOptions(cell="window", context=4))
    assert with_arithmetic(window, CPU).run == RunOptions()


def test_pytorchs_own_scan_learns_what_ours_learns(tmp_path):
    options = {"steps": 12, "hidden_size": 32, "dropout": 0.0, "threads": 1, "unit": "char"}
    figures = []
    for name in ("stock", "off"):
        model = unrolled.train(text=TEXT, output=tmp_path / f"{name}.safetensors", kernels=name, **options)
        figures.append(model.record.best["bits_per_char"])
    assert figures[0] == pytest.approx(figures[1], rel=1e-3)


def test_a_run_in_pytorchs_own_scan_is_repeated_in_it(tmp_path):
    source, first, second = (tmp_path / name for name in ("t.txt", "a.safetensors", "b.safetensors"))
    source.write_text(TEXT)
    options = {"hidden_size": 32, "threads": 1, "unit": "char"}
    one = unrolled.train(source, first, steps=8, kernels="stock", **options)
    again = unrolled.train(source, second, replay=first, threads=1)
    assert one.record.kernels == again.record.kernels == kernels.STOCK_CALLED
    assert one.record.best == again.record.best


def test_on_a_processor_without_kernels_of_its_own_the_choice_is_open():
    asked = (
        "from unrolled import kernels; print(kernels.arithmetics('auto', 'auto'), kernels.arithmetics('auto', 'fp32'))"
    )
    environment = {**os.environ, "UNROLLED_VARIANT": "portable"}
    told = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split("] ")[0] == "['fp32', 'stock'"
    assert told.stdout.rstrip().endswith("['fp32']")


def test_pytorchs_own_scan_of_a_cell_that_it_lacks_is_refused():
    with pytest.raises(OptionError, match="of which PyTorch has no scan"):
        unrolled.train(text=TEXT, steps=1, cell="window", kernels="stock")
