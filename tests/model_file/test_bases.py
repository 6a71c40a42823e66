"""Base models: found by a name alone, never in place of a file."""

import shutil
from pathlib import Path

import pytest

import unrolled
from unrolled.errors import ModelFileError, OptionError
from unrolled.model_file import bases

GOLDEN = Path(__file__).parents[1] / "golden" / "format-1.safetensors"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of one base model, "pirate", while work goes on in an empty one."""
    (tmp_path / "bases").mkdir()
    (tmp_path / "here").mkdir()
    shutil.copy(GOLDEN, tmp_path / "bases/pirate.safetensors")
    monkeypatch.setattr(bases, "FOLDER", tmp_path / "bases")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "bases"


def test_a_name_finds_a_base_model(folder):
    assert bases.names() == ["pirate"]
    assert unrolled.load("pirate").bundle.parameters == unrolled.load(GOLDEN).bundle.parameters


def test_what_is_both_a_name_and_a_file_is_refused(folder):
    shutil.copy(GOLDEN, "pirate")
    with pytest.raises(OptionError, match=r"write \./pirate for the latter"):
        unrolled.load("pirate")
    assert unrolled.load("./pirate").bundle.parameters


@pytest.mark.parametrize("path", ["./pirate", "pirate.safetensors", "bases/pirate", "../here/pirate", "", "Pirate"])
def test_a_path_is_a_file(folder, path):
    assert bases.located(path) == Path(path)


def test_what_is_neither_is_refused_as_a_file(folder):
    with pytest.raises(ModelFileError, match="parrot"):
        unrolled.load("parrot")


def test_training_goes_on_from_a_base_model(folder, text):
    model = unrolled.train(text=text, start="pirate", steps=2)
    assert model.record.continued["from"] == "pirate"
