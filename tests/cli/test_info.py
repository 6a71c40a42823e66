import json
import xml.etree.ElementTree as ET

import pytest


def test_a_model_file_tells_of_itself(cli, model, model_file):
    done = cli("info", model_file)
    assert (done.returncode, done.stderr) == (0, "")
    facts = dict(line.split(None, 1) for line in done.stdout.splitlines())
    assert facts["cell"] == "lstm"
    assert facts["steps"] == "60"
    assert facts["stopped"] == "finished"
    assert "cats.txt" in facts["text"]


def test_json_tells_the_same(cli, model, model_file):
    facts = json.loads(cli("info", model_file, "--json").stdout)
    assert facts["bytes"] == model_file.stat().st_size
    assert facts["hidden_size"] == 48
    assert facts["alphabet"] == "".join(model.vocabulary.units)
    assert facts["held_out_bits_per_char"] == model.record["best"]["bits_per_char"]
    assert facts["sample"] == model.record["sample"]


def test_without_a_model_it_tells_of_the_machine(cli):
    facts = json.loads(cli("info", "--json").stdout)
    assert facts["training"] == "ready"
    assert {"reference", "torch"} <= set(facts["engines"].replace(" (NumPy)", "").split(", "))
    assert facts["terminal"] is False
    assert "numpy" in cli("info").stdout


def test_plot_draws_the_curve_in_the_terminal(cli, model_file):
    done = cli("info", model_file, "--plot", "--quiet")
    assert done.stdout.splitlines()[-1].strip().startswith("step ")
    assert any("\u2800" < character <= "\u28ff" for character in done.stdout)


def test_svg_draws_the_curve_into_a_file(cli, model_file, tmp_path):
    done = cli("info", model_file, "--svg", tmp_path / "curve.svg")
    assert (done.returncode, done.stdout) == (0, "")
    root = ET.fromstring((tmp_path / "curve.svg").read_text())
    assert root.tag.endswith("svg")
    assert [path.name for path in tmp_path.iterdir()] == ["curve.svg"]


@pytest.mark.parametrize(
    ("arguments", "words", "status"),
    [
        (["nothing.safetensors"], "there is no file nothing.safetensors", 2),
        (["text.txt"], "text.txt is not an unrolled model", 2),
        (["MODEL", "--svg", "text.txt"], "text.txt exists already", 2),
        (["MODEL", "--svg", "no/where.svg"], "no/where.svg cannot be written", 1),
    ],
)
def test_bad_input_is_one_sentence(cli, refused, model_file, tmp_path, arguments, words, status):
    (tmp_path / "text.txt").write_text("precious")
    real = [model_file if each == "MODEL" else each for each in arguments]
    assert words in refused(cli("info", *real, cwd=tmp_path), status)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("text.txt", "precious")]


def test_a_model_of_another_task_tells_its_vocabularies_and_how_right_it_is(cli, translator_file, classifier_file):
    told = [json.loads(cli("info", each, "--json").stdout) for each in (translator_file, classifier_file)]
    assert told[0]["task"] == "translate" and told[0]["source_vocabulary"] == told[0]["target_vocabulary"] == 7
    assert told[1]["labels"] == "cat, dog" and 0 <= told[1]["held_out_accuracy"] <= 1
    assert "held-out bits per label" in cli("info", classifier_file, "--plot").stdout


def test_a_base_model_is_told_by_its_name(cli):
    facts = json.loads(cli("info", "english", "--json").stdout)
    assert (facts["file"], facts["weights"]) == ("english", "int8")
    assert facts["bytes"] <= 8_000_000
    assert "english" in json.loads(cli("info", "--json").stdout)["base models"]
