"""The script that trains the base: from a corpus to a model file, as it is called."""

import hashlib
import json
import lzma
import os
import re
import subprocess
import sys
from pydoc_data.topics import topics

import pytest

import unrolled

from .conftest import ENGLISH

BOOKS = [
    ("Hugh Lofting", "The Story of Doctor Dolittle"),
    ("Marie Belloc Lowndes", "The Lodger"),
    ("Jane Webb", "The Mummy!"),
    ("Mark Twain", "Roughing It"),
]
SIZE = 60_000


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A function that runs the script on a small corpus, and the folder in which it does."""
    folder = tmp_path_factory.mktemp("corpus")
    prose = re.sub(r"\n{3,}", "\n\n", "\n\n".join(topics.values()))
    text = "".join(prose[n * SIZE :][:SIZE].strip() + "\n\n\n" for n in range(len(BOOKS))).encode()
    rows = [f"{author}\t{title}\t1900\t{SIZE}" for author, title in BOOKS]
    (folder / "base").mkdir()
    (folder / "base/english_books.txt.xz").write_bytes(lzma.compress(text, preset=0))
    (folder / "base/english_books.tsv").write_text("\n".join(["author\ttitle\tyear\tcharacters", *rows]) + "\n")
    found = {"UNROLLED_DATA": str(folder), "UNROLLED_BASE_DIGEST": hashlib.sha256(text).hexdigest()}

    def call(*arguments):
        command = [sys.executable, ENGLISH / "train.py", "--work", folder / "work", "--threads", "1", *arguments]
        done = subprocess.run(command, env={**os.environ, **found}, stderr=subprocess.PIPE, text=True, timeout=200)
        assert done.returncode == 0, done.stderr

    return call, folder


def test_a_trial_adds_a_line_of_what_came_of_it(run):
    call, folder = run
    sizes = ["--unit", "char", "--hidden-size", "32", "--minutes", "0.05", "--fine-tuning", "0.03"]
    (folder / "trials.jsonl").write_text("{}\n")
    call("trial", *sizes, "--log", folder / "trials.jsonl")
    _, found = map(json.loads, (folder / "trials.jsonl").read_text().splitlines())
    assert (found["unit"], found["hidden_size"]) == ("char", 32)
    assert found["tuning"][-1][1] > 0
    assert [each["title"] for each in found["fine_tuned"]] == ["The Story of Doctor Dolittle", "The Lodger"]


def test_a_base_goes_on_from_the_stages_and_is_a_model_in_int8_that_names_no_folder(run):
    call, folder = run
    stages = folder / "stages"
    stages.mkdir()
    call("stage", "--minutes", "0.03", "--log", stages / "stages.jsonl")
    (found,) = map(json.loads, (stages / "stages.jsonl").read_text().splitlines())
    assert (found["stage"], found["options"]["schedule"]) == (1, "constant")
    assert unrolled.load(stages / "stage.safetensors").bundle.weights == "bf16"
    call("base", "--minutes", "0.03", "--stages", stages, "--output", folder / "base.safetensors")
    model = unrolled.load(folder / "base.safetensors")
    assert model.bundle.weights == "int8"
    assert model.record.corpus["names"] == ["english-1.txt"]
    assert model.record.continued["from"] == "stage.safetensors"
    assert model.record.options["schedule"] == "linear"
    assert str(folder) not in json.dumps(dict(model.record))
    assert model.generate("The ", length=5, seed=1)


def test_the_table_of_books_says_what_each_is_used_for(run):
    call, folder = run
    call("list", "--output", folder / "books.tsv")
    head, *rows = (folder / "books.tsv").read_text().splitlines()
    assert head.split("\t") == ["year", "author", "title", "characters", "use"]
    assert sorted(row.split("\t")[-1] for row in rows) == ["learnt", "learnt", "tuning", "tuning"]
