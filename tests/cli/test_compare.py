import json

import pytest

from unrolled.cli.compare import choose
from unrolled.errors import OptionError

QUICK = ("--minutes", 0.02, "--models", "elman,markov", "--threads", 1)


@pytest.fixture(scope="module")
def done(cli, text_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    return folder, cli("compare", text_file, *QUICK, "-o", folder / "page.html", "--keep", folder / "models")


def test_it_prints_the_table_and_samples(done):
    _, ran = done
    assert ran.returncode == 0
    assert "bits/char" in ran.stdout and "markov 7" in ran.stdout and "elman 1×" in ran.stdout
    assert "written on from" in ran.stdout and "elman: learning" in ran.stderr


def test_it_writes_a_page_and_keeps_the_models(done):
    folder, _ = done
    assert "<svg" in (folder / "page.html").read_text("utf-8")
    assert {path.name for path in (folder / "models").iterdir()} == {"markov.safetensors", "elman.safetensors"}


def test_an_existing_page_is_not_replaced_silently(cli, text_file, done, refused):
    assert "exists already" in refused(cli("compare", text_file, *QUICK, "-o", done[0] / "page.html"), 2)


def test_json_is_all_of_it(cli, text_file):
    ran = cli("compare", text_file, "--models", "markov", "--json", "--quiet", "-p", "The ")
    told = json.loads(ran.stdout)
    assert [entry["name"] for entry in told["entries"]] == ["markov"] and told["prompt"] == "The "


def test_models_are_named_in_any_order_and_come_in_one():
    assert choose("lstm, markov") == ["markov", "lstm"]
    with pytest.raises(OptionError, match="there is no model 'rnn' to compare; choose from markov, window"):
        choose("rnn")


def test_models_that_were_kept_are_not_replaced_silently(cli, text_file, tmp_path, refused):
    (tmp_path / "markov.safetensors").write_text("precious")
    command = ("compare", text_file, "--models", "markov", "--keep", tmp_path)
    assert "exists already" in refused(cli(*command), 2)
    assert (tmp_path / "markov.safetensors").read_text() == "precious"
    assert cli(*command, "--force", "--quiet").returncode == 0


def test_a_wrong_option_is_refused_before_any_work(cli, text_file, refused):
    assert "--minutes is -1" in refused(cli("compare", text_file, "--minutes", -1), 2)


def test_a_folder_that_cannot_be_made_is_said(cli, text_file, refused):
    assert "name another folder" in refused(cli("compare", text_file, "--models", "markov", "--keep", "/proc/x"), 2)
