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
