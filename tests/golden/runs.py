"""Golden runs: one short run of every task and cell, by steps, in float32 on one thread, and what each came to.

On one machine, a change that is to change nothing gives the same weights to the last bit: compare what
``python -m tests.golden.runs`` prints before it and after it. Across machines the losses agree
within 1e-4 (``runs.json``, which ``make.py`` writes).
"""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import unrolled

SENTENCES = (
    "The cat sat on the mat and looked at the moon.",
    "The dog ran over the hill to the old mill.",
    "A bird sang in the tall green tree all day.",
    "She said: 'The moon is round, the hill is high.'",
    "Where did the cat go? The cat went home!",
)
WORDS = ("cat", "dog", "bird", "runs", "sees", "eats", "fast", "big", "the", "a", "happy", "book", "red", "blue")
BURMESE = ("ကြောင်သည် ငါးကို စားသည်။", "ခွေးသည် အိမ်သို့ ပြေးသည်။", "ငှက်သည် သစ်ပင်ပေါ်တွင် သီချင်းဆိုသည်။")
COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}

COMMON: dict[str, Any] = {"hidden_size": 16, "steps": 40, "batch_size": 8, "threads": 1, "precision": "fp32", "seed": 1}
TEXT = COMMON | {"sequence_length": 16, "learning_rate": 0.02}
READER = COMMON | {"embedding_size": 8, "steps": 160, "learning_rate": 0.03}
# few: over many steps of these, what changes the last bit of a sum grows to thousandths
CAPTION = READER | {"task": "caption", "image_size": 16, "steps": 30}
CELLS = ("elman", "gru", "lstm")
RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    **{f"language-{cell}": ("text.txt", TEXT | {"cell": cell}) for cell in (*CELLS, "window")},
    "language-lstm-2": ("text.txt", TEXT | {"layers": 2, "embedding_size": 0, "dropout": 0.1}),
    "language-words": ("text.txt", TEXT | {"unit": "word", "min_count": 1}),
    "language-bpe": ("burmese.txt", TEXT | {"unit": "bpe", "vocabulary_size": 300, "min_count": 1}),
    "language-lines": ("text.txt", TEXT | {"documents": "lines"}),
    "language-labels": ("labelled.tsv", TEXT | {"text_column": "text", "label": "label"}),
    "markov": ("text.txt", {"model": "markov", "order": 4, "threads": 1, "seed": 1}),
    "gpt2": (
        "text.txt",
        {name: value for name, value in TEXT.items() if name != "precision"}
        | {"model": "gpt2", "hidden_size": 8, "layers": 1, "heads": 2, "context": 16},
    ),
    **{f"classify-{cell}": ("labelled.tsv", READER | {"task": "classify", "cell": cell}) for cell in CELLS},
    **{f"segment-{cell}": ("text.txt", READER | {"task": "segment", "cell": cell}) for cell in CELLS},
    **{f"tag-{cell}": ("tagged.txt", READER | {"task": "tag", "cell": cell}) for cell in CELLS},
    **{f"translate-{cell}": ("pairs.tsv", READER | {"task": "translate", "cell": cell}) for cell in CELLS},
    "translate-additive": ("pairs.tsv", READER | {"task": "translate", "attention": "additive"}),
    **{f"caption-{cell}": ("images.tsv", CAPTION | {"cell": cell}) for cell in CELLS},
}
"""What each run reads (see ``write_sources``), and its options."""


def write_sources(folder: Path) -> None:
    """Write what the runs read: texts, a table of labelled texts, one of pairs, images with their captions."""
    from PIL import Image

    rng = random.Random(7)
    lines = [f"{SENTENCES[n * 7 % 5]} The {' '.join(rng.choices(WORDS, k=5))}.\n" for n in range(80)]
    (folder / "text.txt").write_text("".join(lines))
    (folder / "burmese.txt").write_text("".join(f"{BURMESE[n * 7 % 3]}{BURMESE[n % 2]}\n" for n in range(60)))
    phrases = sorted({" ".join(rng.choices(WORDS, k=4)) for _ in range(160)})
    rows = [f"{phrase}\t{'long' if len(phrase) > 16 else 'short'}\n" for phrase in phrases]
    (folder / "labelled.tsv").write_text("text\tlabel\n" + "".join(rows))
    pairs = [f"{phrase}\t{' '.join(phrase.upper().split()[::-1])}\n" for phrase in phrases]
    (folder / "pairs.tsv").write_text("source\ttarget\n" + "".join(pairs))
    tagged = [" ".join(f"{word}/{tag_of(word, at)}" for at, word in enumerate(each.split())) for each in phrases]
    (folder / "tagged.txt").write_text("\n".join(tagged))
    captions = ["image\tcaption\n"]
    for number in range(24):
        name = list(COLOURS)[number % 3]
        Image.new("RGB", (16, 16), COLOURS[name]).save(folder / f"{number}.png")
        captions.append(f"{number}.png\ta {name} square number {number % 4}\n")
    (folder / "images.tsv").write_text("".join(captions))


def tag_of(word: str, place: int) -> str:
    """Return a tag of a word that depends on where it stands, too."""
    return f"{'early' if place < 2 else 'late'}-{'long' if len(word) > 3 else 'short'}"


def run(name: str, folder: Path) -> unrolled.Model:
    """Make one run over the sources in a folder; its model, which is also written there."""
    source, options = RUNS[name]
    return unrolled.train(folder / source, folder / f"{name}.safetensors", **options)


def losses(model: unrolled.Model) -> list[float]:
    """Bits of the training and of the held-out part at every validation, in turn; a Markov chain's held-out bits."""
    curve = model.record.get("curve") or []
    found = [point[part] for point in curve for part in ("train", "valid")]
    return found or [model.record["best"]["bits_per_char"]]


def digest(model: unrolled.Model) -> str:
    """A digest of every bit of the weights, with their names and shapes."""
    total = hashlib.sha256()
    for name, tensor in sorted(model.bundle.tensors.items()):
        total.update(f"{name} {tensor.dtype} {tensor.shape}".encode() + tensor.tobytes())
    return total.hexdigest()


def main() -> None:
    """Print a digest of the weights and the losses of every run, or of those that are named."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_sources(folder)
        for name in sys.argv[1:] or RUNS:
            model = run(name, folder)
            print(name, digest(model)[:16], *(repr(each) for each in losses(model)), flush=True)


if __name__ == "__main__":
    main()
