import subprocess
import sys

import pytest

import unrolled


def test_the_package_runs_as_a_module():
    done = subprocess.run([sys.executable, "-m", "unrolled", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"unrolled {unrolled.__version__}\n"


def test_importing_it_runs_nothing():
    done = subprocess.run(
        [sys.executable, "-c", "import unrolled.__main__"], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("module", ["unrolled.cli", "click", "numpy", "unrolled.training", "torch._C"])
def test_ctrl_c_while_something_is_imported_stops_with_130(module, text_file, tmp_path):
    code = f"""
import os, signal, sys, unrolled.__main__ as entry
class Finder:
    def find_spec(name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder)
sys.argv[1:] = ["train", {str(text_file)!r}, "-o", {str(tmp_path / "m")!r}, "--steps", "1"]
entry.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    told = done.stderr.strip()
    assert (done.returncode, told.partition(" before")[0], told.count("\n")) == (130, "unrolled: stopped", 0), told


def test_a_second_ctrl_c_does_not_wait_for_an_import():
    code = """
import os, signal, sys, time, unrolled.__main__ as entry
class Finder:
    def find_spec(name, path=None, target=None):
        if name == "numpy":
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(60)
sys.meta_path.insert(0, Finder)
sys.argv[1:] = ["info", "m"]
entry.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=50)
    assert (done.returncode, done.stderr) == (130, "unrolled: stopped\n")


def test_ctrl_c_where_nothing_can_be_raised_is_not_lost():
    code = """
import os, signal, sys, time, unrolled.__main__ as entry, unrolled.model_file.bundle
class Mute:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
def load(path):
    Mute()
    time.sleep(60)
unrolled.model_file.bundle.load = load
sys.argv[1:] = ["info", "m"]
entry.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=50)
    assert (done.returncode, done.stderr.strip()) == (130, "unrolled: stopped")


COLLECTED = """
import gc, sys, unrolled.__main__ as entry
before, counted = gc.get_threshold(), []
gc.callbacks.append(lambda phase, about: counted.append(phase))
sys.argv[1:] = {arguments!r}
try:
    entry.main()
except SystemExit as end:
    print(end.code, len(counted), before == gc.get_threshold(), gc.get_freeze_count() > 10_000, file=sys.stderr)
"""


@pytest.mark.parametrize("verb", [[], ["--version"], ["generate", "--length", "5", "--seed", "1"]])
def test_no_object_is_looked_at_for_cycles_while_a_short_command_runs_or_ends(verb, model_file):
    arguments = [*verb, *([str(model_file)] if "generate" in verb else [])]
    code = COLLECTED.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.split() == ["0", "0", "False", "True"]


def test_cycles_are_looked_for_as_usual_after_a_start():
    code = """
import gc, unrolled.__main__ as entry
usual = gc.get_threshold()
entry.let_start()
kept = [[] for _ in range(entry.STARTING + 1)]
assert gc.get_threshold() == usual and not gc.callbacks
"""
    subprocess.run([sys.executable, "-c", code], check=True)
