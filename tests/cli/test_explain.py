import json

import pytest


def told(page):
    """The data of a page."""
    data = page.split('<script type="application/json" id="told">')[1].split("</script>")[0]
    return json.loads(data)


def test_the_page_is_that_of_the_library(cli, model, model_file, tmp_path):
    (tmp_path / "t.txt").write_text("The cat sat.\n")
    done = cli("explain", model_file, tmp_path / "t.txt", "-o", tmp_path / "t.html", "--engine", "reference")
    assert (done.returncode, done.stderr) == (0, "")
    assert "t.html: " in done.stdout and "open it in a browser" in done.stdout
    page = (tmp_path / "t.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert told(page)["bits"] == pytest.approx(model.score("The cat sat.\n").bits, abs=1e-3)


def test_standard_input_is_explained_quietly(cli, model_file, tmp_path):
    done = cli("explain", model_file, "-", "-o", tmp_path / "t.html", "--quiet", stdin="The dog " * 700)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert told((tmp_path / "t.html").read_text())["left_out"] == 600


def test_a_text_that_is_cut_is_told_in_one_sentence(cli, model_file, tmp_path):
    done = cli("explain", model_file, "-", "-o", tmp_path / "t.html", stdin="The dog " * 700)
    assert done.stderr == "unrolled: the text has 5,600 characters; the page shows the first 5,000\n"


def test_an_existing_page_is_replaced_only_by_force(cli, refused, model_file, tmp_path):
    page = tmp_path / "t.html"
    page.write_text("mine")
    assert "exists already" in refused(cli("explain", model_file, "-", "-o", page, stdin="The cat"))
    assert page.read_text() == "mine"
    assert cli("explain", model_file, "-", "-o", page, "--force", stdin="The cat").returncode == 0
    assert page.read_text() != "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-", "-o", "t.html"], "is empty"),
        (["nothing.txt", "-o", "t.html"], "there is no file nothing.txt"),
        (["-", "-o", "no/such/t.html"], "cannot be written"),
        (["-"], "Missing option '-o'"),
        (["one.txt", "-o", "t.html", "--where", "a=b"], "this model learnt no labels"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(cli, refused, model_file, tmp_path, arguments, words):
    (tmp_path / "one.txt").write_text("The cat")
    assert words in refused(cli("explain", model_file, *arguments, cwd=tmp_path))
    assert not (tmp_path / "t.html").exists()
