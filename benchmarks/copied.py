"""A network that learnt its text by heart, and ``--max-copied``: no longer span of the text is let through.

An LSTM of 512 learns the first 60,000 characters of *Alice* for so many epochs without holding anything out, then
writes 100,000 characters at temperature 0.5: freely, and with the limit. The longest span that stands in the text is
found here by trying every piece of the limit's length plus one in a set of all those of the text.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import common
from ours import read_book

import unrolled

BOOK, CHARACTERS = "open/gutenberg_alice/11-0.txt", 60_000
WRITTEN, LIMIT, TEMPERATURE = 100_000, 40, 0.5


def longer(written: str, text: str, limit: int) -> float:
    """The share of places at which a piece one longer than the limit stands in the text."""
    size = limit + 1
    pieces = {text[place : place + size] for place in range(len(text) - size + 1)}
    places = range(len(written) - size + 1)
    return sum(written[place : place + size] in pieces for place in places) / max(1, len(places))


def main() -> None:
    """Train, write both ways, compare."""
    parser = common.parser(__doc__)
    parser.add_argument("--epochs", type=float, default=60.0, help="of training [default: %(default)s]")
    options = parser.parse_args()
    about, text = common.circumstances(), read_book(common.find_data(BOOK))[:CHARACTERS]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "text.txt"
        source.write_text(text, encoding="utf-8")
        sizes = {"hidden_size": 512, "dropout": 0.0, "weight_decay": 0.0, "valid": 0.0, "patience": 0}
        model = unrolled.train(source, epochs=options.epochs, threads=options.threads, **sizes)
        bits = model.score(text).bits_per_char
        for name, more in {"free": {}, f"--max-copied {LIMIT}": {"max_copied": LIMIT, "against": str(source)}}.items():
            begin = time.perf_counter()
            written = model.generate(length=WRITTEN, temperature=TEMPERATURE, seed=1, **more)
            rate = len(written) / (time.perf_counter() - begin)
            found = unrolled.novelty(written, source)
            over = longer(written, text, LIMIT)
            figures = [
                f"{len(written):,}",
                f"{found.longest.length}",
                f"{over:.2%}",
                f"{found.copied:.1%}",
                f"{rate:,.0f}",
            ]
            rows.append([name, *figures])
            print(*rows[-1], sep="  ", flush=True)
    header = ["", "characters", "longest copied span", f"places of spans over {LIMIT}", "copied", "characters a second"]
    how = " ".join(str(__doc__).split("\n\n", 1)[1].split())
    facts = f"The network needs {bits:.3f} bits a character for the text that it learnt."
    common.write_report(
        options.results, "copied", "# Copied", how, common.describe(about), facts, common.table(header, rows)
    )


if __name__ == "__main__":
    main()
