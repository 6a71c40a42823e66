"""Markov chain, window, Elman, GRU, LSTM and GPT-2 on the same split and minutes: ``unrolled compare`` on three texts.

Nothing is set but the minutes. What the columns mean stands below each table.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import common

from unrolled.reports.comparison import MEANINGS, table

TEXTS = {
    "tinyshakespeare": ("open/tinyshakespeare/input.txt", 3.0),
    "Alice": ("open/gutenberg_alice/11-0.txt", 0.5),
    "Burmese news": ("open/my_voanews_unicode/train.txt", 0.5),
}


def main() -> None:
    """Compare on each text, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--texts", nargs="+", choices=list(TEXTS), default=list(TEXTS), help="which of them")
    parser.add_argument("--pages", type=Path, help="folder for the pages of HTML")
    options = parser.parse_args()
    about, parts = common.circumstances(), []
    for name in options.texts:
        path, minutes = TEXTS[name]
        command = [sys.executable, "-m", "unrolled", "compare", str(common.find_data(path)), "--strip-gutenberg"]
        command += ["--minutes", str(minutes), "--threads", str(options.threads), "--json"]
        if options.pages:
            command += ["-o", str(options.pages / f"{name.split()[0].lower()}.html"), "--force"]
        told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
        lines = ["```", *table(told), "```"]
        print("\n".join(lines), flush=True)
        title = f"## {name}, {minutes:g} minutes each, {told['characters']:,} characters read by {told['unit']}"
        parts += [title, "\n".join(lines)]
    common.write_report(options.results, "compare", "# Models side by side", common.describe(about), *parts, MEANINGS)


if __name__ == "__main__":
    main()
