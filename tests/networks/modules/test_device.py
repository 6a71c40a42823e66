import subprocess
import sys

import pytest
import torch

from unrolled.errors import OptionError, UnrolledWarning
from unrolled.networks.modules import device
from unrolled.networks.modules.device import find_device


def test_a_cpu_is_always_to_be_had():
    assert find_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["toaster", "cuda:99", "xpu", ""])
def test_a_device_that_this_machine_lacks_is_refused(name):
    with pytest.raises(OptionError, match=f"^device={name} is not to be had here; use device=cpu, or auto$"):
        find_device(name)


@pytest.mark.parametrize("name", ["cuda", "cuda:1"])
def test_a_gpu_that_the_parent_used_is_refused_in_a_forked_process(monkeypatch, name):
    monkeypatch.setattr(device, "INHERITED", {"cpu", "cuda"})
    with pytest.raises(OptionError, match="device=cuda cannot be used in a process that was forked"):
        find_device(name)
    assert find_device("cpu").type == device.fastest_device() == "cpu"


def test_in_a_forked_process_pytorch_has_one_thread_and_says_so(monkeypatch):
    before = torch.get_num_threads()
    monkeypatch.setattr(device, "INHERITED", {"cpu"})
    with pytest.warns(UnrolledWarning, match="has one thread here; for more, use spawn"):
        device.set_threads(2)
    assert torch.get_num_threads() == 1
    monkeypatch.undo()
    device.set_threads(before)
    assert torch.get_num_threads() == before


def test_a_process_that_did_not_use_pytorch_leaves_its_threads_to_its_children():
    code = """
import os, torch
from unrolled.networks.modules import device
torch.set_num_threads(2)
def threads_of_child():
    child = os.fork()
    if not child:
        os._exit(torch.get_num_threads())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
before = threads_of_child()
device.find_device("cpu")
print(before, threads_of_child())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "2 1\n"
