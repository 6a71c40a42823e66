"""Loading a model file: time, the share of it that checks take, and memory, beside the safetensors library alone.

Memory is what a process that has imported everything grows by at its peak: when it loads the file, and when it has
written the first unit, in bytes of the file. A file may cost at most ten times its size, and 64 MB.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from pydoc_data.topics import topics

import common
from generation import bundle
from safetensors.numpy import load_file

import unrolled
from unrolled.api.model import model_of
from unrolled.model_file import bundle as bundles
from unrolled.model_file.checks import check_tensors, parse_config, parse_vocabularies
from unrolled.model_file.record import check_record
from unrolled.untrusted import parse_json

GROWTH = """
import json, re, sys
import unrolled.engines.markov, unrolled.engines.native, unrolled.generation.state
def peak():  # getrusage would tell that of the process that started this one
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
unrolled.load(sys.argv[2]).generate("a", length=3, seed=1)
before = peak()
model = unrolled.load(sys.argv[1])
loaded = peak()
model.generate("a", length=3, seed=1)
print(json.dumps([loaded - before, peak() - before]))
"""
BOUND, SLACK = 10, 64_000_000
"""Times the size of a file, and bytes beside, that loading may cost."""


def models(folder: Path) -> dict[str, Path]:
    """Files of several sizes and precisions."""
    found = {}
    for layers, width in ((1, 256), (2, 512), (1, 1024)):
        made = bundle("lstm", layers, width)
        for weights in ("fp32", "int8"):
            name = f"lstm {layers}×{width} {weights}"
            found[name] = folder / f"{name}.safetensors"
            model_of(made).save(found[name], weights=weights)
    found["markov 7"] = folder / "markov.safetensors"
    unrolled.train(["\n\n".join(topics[name] for name in sorted(topics))], found["markov 7"], model="markov", order=7)
    return found


def seconds(work: object, rounds: int) -> float:
    """The median time of a call."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()  # type: ignore[operator]
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def checks(path: Path) -> object:
    """A call of all that is checked in a file beside its digest."""
    tensors, meta = bundles.unpack(path.read_bytes(), str(path))

    def check() -> None:
        config = parse_config(meta["config"])
        vocabularies = parse_vocabularies(meta["vocabularies"], config)
        check_tensors(tensors, config, vocabularies, meta["weights"])
        check_record(parse_json(meta["record"]))

    return check


def measure(name: str, path: Path, small: Path, rounds: int) -> list[str]:
    """One line of the table."""
    whole, checked, library = (
        seconds(work, rounds) for work in (lambda: bundles.load(path), checks(path), lambda: load_file(path))
    )
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, str(path), str(small)], capture_output=True, text=True, check=True
    )
    size, (loading, writing) = path.stat().st_size, json.loads(done.stdout)
    assert writing <= BOUND * size + SLACK, f"{name} costs {writing:,} bytes for {size:,}"
    times = [f"{1000 * each:.2f}" for each in (whole, checked, library)]
    return [name, f"{size / 1e6:.2f}", *times, f"{loading / 1e6:.1f}", f"{writing / 1e6:.1f}", f"{writing / size:.1f}×"]


def main() -> None:
    """Measure, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=21, help="loads of each file [default: %(default)s]")
    options = parser.parse_args()
    about, neighbours = common.circumstances(), common.Neighbours()
    with tempfile.TemporaryDirectory() as folder:
        found = models(Path(folder))
        small = found["lstm 1×256 int8"]
        rows = [measure(name, path, small, options.rounds) for name, path in found.items()]
    header = [
        "model",
        "file MB",
        "load ms",
        "of it checks ms",
        "safetensors alone ms",
        "MB to load",
        "MB to write",
        "÷ file",
    ]
    note = f"Medians of {options.rounds}. The machine was {neighbours.share():.2f} cores busy."
    common.write_report(
        options.results, "loading", "# Loading", str(__doc__), common.describe(about), common.table(header, rows), note
    )


if __name__ == "__main__":
    main()
