"""Whether units are as likely as they are frequent: probability on rare units and on those that never occurred.

``mass``: War and Peace by tokens, one pass. The mean probability, over the places of the held-out text, of all units
rarer than one in 10,000 of the training part, beside their share of the held-out text; and that of the units that the
training part does not contain. By the sampled softmax, and by the whole one. ``burmese``: ill-formed clusters in what
is written at temperature 1, by tokens and by characters after the same steps. ``bits``: what held-out text costs.

One run a call, on the `unrolled` that is imported: to compare two commits, run it with PYTHONPATH on the `src` of each
and tell them apart by --label. Runs by --epochs and --steps, so that a busy machine changes nothing.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import common
import numpy as np
from common import Entry
from ours import read_book
from units_quality import CLUSTER, ILL_FORMED, TEXTS

import unrolled
from unrolled import Model
from unrolled.training import step

NAME = "calibration"
RARE = 1e-4
"""The share of the training part below which a unit is rare."""
AT_ONCE = 512
SAMPLES = 64
WRITTEN = 4000  # units a sample


def learn(options: Any, text: str, **settings: Any) -> Model:
    """Train as a user would, but that the softmax can be forced to take all units."""
    if options.softmax == "whole":
        step.make_sampler = lambda *_: None
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "text.txt"
        source.write_text(text, encoding="utf-8")
        sizes = {"hidden_size": options.hidden, "layers": 1, "embedding_size": 128, "threads": options.threads}
        return unrolled.train(source, unit=options.unit, seed=options.seed, **sizes, **settings)


def mass(options: Any, text: str, cut: int) -> Entry:
    """How much probability lies on rare units, and how much of the held-out text they are."""
    model = learn(options, text, vocabulary_size=4096, epochs=options.epochs)
    vocabulary = model.vocabulary
    train, held_out = vocabulary.encode(text[:cut]), vocabulary.encode(text[cut:])
    counts = np.bincount(train, minlength=len(vocabulary))
    groups = {"never": counts == 0, "rare": (counts > 0) & (counts < RARE * len(train))}
    likely = {name: np.zeros(0) for name in groups}
    logits, state = model.engine.scan(np.zeros((1, 1), np.int32), model.engine.start(1))
    for place in range(0, len(held_out), AT_ONCE):
        part = held_out[None, place : place + AT_ONCE]
        after, state = model.engine.scan(part, state)
        every = np.concatenate([logits[:, -1:], after[:, :-1]], 1)[0].astype(np.float64)
        shares = np.exp(every - every.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        for name, group in groups.items():
            likely[name] = np.concatenate([likely[name], shares[:, group].sum(1)])
        logits = after
    found = np.bincount(held_out, minlength=len(vocabulary))
    told = {
        name: {
            "units": int(group.sum()),
            "mass": float(likely[name].mean()),
            "median": float(np.median(likely[name])),
            "share": float(found[group].sum() / len(held_out)),
        }
        for name, group in groups.items()
    }
    return {**told, "bits_per_char": model.score(text[cut:]).bits_per_char, "steps": model.record["steps"]}


def burmese(options: Any, text: str, cut: int) -> Entry:
    """How many clusters of what is written no reader would call well formed."""
    size = {"vocabulary_size": options.vocabulary} if options.vocabulary else {}
    model = learn(options, text, steps=options.steps, batch_size=16, sequence_length=64, **size)
    texts = model.generate_many("\n", count=SAMPLES, length=WRITTEN, temperature=1.0, seed=options.seed)
    clusters = CLUSTER.findall("\n".join(texts))
    bad = [cluster for cluster in clusters if ILL_FORMED.search(cluster)]
    return {
        "clusters": len(clusters),
        "ill_formed": len(bad),
        "torn": sum("\ufffd" in each for each in clusters),
        "bits_per_char": model.score(text[cut:]).bits_per_char,
        "steps": model.record["steps"],
    }


def bits(options: Any, text: str, cut: int) -> Entry:
    """What the held-out text costs after so many steps."""
    size = {"vocabulary_size": options.vocabulary} if options.vocabulary else {}
    model = learn(options, text, steps=options.steps, batch_size=16, sequence_length=32, **size)
    scored = model.score(text[cut:])
    return {
        "vocabulary": len(model.vocabulary),
        "bits_per_char": scored.bits_per_char,
        "best": model.record["best"]["bits_per_char"],
        "steps": model.record["steps"],
    }


PARTS = {"mass": mass, "burmese": burmese, "bits": bits}


def imported() -> str:
    """The commit of the `unrolled` that is measured."""
    asked = ["git", "-C", str(Path(unrolled.__file__).parent), "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def report(options: Any, entries: list[Entry]) -> None:
    """All runs, part by part."""
    parts = ["# Calibration of large vocabularies", common.describe(entries[-1]), __doc__ or ""]
    for name, (header, row) in TABLES.items():
        some = [entry for entry in entries if entry["part"] == name]
        if some:
            parts += [f"## {name}", common.table(header, map(row, some))]
    common.write_report(options.results, NAME, *parts)


def run_of(entry: Entry) -> list[str]:
    """What tells one run from another."""
    what = [entry["label"], entry["commit"], entry["text"], entry["unit"], entry["softmax"]]
    return [*what, str(entry["hidden"]), str(entry["seed"]), str(entry["steps"])]


def row_of_mass(entry: Entry) -> list[str]:
    """One run of ``mass`` as a line."""
    rare, never = entry["rare"], entry["never"]
    return [
        *run_of(entry),
        f"{rare['mass']:.2%} / {rare['share']:.2%} = {rare['mass'] / rare['share']:.2f}",
        f"{never['mass']:.3%} ({never['median']:.3%}) / {never['share']:.3%}",
        f"{entry['bits_per_char']:.4f}",
    ]


def row_of_burmese(entry: Entry) -> list[str]:
    """One run of ``burmese`` as a line."""
    share = 100_000 * entry["ill_formed"] / entry["clusters"]
    return [
        *run_of(entry),
        f"{entry['clusters']:,}",
        f"{share:.1f}",
        str(entry["torn"]),
        f"{entry['bits_per_char']:.4f}",
    ]


def row_of_bits(entry: Entry) -> list[str]:
    """One run of ``bits`` as a line."""
    return [*run_of(entry), f"{entry['vocabulary']:,}", f"{entry['bits_per_char']:.4f}"]


RUN = ["which", "commit", "text", "unit", "softmax", "width", "seed", "steps"]
TABLES = {
    "mass": ([*RUN, "rare: mass / share", "never seen: mass (median) / share", "bits/char"], row_of_mass),
    "burmese": ([*RUN, "clusters", "ill formed in 100,000", "with U+FFFD", "bits/char"], row_of_burmese),
    "bits": ([*RUN, "vocabulary", "bits/char"], row_of_bits),
}


def main() -> None:
    """One run."""
    parser = common.parser(__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--label", default="here", help="what tells this code from other code in the table")
    parser.add_argument("--text", default="war-and-peace", choices=TEXTS)
    parser.add_argument("--unit", default="bpe")
    parser.add_argument("--softmax", default="as trained", choices=("as trained", "whole"))
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--vocabulary", type=int, help="units at most [default: the recipe's]")
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    text = read_book(common.find_data(TEXTS[options.text]))
    cut = len(text) - (len(text) - int(0.9 * len(text)))
    about = common.circumstances() | {"commit": imported()}
    done = PARTS[options.part](options, text, cut)
    told = {name: getattr(options, name) for name in ("part", "label", "text", "unit", "softmax", "seed", "hidden")}
    report(options, common.append_entry(options.results, NAME, {**told, **done, **about}))


if __name__ == "__main__":
    main()
