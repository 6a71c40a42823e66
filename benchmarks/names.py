"""Names under the label of their language: what the label is worth, and whether one can tell the languages apart.

Eighteen languages, 15 % of each held out by chance. Bits per character of a network with the label and of one without,
three seeds each. A judge (scikit-learn: character n-grams, logistic regression) trained on the real names guesses the
language of held-out real names and of generated ones, as many for each language, at the temperature that is used
unasked and at that of the model's own probabilities, and with labels followed as learnt and twice as closely.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import common
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import unrolled

FOLDER = "open/names_18_languages"
HELD_OUT = 0.15
EACH = 100  # names written for each language
WAYS = ((0.8, 1.0), (1.0, 1.0), (0.8, 2.0), (1.0, 2.0))  # temperature and strength of the label; first what is unasked


def languages() -> dict[str, dict[str, list[str]]]:
    """The names to learn and to hold out, by their language: each name once, in an order of chance."""
    folder = common.find_data(f"{FOLDER}/Irish.txt").parent
    files = [path for path in sorted(folder.glob("*.txt")) if path.stem != "SOURCE"]
    parts: dict[str, dict[str, list[str]]] = {"train": {}, "valid": {}}
    for path in files:
        names = list(dict.fromkeys(path.read_text(encoding="utf-8").split("\n")[:-1]))
        random.Random(1).shuffle(names)
        cut = len(names) - round(HELD_OUT * len(names))
        parts["train"][path.stem], parts["valid"][path.stem] = names[:cut], names[cut:]
    return parts


def train(folder: Path, label: bool, seed: int, options: Any) -> unrolled.Model:
    """A network over all names, with their languages as labels or without."""
    settings = {"documents": "lines", "valid": str(folder / "valid"), "minutes": options.minutes}
    settings |= {"threads": options.threads, "seed": seed, "label": ("file",) if label else ()}
    return unrolled.train(folder / "train", **settings)


def write(model: unrolled.Model, languages: Iterable[str], way: tuple[float, float], seed: int) -> dict[str, list[str]]:
    """As many names for each language."""
    temperature, strength = way
    settings = {"count": EACH, "temperature": temperature, "label_strength": strength, "length": 40, "seed": seed}
    return {name: model.generate_many(where=f"file={name}", **settings) for name in languages}


def copied(written: dict[str, list[str]], real: dict[str, list[str]]) -> float:
    """The share of written names that were learnt from."""
    return float(np.mean([text in set(real[name]) for name, each in written.items() for text in each]))


def scorer(real: dict[str, list[str]]) -> Any:
    """What guesses a name's language: trained on the names that were not held out, each language weighing alike."""
    texts = [text for each in real.values() for text in each]
    known = [name for name, each in real.items() for _ in each]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True)
    return make_pipeline(vectors, LogisticRegression(C=10, max_iter=2000, class_weight="balanced")).fit(texts, known)


def balanced(guesser: Any, names: dict[str, list[str]]) -> float:
    """The mean over languages of how many names the judge recognises."""
    return float(np.mean([np.mean(guesser.predict(each) == name) for name, each in names.items()]))


def main() -> None:
    """Train six networks, judge what those with labels write, report."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of each training [default: %(default)s]")
    options = parser.parse_args()
    about, parts = common.circumstances(), languages()
    rows: list[list[str]] = []
    judged: list[list[str]] = []
    real = parts["train"]
    guesser = scorer(real)
    ceiling = balanced(guesser, parts["valid"])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for part, names in parts.items():
            (folder / part).mkdir()
            for name, each in names.items():
                (folder / part / f"{name}.txt").write_text("\n".join(each) + "\n", encoding="utf-8")
        for seed in (1, 2, 3):
            labelled, plain = (train(folder, label, seed, options) for label in (True, False))
            written = {way: write(labelled, real, way, seed) for way in WAYS}
            best = labelled.record["best"]
            bits = [best["bits_per_char"], best["bits_per_char_unlabelled"], plain.record["best"]["bits_per_char"]]
            rows.append([str(seed), *(f"{each:.4f}" for each in bits)])
            for way, each in written.items():
                share = balanced(guesser, each)
                judged.append(
                    [str(seed), *map(str, way), f"{share:.1%}", f"{share / ceiling:.1%}", f"{copied(each, real):.1%}"]
                )
            print(rows[-1], *judged[-len(WAYS) :], sep="\n", flush=True)
    means = [statistics.mean(float(row[column]) for row in rows) for column in (1, 2, 3)]
    samples = "\n".join(f"- {name}: {', '.join(each[:6])}" for name, each in written[WAYS[0]].items())
    facts = (
        f"{sum(map(len, real.values())):,} names of {len(real)} languages. Of held-out real names the judge recognises "
        f"{ceiling:.1%} (mean over languages). Means: {means[0]:.4f} with the label, {means[2]:.4f} without."
    )
    common.append_entry(options.results, "names", {"rows": rows, "judged": judged, "facts": facts, **about})
    bits_table = common.table(["seed", "with label", "the same, hidden", "without label"], rows)
    header = ["seed", "temperature", "strength", "recognised", "of the judge's own", "names learnt from"]
    told = ["# Names by language", common.describe(about), facts, bits_table, common.table(header, judged), samples]
    common.write_report(options.results, "names", *told)


if __name__ == "__main__":
    main()
