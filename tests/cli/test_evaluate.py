import json
import os
import signal
import subprocess
import time
from xml.etree import ElementTree as ET

import pytest

import unrolled
from unrolled.reports.evaluated import lines


def without_time(told):
    """A summary without what no two runs have the same of."""
    return {**told, "baseline": {**(told.get("baseline") or {}), "seconds": 0}}


def test_json_is_the_summary_of_the_library(cli, classifier, classifier_file, tables):
    done = cli("evaluate", classifier_file, tables["pets-test"], "--json", "--examples", 2)
    told = unrolled.evaluate(classifier, tables["pets-test"]).summary(2)
    assert (done.returncode, done.stderr) == (0, "")
    assert without_time(json.loads(done.stdout)) == without_time(json.loads(json.dumps(told)))


def test_the_lines_are_those_of_the_report(cli, translator, translator_file, tables):
    done = cli("evaluate", translator_file, tables["reversals-test"], "--beams", 2)
    told = unrolled.evaluate(translator, tables["reversals-test"], beams=2).summary()
    assert (done.returncode, done.stdout.splitlines()) == (0, lines(told))
    assert "BLEU" in done.stdout and "case:mixed" in done.stdout and "worst (chrF" in done.stdout


def test_a_classifier_shows_matrix_errors_and_baseline(cli, classifier_file, tables):
    shown = cli("evaluate", classifier_file, tables["pets-test"]).stdout
    for words in ("rows: gold, columns: predicted", "baseline: TF-IDF of words", "most surprising", "precision"):
        assert words in shown


def test_two_files_are_a_test_of_pairs(cli, translator_file, tables, tmp_path):
    rows = [line.split("\t") for line in tables["reversals-test"].read_text().splitlines()[1:]]
    for side, name in enumerate(("one.txt", "other.txt")):
        (tmp_path / name).write_text("".join(f"{row[side]}\n" for row in rows))
    done = cli("evaluate", translator_file, "one.txt", "other.txt", cwd=tmp_path)
    assert done.stdout == cli("evaluate", translator_file, tables["reversals-test"]).stdout


def test_the_test_can_come_by_standard_input(cli, translator_file, tables):
    rows = "\n".join(tables["reversals-test"].read_text().splitlines()[1:])
    done = cli("evaluate", translator_file, "-", "--json", stdin=rows)
    wanted = json.loads(cli("evaluate", translator_file, tables["reversals-test"], "--json").stdout)
    found = json.loads(done.stdout)
    assert found.pop("notes")[1:] == wanted.pop("notes") and found == wanted  # the first one tells the columns


def test_pictures_and_predictions_are_written_and_not_replaced(cli, refused, classifier_file, tables, tmp_path):
    arguments = ("evaluate", classifier_file, tables["pets-test"], "--svg", "c.svg", "--predictions", "p.jsonl")
    assert cli(*arguments, cwd=tmp_path).returncode == 0
    assert ET.fromstring((tmp_path / "c.svg").read_text()).tag.endswith("svg")
    rows = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    table = [line.split("\t") for line in tables["pets-test"].read_text().splitlines()[1:]]
    assert [[row["source"], *row["wanted"]] for row in rows] == table
    assert "c.svg exists already" in refused(cli(*arguments, cwd=tmp_path))
    assert cli(*arguments, "--force", cwd=tmp_path).returncode == 0


def test_the_page_of_attention_is_written(cli, translator_file, tables, tmp_path):
    done = cli("evaluate", translator_file, tables["reversals-test"], "--attention", "a.html", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "a.html").read_text().count("<svg") == 10


@pytest.mark.parametrize(
    ("name", "test", "arguments", "words"),
    [
        ("model_file", "pets-test", [], "use generate, or score"),
        ("classifier_file", "pets-test", ["--attention", "a.html"], "no attention to show"),
        ("translator_file", "reversals-test", ["--svg", "c.svg"], "tells no labels"),
        ("classifier_file", "pets-test", ["--svg", "no/c.svg"], "no/c.svg cannot be written"),
        ("classifier_file", "pets-test", ["--label", "kind"], "has no column 'kind'"),
        ("translator_file", "reversals-test", ["--beams", "0"], "--beams is 0; it must be at least 1"),
        ("classifier_file", None, [], "there is no file nothing.tsv"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(cli, refused, request, tables, tmp_path, name, test, arguments, words):
    path = tables[test] if test else "nothing.tsv"
    assert words in refused(cli("evaluate", request.getfixturevalue(name), path, *arguments, cwd=tmp_path))
    assert not list(tmp_path.iterdir())


def test_nothing_is_asked_of_pytorch(translator_file, tables):
    code = f"""
import sys
from unrolled.cli.main import run
assert run(["evaluate", {str(translator_file)!r}, {str(tables["reversals-test"])!r}, "--engine", "reference"]) == 0
print("torch" in sys.modules)
"""
    done = subprocess.run([os.sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_ctrl_c_stops_with_130(start, translator_file, tmp_path):
    (tmp_path / "long.tsv").write_text("source\ttarget\n" + "".join(f"{n:b}abcde\tEDCBA\n" for n in range(20_000)))
    with start("evaluate", translator_file, tmp_path / "long.tsv", "--beams", 10) as working:
        time.sleep(2)
        working.send_signal(signal.SIGINT)
        assert working.stderr.read().strip() == "unrolled: stopped"
    assert working.returncode == 130


def test_a_reader_that_has_seen_enough_leaves_no_traceback(start, classifier_file, tables):
    with start("evaluate", classifier_file, tables["pets-test"]) as writer:
        writer.stdout.close()
        assert "Traceback" not in writer.stderr.read()
    assert writer.returncode in (0, 1)
