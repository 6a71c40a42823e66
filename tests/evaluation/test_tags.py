import xml.etree.ElementTree as ET

import pytest

import unrolled
from unrolled.cli.main import run
from unrolled.errors import InputError

SMALL = {"hidden_size": 24, "dropout": 0.1, "unit_dropout": 0.0, "batch_size": 8, "threads": 1, "unit": "char"}
NAMES, DEEDS = ("Ann", "Bob", "Eve", "Tom"), ("sees", "met", "likes")
pytestmark = pytest.mark.filterwarnings("ignore:.*tokens are column:unrolled.UnrolledWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Sentences in three columns: a token, its part of speech, and where names stand; a test, a small tagger of it."""
    folder = tmp_path_factory.mktemp("tagged")
    sentences = [
        f"{one} N B-PER\nLee N I-PER\n{deed} V O\n{other} N B-PER\n\n"
        for one in NAMES
        for deed in DEEDS
        for other in NAMES
        if one != other
    ]
    (folder / "learn.conll").write_text("".join(sentences))
    (folder / "test.conll").write_text("Zoe N B-PER\nLee N I-PER\nsees V O\nAnn N B-PER\n\n" + sentences[0])
    unrolled.train(folder / "learn.conll", folder / "names.safetensors", task="tag", steps=60, **SMALL)
    unrolled.train(folder / "learn.conll", folder / "speech.safetensors", task="tag", label="2", steps=4, **SMALL)
    return folder


def test_figures_count_tokens_and_entities_beside_the_baseline(folder):
    found = unrolled.evaluate(folder / "names.safetensors", folder / "test.conll")
    assert list(found.figures)[:2] == ["accuracy", "macro_f1"] and found.figures["entity_f1"] > 0.6
    assert sum(found.classes.counts) == 8 and found.classes.labels == ("B-PER", "I-PER", "O")
    assert found.baseline["accuracy"] == 1.0  # of all tags B-PER is the most frequent, and Zoe was never learnt
    assert found.baseline["rows"] == 32 and set(found.baseline["f1"]) == set(found.classes.labels)
    assert any("1 of 2 different sources also stand" in note for note in found.notes)
    assert found.examples[0].wanted == ("Zoe/B-PER Lee/I-PER sees/O Ann/B-PER",)


def test_the_column_that_was_learnt_is_judged_whatever_the_file_is_called(folder):
    found = unrolled.evaluate(folder / "speech.safetensors", folder / "test.conll")
    assert found.classes.labels == ("N", "V") and "micro_f1" not in found.figures and "entity_f1" not in found.figures
    assert any("tags column 2" in note for note in found.notes)
    with pytest.raises(InputError, match="none that the model learnt"):
        unrolled.evaluate(folder / "speech.safetensors", folder / "test.conll", label="3")


def test_a_tag_that_was_never_learnt_is_an_error_and_is_told(folder, tmp_path):
    (tmp_path / "test.txt").write_text("Ann/B-PER likes/O cake/B-FOOD\n")
    found = unrolled.evaluate(folder / "names.safetensors", tmp_path / "test.txt")
    assert found.figures["accuracy"] <= 2 / 3 and found.classes.labels[-1] == "B-FOOD"
    assert any("1 of 3 tokens have a tag that the model never learnt ('B-FOOD')" in note for note in found.notes)


def test_the_command_shows_each_tag_with_the_baselines_f1_and_draws_what_is_confused(folder, capsys, tmp_path):
    model, test, svg = (str(each) for each in (folder / "names.safetensors", folder / "test.conll", tmp_path / "c.svg"))
    assert run(["evaluate", model, test, "--svg", svg, "--quiet"]) == 0
    shown = capsys.readouterr().out
    assert "F1 of entities" in shown and "micro-F1 without O" in shown
    assert "label precision recall F1 baseline count" in [" ".join(line.split()) for line in shown.split("\n")]
    assert "got  Zoe/" in shown and "of 8 right" in ET.fromstring((tmp_path / "c.svg").read_text())[0].text


def test_narrow_weights_cost_what_they_cost_by_token(folder, tmp_path, capsys):
    model, out = str(folder / "names.safetensors"), str(tmp_path / "int8.safetensors")
    assert run(["quantize", model, str(folder / "test.conll"), "-o", out]) == 0
    assert "accuracy" in capsys.readouterr().out and unrolled.load(out).predict("Ann met Bob").tokens[2] == "Bob"


def test_what_is_no_tagger_s_is_refused_in_one_sentence(folder, capsys, tmp_path):
    model, text = str(folder / "names.safetensors"), str(folder / "test.conll")
    for verb in (["score", model, text], ["explain", model, text, "-o", str(tmp_path / "a.html")], ["generate", model]):
        assert run(verb) != 0
        assert "made to tag, not to write on; use predict" in capsys.readouterr().err
    assert run(["export", model, "-o", str(tmp_path / "out")]) != 0
    assert capsys.readouterr().err.count("\n") == 1
