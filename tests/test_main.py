import subprocess
import sys

import unrolled


def test_the_package_runs_as_a_module():
    done = subprocess.run([sys.executable, "-m", "unrolled", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"unrolled {unrolled.__version__}\n"


def test_importing_it_runs_nothing():
    done = subprocess.run(
        [sys.executable, "-c", "import unrolled.__main__"], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_ctrl_c_is_heard_before_anything_is_imported():
    code = """
import os, signal, sys
import unrolled.__main__ as entry
assert "click" not in sys.modules and "numpy" not in sys.modules
sys.modules["unrolled.cli"] = None  # the import that follows fails, and Ctrl-C is what is heard of it
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    entry.main()
except ImportError:
    os.kill(os.getpid(), signal.SIGINT)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "unrolled: stopped\n")
