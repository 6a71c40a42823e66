import json

import pytest


@pytest.fixture
def chapter(tmp_path):
    path = tmp_path / "chapter.txt"
    path.write_text("The cat sat on the mat.\nqqq xxx zzz\nThe dog ran over the hill.\n")
    return path


def test_the_figures_are_those_of_the_library(cli, model, model_file, chapter):
    done = cli("score", model_file, chapter)
    scored = model.score(chapter.read_text())
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(chapter.read_text())} characters, streamed, static" in done.stdout
    assert f"bits per character  {scored.bits_per_char:.4f}" in done.stdout
    assert f"bits per word       {scored.bits_per_word:.3f}" in done.stdout
    assert f"bits per byte       {scored.bits_per_byte:.4f}" in done.stdout
    assert "unknown characters" in done.stdout


def test_the_most_surprising_line_stands_first(cli, model_file, chapter):
    shown = cli("score", model_file, chapter, "--lines", 2).stdout.split("most surprising lines")[1].splitlines()
    assert len(shown) == 3
    assert shown[1].endswith("2  qqq xxx zzz")


@pytest.mark.parametrize("mode", ["streamed", "cold-256"])
def test_json_is_the_summary_and_the_lines(cli, model, model_file, chapter, mode):
    done = cli("score", model_file, chapter, "--mode", mode, "--json")
    scored = model.score(chapter.read_text(), mode=mode)
    summary = json.loads(done.stdout)
    lines = [{"line": n, "bits_per_char": bits, "text": text} for n, bits, text in scored.lines()]
    assert summary.pop("lines") == [{**line, "bits_per_char": pytest.approx(line["bits_per_char"])} for line in lines]
    assert summary == pytest.approx(scored.summary())
    assert summary["mode"] == f"{mode}, static"


def test_standard_input_is_scored(cli, model_file, chapter):
    piped = cli("score", model_file, "-", "--json", stdin=chapter.read_text())
    assert piped.stdout == cli("score", model_file, chapter, "--json").stdout


def test_a_script_without_spaces_has_null_bits_per_word(cli, model_file):
    done = cli("score", model_file, "-", "--json", stdin="မြန်မာစာသည်လှပသည်။")
    assert json.loads(done.stdout)["bits_per_word"] is None
    assert "no spaces between words" in cli("score", model_file, "-", stdin="မြန်မာစာသည်လှပသည်။").stdout


def test_top_lists_alternatives_for_every_character(cli, model, model_file):
    done = cli("score", model_file, "-", "--top", 3, stdin="The cat")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert "".join(line["unit"] for line in lines) == "The cat"
    assert all(len(line["top"]) == 3 for line in lines)
    assert sum(line["bits"] for line in lines) == pytest.approx(model.score("The cat").total_bits, abs=1e-2)


def test_next_shows_bars_at_the_given_temperature(cli, model, model_file):
    done = cli("score", model_file, "--next", "The ca", "--temperature", 0.5)
    unit, share = model.next("The ca", temperature=0.5)[0]
    first = done.stdout.splitlines()[0]
    assert first.startswith(f"{unit!r}") and f"{share:.1%}" in first and "█" in first


def test_next_heeds_what_the_prompt_taught(cli, model, model_file):
    prompt = "tesom " * 20 + "tes"
    pairs = json.loads(cli("score", model_file, "--next", prompt, "--adaptive", "--json").stdout)
    expected = model.next(prompt, adaptive=True)
    assert pairs == [{"unit": unit, "probability": pytest.approx(share)} for unit, share in expected]


def test_next_as_json_is_a_distribution(cli, model, model_file):
    pairs = json.loads(cli("score", model_file, "--next", "The ca", "--json").stdout)
    expected = [{"unit": unit, "probability": pytest.approx(share)} for unit, share in model.next("The ca")]
    assert pairs == expected


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give a TEXT to score, or --next PROMPT; one of them"),
        (["t.txt", "--next", "a"], "give a TEXT to score, or --next PROMPT; one of them"),
        (["nothing.txt"], "there is no file nothing.txt"),
        (["empty.txt"], "empty.txt is empty"),
        (["one.txt", "--mode", "cold-256"], "cold-256 needs at least 2; give more text"),
        (["--next", "a", "--temperature", "-1"], "--temperature is -1.0; it must be at least 0"),
    ],
)
def test_bad_input_is_one_sentence(cli, refused, model_file, tmp_path, arguments, words):
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "one.txt").write_text("T")
    assert words in refused(cli("score", model_file, *arguments, cwd=tmp_path))


def test_a_translator_scores_the_pairs_of_a_table(cli, translator, translator_file, tables):
    from unrolled.evaluation import score_pairs

    told = json.loads(cli("score", translator_file, tables["reversals-test"], "--json", "--lines", 2).stdout)
    assert told == json.loads(json.dumps(score_pairs(translator, tables["reversals-test"]).summary(2)))
    shown = cli("score", translator_file, tables["reversals-test"], "--lines", 1).stdout
    assert f"bits per character  {told['bits_per_char']:.4f}" in shown
    assert shown.splitlines()[-1].endswith("→ XYZ")


def test_what_is_of_a_text_alone_is_refused_for_pairs(cli, refused, translator_file, tables):
    done = cli("score", translator_file, tables["reversals-test"], "--mode", "cold-256")
    assert "I got --mode with a model that reads pairs" in refused(done)
