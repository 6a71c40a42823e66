"""F1 of each tag after a minute of training, beside the baseline that knows each word's most frequent tag.

Two sources: ``my_mysentence/sent_valid.tagged`` (Burmese, where a sentence begins and ends), a tenth of it held out by
chance; and CoNLL-U columns that a small grammar makes here, in which most words have several tags and their neighbours
tell which, and others are seen once. By words, the unit that is chosen unasked, and by characters.
"""

from __future__ import annotations

import random
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import common

import unrolled
from unrolled.evaluation import Evaluation

BURMESE = "measure/my_mysentence/sent_valid.tagged"
UNITS = ("word", "char")
SENTENCES, JUDGED = 4_000, 500
BOTH = ("fish", "watch", "saw", "book", "plant", "play", "run", "can", "ship", "park", "cook", "guard", "train", "show")
"""Words that are nouns or verbs."""
STEMS = (
    "brel",
    "dorp",
    "flen",
    "glim",
    "hask",
    "jorv",
    "kent",
    "lurm",
    "morb",
    "plick",
    "quat",
    "strov",
    "trem",
    "vond",
)
Tagged = list[tuple[str, str]]


def made(rng: random.Random, kind: str) -> str:
    """A word that is told by its ending alone."""
    ending = {"NOUN": ("ness", "er", "tion"), "VERB": ("ize", "ate", "ify"), "ADJ": ("ful", "ous"), "ADV": ("ly",)}
    return rng.choice(STEMS) + rng.choice("aeiou") + rng.choice("bdklmnrt") + rng.choice(ending[kind])


def word(rng: random.Random, kind: str) -> str:
    """A noun or a verb: mostly one that could be either."""
    return rng.choice(BOTH) if rng.random() < 0.8 else made(rng, kind)


def noun_phrase(rng: random.Random) -> Tagged:
    """A thing, or somebody; "her" and "that" stand before a noun here."""
    if rng.random() < 0.3:
        return [(rng.choice(("they", "you", "we", "I")), "PRON")]
    adjectives = [(made(rng, "ADJ"), "ADJ")] if rng.random() < 0.3 else []
    return [(rng.choice(("the", "a", "her", "that", "this")), "DET"), *adjectives, (word(rng, "NOUN"), "NOUN")]


def verb_phrase(rng: random.Random, depth: int = 0) -> Tagged:
    """What is done: here "her" and "that" stand alone, "that" can begin a clause, "to" stand before a verb or not."""
    adverb = [(made(rng, "ADV"), "ADV")] if rng.random() < 0.2 else []
    verb = [("can", "AUX")] * (rng.random() < 0.2) + [*adverb, (word(rng, "VERB"), "VERB")]
    ways = [
        lambda: noun_phrase(rng),
        lambda: [(rng.choice(("her", "that", "this")), "PRON")],
        lambda: [("to", "ADP"), *noun_phrase(rng)],
        lambda: [("like", "ADP"), *noun_phrase(rng)],
        lambda: [("to", "PART"), *verb_phrase(rng, depth + 1)],
        lambda: [("that", "SCONJ"), *sentence(rng, depth + 1)],
    ]
    return [*verb, *rng.choice(ways[: 4 if depth > 1 else 6])()]


def sentence(rng: random.Random, depth: int = 0) -> Tagged:
    """Somebody does something."""
    return [*noun_phrase(rng), *verb_phrase(rng, depth)]


def columns(sentences: list[Tagged]) -> str:
    """Sentences as CoNLL-U has them, with nothing but tokens and tags."""
    lines = []
    for each in sentences:
        lines += [f"{n}\t{token}\t_\t{tag}\t_\t_\t_\t_\t_\t_" for n, (token, tag) in enumerate(each, 1)] + [""]
    return "\n".join([*lines, ""])


def write_burmese(folder: Path) -> tuple[Path, Path]:
    """What is learnt, and a tenth that is held out by chance; each sentence once."""
    text = common.find_data(BURMESE).read_text(encoding="utf-8")
    lines = list(dict.fromkeys(line for line in text.split("\n") if line.strip()))
    random.Random(1).shuffle(lines)
    cut = len(lines) * 9 // 10
    return write(folder, "tagged", *("\n".join(some) + "\n" for some in (lines[:cut], lines[cut:])))


def write_grammar(folder: Path) -> tuple[Path, Path]:
    """The same of sentences that the grammar makes."""
    rng = random.Random(1)
    made = [sentence(rng) for _ in range(SENTENCES + JUDGED)]
    return write(folder, "conllu", columns(made[:SENTENCES]), columns(made[SENTENCES:]))


def write(folder: Path, ending: str, train: str, test: str) -> tuple[Path, Path]:
    """Two files: what is learnt, and what is judged."""
    paths = folder / f"train.{ending}", folder / f"test.{ending}"
    for path, text in zip(paths, (train, test), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def rows_of(name: str, paths: tuple[Path, Path], minutes: float, threads: int) -> Iterator[list[str]]:
    """F1 of each tag by the baseline, and by a model of each unit."""
    for unit in UNITS:
        model = unrolled.train(paths[0], task="tag", unit=unit, minutes=minutes, threads=threads)
        found = unrolled.evaluate(model, paths[1])
        if unit == UNITS[0]:
            yield [
                name,
                "most frequent tag",
                *figures_of(found, found.baseline or {}, (found.baseline or {})["f1"]),
                "",
            ]
        by_tag = dict(zip(found.classes.labels, found.classes.f1, strict=True)) if found.classes else {}
        title = f"{model.bundle.config.title}, {unit}"
        yield [name, title, *figures_of(found, found.figures, by_tag), f"{model.record['seconds']:.0f} s"]


def figures_of(found: Evaluation, figures: object, by_tag: dict[str, float]) -> list[str]:
    """Accuracy and macro-F1 in percent, and the F1 of each tag with how many tokens have it."""
    assert isinstance(figures, dict) and found.classes, "it is of tags"
    counts = dict(zip(found.classes.labels, found.classes.counts, strict=True))
    each = ", ".join(f"{tag} {100 * by_tag[tag]:.1f} ({counts[tag]:,})" for tag in counts)
    return [f"{100 * figures['accuracy']:.2f}", f"{100 * figures['macro_f1']:.2f}", each]


def main() -> None:
    """Train on both sources by both units, judge, report."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of each training [default: %(default)s]")
    options = parser.parse_args()
    about = common.circumstances()
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore", unrolled.UnrolledWarning)  # which columns were taken
        for name, make in (("my_mysentence", write_burmese), ("grammar", write_grammar)):
            for row in rows_of(name, make(Path(place)), options.minutes, options.threads):
                rows.append(row)
                print(row, flush=True)
    header = ["text", "tagger", "right, %", "macro-F1, %", "F1 of each tag, % (tokens judged)", "learnt in"]
    told = (
        f"{SENTENCES:,} sentences of the grammar to learn from, {JUDGED} to judge; of my_mysentence, a tenth to judge."
    )
    common.write_report(options.results, "tag", "# Tags", common.describe(about), told, common.table(header, rows))


if __name__ == "__main__":
    main()
