"""The lesson's first network: characters as one-hot vectors, one Elman layer, and the word HELLO."""

import subprocess
import sys
from pathlib import Path

import pytest

import unrolled
from unrolled.networks.cells import CELLS


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_a_network_trained_on_hello_writes_ello_from_h(cell):
    lesson = {"batches": "windows", "embedding_size": 0, "hidden_size": 16, "valid": 0.0, "threads": 1}
    model = unrolled.train(["HELLO"], cell=cell, steps=150, **lesson)
    assert model.generate("H", temperature=0, length=4) == "ELLO"
    assert model.generate("H", temperature=0, until="line") == "ELLO"


HEADLINES = [
    f"{who} {what} {it}" for who in ("Today markets", "Oil", "Stocks") for what in ("rise", "fall") for it in "ABCD"
]


@pytest.fixture(scope="module")
def headlines(tmp_path_factory):
    path = tmp_path_factory.mktemp("news") / "titles.txt"
    path.write_text("\n".join(HEADLINES))
    return unrolled.train(path, documents="lines", steps=120, hidden_size=32, threads=1)


@pytest.mark.parametrize("temperature", [0.3, 0.8, 1.0, 1.3, 1.8])
def test_titles_go_on_from_today_and_end_at_any_temperature(headlines, temperature):
    titles = headlines.generate_many("Today ", 10, temperature=temperature, length=200, seed=1)
    assert all("\n" not in title for title in titles)
    assert sum(len(title) < 200 for title in titles) > 5


def test_the_lab_takes_any_book_from_characters_to_words(text_file):
    lab = Path(__file__).parents[1] / "examples" / "word_level.py"
    command = [sys.executable, str(lab), str(text_file), "--minutes", "0.02"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert {line.split()[0] for line in told.splitlines() if line} >= {"char", "word", "[char]", "[word]"}


def test_the_words_of_dates_come_from_their_numbers_alone(tmp_path):
    example = Path(__file__).parents[1] / "examples" / "sequence_from_vector.py"
    command = [sys.executable, str(example), "--steps", "250"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout.splitlines()
    said, wanted = told[-6:], told[-14:-8]
    pairs = [(one.split(), other.split()) for one, other in zip(said, wanted, strict=True)]
    assert all(one[:2] == other[:2] for one, other in pairs), "the weekday is learnt first"
    assert {one[-1] for one, _ in pairs} > {pairs[0][0][-1]}, "and other vectors have other words"
