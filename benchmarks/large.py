"""A text of a gigabyte: how long it takes to read and to encode, the first time and again, and how much memory that is.

The text is made by this program: random sentences of made-up words. Peak memory is that of a whole training of a few
steps in a process of its own.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import common

SYLLABLES = ["ba", "co", "du", "fi", "ge", "ha", "jo", "ku", "li", "me", "no", "pa", "qui", "ro", "su", "ta", "vo"]
AT_ONCE = 20_000  # sentences
TRAIN = """
import sys, time, resource, unrolled
begin, steps = time.perf_counter(), []
def observe(event):
    if type(event).__name__ == "Started":
        steps.append(time.perf_counter() - begin)
unrolled.train(sys.argv[1], unit=sys.argv[2], steps=5, hidden_size=64, observers=[observe])
print(steps[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def write_text(path: Path, size: int) -> None:
    """So many bytes of sentences."""
    rng = random.Random(1)
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(5000)]
    with path.open("w") as file:
        while file.tell() < size:
            file.writelines(f"{' '.join(rng.choices(words, k=9)).capitalize()}.\n" for _ in range(AT_ONCE))


def train(path: Path, unit: str, cache: Path) -> tuple[float, float]:
    """Seconds until the first step, and peak memory in MB."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-c", TRAIN, str(path), unit]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def main() -> None:
    """Make the text, train twice on it with each unit, report."""
    parser = common.parser(__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0, help="size of the text [default: %(default)s]")
    parser.add_argument("--units", default="char,word", help="units to read it by [default: %(default)s]")
    options = parser.parse_args()
    about, rows = common.circumstances(), []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.txt"
        write_text(path, int(options.gigabytes * 1e9))
        size = path.stat().st_size
        for unit in options.units.split(","):
            for turn in ("first", "again"):
                begin = time.perf_counter()
                seconds, memory = train(path, unit, Path(folder) / "cache")
                rows.append([f"{unit}, {turn}", f"{seconds:.1f}", f"{size / seconds / 1e6:.0f}", f"{memory:.0f}"])
                print(*rows[-1], f"({time.perf_counter() - begin:.0f} s in all)", flush=True)
    header = ["unit", "seconds to the first step", "MB/s", "peak memory, MB"]
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    notes = f"A text of {size / 1e9:.2f} GB; this program itself took {own:.0f} MB."
    entries = common.append_entry(options.results, "large", {"size": size, "rows": rows, **about})
    latest = {row[0]: row for entry in entries if entry["size"] == size for row in entry["rows"]}
    told = ["# A large text", common.describe(about), notes, common.table(header, latest.values())]
    common.write_report(options.results, "large", *told)


if __name__ == "__main__":
    main()
