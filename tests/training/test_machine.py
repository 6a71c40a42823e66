import os
import subprocess
import sys

import numpy as np
import pytest
import torch

import unrolled
from unrolled.config import RunOptions
from unrolled.networks.modules import build
from unrolled.networks.spec import NetworkSpec
from unrolled.training.machine import Speed, borrowed, flops_per_unit, measure_speed, prepare, validation_cost


def test_training_takes_the_threads_it_is_given_and_gives_them_back():
    before = torch.get_num_threads()
    with borrowed():
        prepare(RunOptions(threads=1))
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_after_training_the_process_reckons_with_denormal_numbers_again():
    with borrowed():
        prepare(RunOptions(threads=1))
        assert np.float64(1e-310) * 1 == 0
    assert np.float64(1e-310) * 1 > 0


def test_after_a_failed_run_too():
    before = torch.get_num_threads()
    with pytest.raises(unrolled.UnrolledError), borrowed():
        prepare(RunOptions(device="nonsense", threads=1))
    assert (torch.get_num_threads(), np.float64(1e-310) * 1) == (before, 1e-310)


@pytest.mark.parametrize("name", ["nonsense", "cuda:99"])
def test_a_device_that_is_not_there_is_a_sentence(name):
    with borrowed(), pytest.raises(unrolled.UnrolledError, match="is not to be had here; use device=cpu"):
        prepare(RunOptions(device=name, threads=1))


def test_auto_finds_a_device():
    with borrowed():
        assert prepare(RunOptions(threads=1)).type in ("cpu", "cuda")


def test_the_speed_is_that_of_a_machine():
    speed = measure_speed(torch.device("cpu"), "fp32", "muon", 0.1)
    assert 1e8 < speed.flops < 1e15
    assert 0 <= speed.seconds_per_unit < 1e-2


def test_what_costs_more_is_learnt_more_slowly():
    speed = Speed(1e-6, 1e10)
    assert speed.units_per_second(0) == pytest.approx(1e6)
    assert speed.units_per_second(1e4) == pytest.approx(5e5)


def test_the_count_of_operations_is_six_for_each_weight_that_a_unit_meets():
    network = build(NetworkSpec(100, 100, 0, "lstm", 64, 3, 0.0))
    met = [p for name, p in network.named_parameters() if p.ndim > 1 and "weight_ih_l0" not in name]
    assert flops_per_unit(64, 3, 100) == 6 * sum(p.numel() for p in met)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_validating_costs_a_third_of_training_and_more_over_a_large_vocabulary():
    small, large = (NetworkSpec(units, units, 64, "gru", 64, 1, 0.0) for units in (100, 20_000))
    assert validation_cost(small) == pytest.approx(1 / 3)
    assert 2 < validation_cost(large) < 3.3


def test_freed_memory_is_kept():
    code = """
import resource, torch
from unrolled.training.machine import keep_freed_memory
keep_freed_memory()
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
torch.ones(4_000_000).sum()
before = faults()
for _ in range(20):
    torch.ones(4_000_000).sum()
print(faults() - before)
"""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert int(done.stdout) < 40_000  # sixteen megabytes are 3,906 pages, and we asked for them twenty times


@pytest.mark.parametrize(("policy", "expected"), [(None, "10000"), ("active", "None")])
def test_openmp_is_told_to_spin_little_unless_the_user_has_said_how(policy, expected):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    environment |= {"OMP_WAIT_POLICY": policy} if policy else {}
    code = "import unrolled.training, os; print(os.environ.get('GOMP_SPINCOUNT'))"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is asked, and only Linux tells how much memory it holds")
def test_memory_that_lies_free_between_buffers_is_given_back():
    code = (
        "from unrolled.training.machine import give_back_memory, keep_freed_memory; keep_freed_memory();"
        "held = lambda: int(open('/proc/self/statm').read().split()[1]) * 4096;"
        "blocks = [bytearray(100_000) for _ in range(2000)]; kept = blocks[::20]; del blocks;"
        "before = held(); give_back_memory(); print(before - held())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 100_000_000
