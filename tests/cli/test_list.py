import dataclasses
import json
import os

import pytest
from click.testing import CliRunner

from unrolled.api.model import model_of
from unrolled.cli.list import command, day_of
from unrolled.reports.labels import columns


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


@pytest.mark.parametrize("best", [None, {}, {"bits_per_char": None}, {"bits_per_char": float("nan")}, {"other": 1}])
def test_whatever_a_record_says_of_the_best_is_a_line(folder, model, best):
    changed = dataclasses.replace(model.bundle, record={"best": best})
    model_of(changed).save(folder / "odd.safetensors")
    assert run(folder)[1].startswith("odd.safetensors") and len(run(folder, "--json")) == 3


def test_a_time_that_no_calendar_has_is_left_out():
    assert day_of(0) and day_of(1e30) is None


def test_names_of_wide_letters_stand_in_columns(folder, model):
    model.save(folder / "日本語.safetensors")
    header, line, *_ = run(folder)
    assert columns(header[: header.index("model")]) == columns(line[: line.index("lstm")])


def test_a_name_cannot_write_to_the_terminal(folder):
    (folder / "novel.safetensors").rename(folder / "a\x1b[31mb.safetensors")
    assert not any("\x1b" in line for line in run(folder))


def test_a_folder_without_models_is_told_of(tmp_path):
    assert "there is no model (.safetensors) in" in " ".join(run(tmp_path))
