import json

import pytest

import unrolled
from unrolled.cli.novelty import texts_of


@pytest.fixture
def sample(tmp_path, text):
    path = tmp_path / "sample.txt"
    path.write_text("Once upon a time the cat sat on the mat and looked at the moon, they say.")
    return path


def test_the_figures_are_those_of_the_library(cli, sample, text_file):
    done = cli("novelty", sample, "--against", text_file)
    found = unrolled.novelty(sample.read_text(), text_file)
    assert (done.returncode, done.stderr) == (0, "")
    figures = [line.split()[-2:] for line in done.stdout.splitlines()[1:4]]
    each = (found, found.real)
    assert figures[0] == [str(n.longest.length) for n in each]
    assert figures[1] == [f"{n.copied:.1%}" for n in each]
    assert figures[2] == [f"{n.new_words:.1%}" for n in each]
    assert f"    44  {found.where(found.longest)}  he cat sat on the mat and looked at the moon" in done.stdout


def test_no_line_is_wider_than_a_terminal(cli, text_file, text):
    done = cli("novelty", "-", "--against", text_file, stdin=text[60:3000])
    assert max(map(len, done.stdout.splitlines())) == 80
    assert "⏎" in done.stdout


def test_json_is_the_summary(cli, sample, text_file):
    done = cli("novelty", sample, "--against", text_file, "--least", 5, "--json")
    assert json.loads(done.stdout) == unrolled.novelty(sample.read_text(), text_file, least=5).summary()


def test_quiet_shows_the_figures_alone(cli, sample, text_file):
    whole = cli("novelty", sample, "--against", text_file).stdout
    assert cli("novelty", sample, "--against", text_file, "--quiet").stdout == whole.split("\n\n")[0] + "\n"


def test_json_lines_are_compared_text_by_text(cli, model_file, text_file, tmp_path):
    lines = tmp_path / "s.jsonl"
    cli("generate", model_file, "-n", 5, "-o", lines, "--seed", 1, "--length", 60)
    texts = [json.loads(line)["text"] for line in lines.read_text().splitlines()]
    done = cli("novelty", lines, "--against", text_file, "--json")
    assert json.loads(done.stdout) == unrolled.novelty(texts, text_file).summary()


@pytest.mark.parametrize(
    ("sample", "texts"),
    [
        ('{"text": "one"}\n\n{"text": "two", "seed": 1}\n', ["one", "two"]),
        ("a text\n", ["a text\n"]),
        ("12\n13\n", ["12\n13\n"]),
        ('{"text": 3}\n', ['{"text": 3}\n']),
        ('{"text": "one"}\n{"words": "two"}\n', ['{"text": "one"}\n{"words": "two"}\n']),
    ],
)
def test_only_lines_that_all_have_a_text_are_json_lines(sample, texts):
    assert texts_of(sample) == texts


def test_the_header_of_project_gutenberg_can_be_left_out(cli, tmp_path):
    frame = "An EBook\n*** START OF THIS PROJECT GUTENBERG EBOOK ***\n{}\n*** END OF THIS PROJECT GUTENBERG EBOOK ***\n"
    for name, content in {"a.txt": "One tale.", "b.txt": "Another story!"}.items():
        (tmp_path / name).write_text(frame.format(content))
    command = ("novelty", tmp_path / "a.txt", "--against", tmp_path / "b.txt", "--json")
    both = [cli(*command, *more).stdout for more in ([], ["--strip-gutenberg"])]
    assert [json.loads(each)["copied"] > 0.5 for each in both] == [True, False]


def test_a_script_without_spaces_has_no_share_of_words(cli, text_file):
    command, text = ("novelty", "-", "--against", text_file), "မြန်မာစာသည်လှပသည်။"
    assert "no spaces" in cli(*command, stdin=text).stdout
    assert json.loads(cli(*command, "--json", stdin=text).stdout)["new_words"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["empty.txt", "--against", "some.txt"], "empty.txt is empty"),
        (["blank.jsonl", "--against", "some.txt"], "there is no text in blank.jsonl"),
        (["some.txt", "--against", "empty.txt"], "empty.txt is empty"),
        (["nothing.txt", "--against", "some.txt"], "there is no file nothing.txt"),
        (["some.txt", "--against", "some.txt", "--least", "0"], "--least is 0; it must be at least 1"),
        (["some.txt"], "Missing option '--against'"),
    ],
)
def test_bad_input_is_one_sentence(cli, refused, tmp_path, arguments, words):
    for name, content in {"empty.txt": "", "some.txt": "Some text.", "blank.jsonl": '{"text": ""}\n'}.items():
        (tmp_path / name).write_text(content)
    assert words in refused(cli("novelty", *arguments, cwd=tmp_path))
