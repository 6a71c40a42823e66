import json
import os

import pytest
from click.testing import CliRunner

from unrolled.cli.list import command


def run(*arguments):
    done = CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)
    return done.output.splitlines()


@pytest.fixture
def folder(model, classifier, tmp_path):
    model.save(tmp_path / "novel.safetensors", weights="int8")
    classifier.save(tmp_path / "reviews.safetensors")
    os.utime(tmp_path / "novel.safetensors", (1, 1))
    (tmp_path / "notes.txt").write_text("no model")
    return tmp_path


def test_each_model_is_a_line_the_newest_first(folder, model):
    header, first, second = run(folder)
    assert header.split()[:2] == ["file", "MB"]
    assert first.startswith("reviews.safetensors") and "classify" in first and "% right" in first
    assert second.startswith("novel.safetensors") and "lstm 1×48" in second
    assert f"{model.record['best']['bits_per_char']:.3f} bits/character" in second
    assert header.index("model") == first.index("lstm") == second.index("lstm")


def test_a_file_that_is_no_model_is_told_of_in_its_line(folder):
    (folder / "broken.safetensors").write_bytes(b"\x00" * 100)
    lines = run(folder)
    assert len(lines) == 4 and "is not an unrolled model" in lines[1]


def test_as_json_there_is_an_object_for_each(folder):
    found = [json.loads(line) for line in run(folder, "--json")]
    assert [each["file"] for each in found] == ["reviews.safetensors", "novel.safetensors"]
    assert found[1]["weights"] == "int8" and found[1]["bytes"] == (folder / "novel.safetensors").stat().st_size


def test_a_name_cannot_write_to_the_terminal(folder):
    (folder / "novel.safetensors").rename(folder / "a\x1b[31mb.safetensors")
    assert not any("\x1b" in line for line in run(folder))


def test_a_folder_without_models_is_told_of(tmp_path):
    assert "there is no model (.safetensors) in" in " ".join(run(tmp_path))
