"""Train the base model ``english``, and try out of what size it should be.

``trial --unit char --hidden-size 512`` trains ten minutes, judges by the tuning books and adds a line to
``trials.jsonl``. ``stage`` goes on from the last stage at a level learning rate and leaves the next one. ``base`` goes
on from it while the learning rate falls to zero (from scratch, where there is no stage) and puts the base into the
package. ``list`` writes the table of books. The corpus is found through ``UNROLLED_DATA`` alone; a run that was stopped
goes on when it is started again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
from pathlib import Path
from typing import Any

from books import Book, read_books, to_train_on, to_tune_on, tuning_text
from learning import learn
from trials import about_machine, try_out

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TRIALS = HERE / "trials.jsonl"
STAGES, STAGE = HERE / "stages.jsonl", "stage.safetensors"
BASE = ROOT / "src/unrolled/bases/english.safetensors"
NETWORK: dict[str, Any] = {"unit": "char", "hidden_size": 640, "layers": 1}
"""What the trials chose: lab notes, "The base model english"."""
RATE = 0.04
"""The level learning rate of stages: the highest of a training from scratch."""
MINUTES, STAGE_MINUTES = 20.0, 90.0


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--work", type=Path, default=ROOT / "build/english", help="folder for texts and stopped runs")
    parser.add_argument("--threads", type=int, help="threads [default: the cores]")
    parser.add_argument("--seed", type=int, default=1, help="seed of order, forms and training [default: 1]")
    verbs = parser.add_subparsers(dest="verb", required=True)
    trial = verbs.add_parser("trial", help="train a network for some minutes and judge it by the tuning books")
    trial.add_argument("--unit", choices=("char", "bpe"), required=True)
    trial.add_argument("--cell", default="lstm", help="[default: lstm]")
    trial.add_argument("--hidden-size", type=int, required=True)
    trial.add_argument("--layers", type=int, default=1, help="[default: 1]")
    trial.add_argument("--minutes", type=float, default=10.0, help="[default: 10]")
    trial.add_argument("--fine-tuning", type=float, default=0.5, help="minutes of going on, each [default: 0.5]")
    trial.add_argument("--log", type=Path, default=TRIALS, help="file of the trials [default: trials.jsonl, here]")
    stage = verbs.add_parser("stage", help="go on from the last stage at a level learning rate")
    stage.add_argument("--minutes", type=float, default=STAGE_MINUTES, help=f"[default: {STAGE_MINUTES:g}]")
    stage.add_argument("--log", type=Path, default=STAGES, help="the stages so far [default: stages.jsonl, here]")
    base = verbs.add_parser("base", help="train the base and put it into the package")
    base.add_argument("--stages", type=Path, default=HERE, help="folder of the last stage, if any [default: here]")
    base.add_argument("--minutes", type=float, default=MINUTES, help=f"[default: {MINUTES:g}]")
    base.add_argument("--output", type=Path, default=BASE, help="the file to write [default: in the package]")
    listing = verbs.add_parser("list", help="write the books of the corpus, and which were learnt, to a table")
    listing.add_argument("--output", type=Path, default=HERE / "books.tsv", help="the table [default: books.tsv, here]")
    return parser.parse_args()


def make_trial(books: list[Book], given: argparse.Namespace, log: Path) -> None:
    """Try a network out, and add a line to the log."""
    found = json.dumps(try_out(books, given))
    with log.open("a", encoding="utf-8") as file:
        file.write(found + "\n")
    print(found)


def start_of(folder: Path) -> dict[str, Any]:
    """Return what a run begins with: the last stage, which comes into the folder of work, or a network from scratch."""
    if not (folder / STAGE).is_file():
        return NETWORK
    shutil.copy(folder / STAGE, STAGE)
    return {"start": STAGE, "learning_rate": RATE}


def make_stage(books: list[Book], given: argparse.Namespace, log: Path) -> None:
    """Train the next stage, leave it beside the log in bf16, and add a line to the log."""
    number = len(log.read_text().splitlines()) + 1 if log.is_file() else 1
    how = {**start_of(log.parent), "schedule": "constant", "minutes": given.minutes, "threads": given.threads}
    model = learn(books, f"stage-{number}.safetensors", given.seed + number, **how)
    model.save(log.parent / STAGE, force=True, weights="bf16")
    record = model.record
    found = {"date": dt.date.today().isoformat(), "machine": about_machine(), "stage": number, "steps": record.steps}
    best = record.best["bits_per_char"] if record.best else None
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**found, "seconds": record.seconds, "tuning": best, "options": record.options}) + "\n")


def make_base(books: list[Book], given: argparse.Namespace, output: Path) -> None:
    """Train the base and write it in int8."""
    start = start_of(given.stages)
    how = {**start, "schedule": "linear" if "start" in start else "cosine"}
    model = learn(books, "base.safetensors", given.seed, minutes=given.minutes, threads=given.threads, **how)
    narrow = model.quantized("int8")
    text = tuning_text(to_tune_on(books))
    bits = [each.score(text).bits_per_char for each in (model, narrow)]
    output.parent.mkdir(parents=True, exist_ok=True)
    narrow.save(output, force=True)
    print(f"{output}: {output.stat().st_size:,} bytes; {bits[0]:.4f} bits/char in fp32, {bits[1]:.4f} in int8")


def write_list(books: list[Book], path: Path) -> None:
    """Write a line a book, in the order of years: what it is, and whether it was learnt."""
    learnt, tuned = ({(each.author, each.title) for each in part(books)} for part in (to_train_on, to_tune_on))
    rows = []
    for book in sorted(books, key=lambda each: (each.year, each.author, each.title)):
        name = (book.author, book.title)
        use = "learnt" if name in learnt else "tuning" if name in tuned else "left out"
        rows.append("\t".join([str(book.year), *name, str(len(book.text)), use]))
    path.write_text("\n".join(["year\tauthor\ttitle\tcharacters\tuse", *rows, ""]), encoding="utf-8")


def main() -> None:
    """Do what the command line asks for."""
    given = arguments()
    books = read_books()
    target = (given.log if given.verb in ("trial", "stage") else given.output).resolve()
    if given.verb == "list":
        write_list(books, target)
        return
    given.stages = getattr(given, "stages", HERE).resolve()
    given.work.mkdir(parents=True, exist_ok=True)
    os.chdir(given.work)  # so that a record names its text without the folders of this machine
    {"trial": make_trial, "stage": make_stage, "base": make_base}[given.verb](books, given, target)


if __name__ == "__main__":
    main()
