"""A sequence from a vector alone: the numbers of a date in, its words out, by a network that reads nothing it writes.

Its first state is all that it is given (``--feedback none``): what it writes, and how far it is, must go on in it.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from demo import unrolled

FOLDER = Path("demo")
VECTORS, TABLE, MODEL = FOLDER / "dates.npz", FOLDER / "dates.tsv", FOLDER / "dates.safetensors"
ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth
twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"""
MONTHS = "January February March April May June July August September October November December"
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
DAYS, MONTH, WEEK = (tuple(each.split()) for each in (ORDINALS, MONTHS, WEEKDAYS))
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
SHOWN = 6
"""Dates that nothing was learnt from, whose words are shown at the end."""


def words(weekday: int, day: int, month: int) -> str:
    """A date as it is spoken; all numbers count from 0."""
    return f"{WEEK[weekday]}, the {DAYS[day]} of {MONTH[month]}"


def vector(weekday: int, day: int, month: int) -> np.ndarray:
    """The same as numbers: a one at the place of each of its three parts."""
    return np.concatenate([np.eye(size)[place] for size, place in ((7, weekday), (31, day), (12, month))])


def write_dates() -> None:
    """All dates in any order, in two files: vectors with names, and names with words."""
    dates = [(weekday, day, month) for weekday in range(7) for month in range(12) for day in range(LENGTHS[month])]
    random.Random(1).shuffle(dates)  # noqa: S311
    names = ["-".join(map(str, date)) for date in dates]
    np.savez(VECTORS, features=np.stack([vector(*date) for date in dates]).astype(np.float32), names=np.array(names))
    lines = [f"{name}\t{words(*date)}\n" for name, date in zip(names, dates, strict=True)]
    TABLE.write_text("image\tcaption\n" + "".join(lines), encoding="utf-8")
    print(f"{VECTORS} and {TABLE}: {len(dates):,} dates, each as 50 numbers and in words; the last tenth is held out")


def main() -> None:
    """Write the dates, train, and let it say some that are new to it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", default="600", help="steps of training [default: 600, half a minute]")
    steps = parser.parse_args().steps
    FOLDER.mkdir(exist_ok=True)
    write_dates()
    how = ("--task", "caption", "--feedback", "none", "--unit", "word", "--hidden-size", "128")
    certain = ("--dropout", "0", "--label-smoothing", "0", "--learning-rate", "0.03")  # nothing here is left to chance
    learn = (*how, *certain, "--steps", steps, "--quiet", "--force")
    unrolled("train", str(VECTORS), str(TABLE), "-o", str(MODEL), *learn)
    held_out = TABLE.read_text(encoding="utf-8").splitlines()[-SHOWN:]
    print("\nDates that it never saw, as they should be spoken:")
    print("\n".join(line.split("\t")[1] for line in held_out))
    unrolled("predict", str(MODEL), *(f"{VECTORS}:{line.split()[0]}" for line in held_out))


if __name__ == "__main__":
    main()
