import json
import select
import signal

import pytest

from unrolled.cli.predict import answer, facts, lines_of
from unrolled.generation.prediction import Answer, Generated


def test_a_label_is_shown_with_the_likeliest_others(cli, ends, ends_file):
    done = cli("predict", ends_file, "abc")
    shares = ends.predict("abc").probabilities
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "  ".join(f"{label} {share:.3f}" for label, share in shares.items()) + "\n"
    assert cli("predict", ends_file, "abc", "--quiet").stdout == f"{ends.predict('abc').label}\n"


def test_several_sources_have_a_line_each(cli, backwards, backwards_file):
    done = cli("predict", backwards_file, "abc", "d", "")
    assert done.stdout.splitlines() == [*(each.text for each in backwards.predict_many(["abc", "d"])), ""]


def test_the_lines_of_a_file_are_sources(cli, ends, ends_file, tmp_path):
    (tmp_path / "texts.txt").write_text("abc\nd\n")
    done = cli("predict", ends_file, "--file", tmp_path / "texts.txt", "--quiet")
    assert done.stdout.splitlines() == [ends.predict(each).label for each in ("abc", "d")]


def test_each_line_of_standard_input_is_answered_before_the_next_one(start, ends, ends_file):
    process = start("predict", ends_file, "-", "--quiet", bufsize=1)
    try:
        for source in ("abc", "dd"):
            process.stdin.write(f"{source}\n")
            process.stdin.flush()
            assert select.select([process.stdout], [], [], 60)[0], "no answer while standard input is open"
            assert process.stdout.readline() == f"{ends.predict(source).label}\n"
    finally:
        rest = process.communicate(timeout=60)
    assert (process.returncode, *rest) == (0, "", "")


def test_json_has_all_that_is_known(cli, ends, ends_file, backwards_file):
    found = json.loads(cli("predict", ends_file, "abc", "--json").stdout)
    answer = ends.predict("abc")
    assert (found["source"], found["label"]) == ("abc", answer.label)
    assert found["probabilities"] == pytest.approx(answer.probabilities, abs=1e-6)
    written = [
        json.loads(each) for each in cli("predict", backwards_file, "abc", "--json", "--count", 3).stdout.splitlines()
    ]
    assert len(written) == 3 and written[0].keys() == {"source", "text", "log_probability", "score"}
    assert [each["score"] for each in written] == sorted((each["score"] for each in written), reverse=True)


def test_flags_reach_the_search(cli, backwards, backwards_file):
    drawn = cli("predict", backwards_file, "abc", "--temperature", 1.5, "--seed", 7, "--length", 5, "--prefix", "c")
    expected = backwards.predict("abc", temperature=1.5, seed=7, length=5, prefix="c").text
    assert drawn.stdout == f"{expected}\n" and expected.startswith("c")


def test_any_bytes_are_read(start, ends_file):
    process = start("predict", ends_file, "-", "--quiet", errors="surrogateescape")
    out, error = process.communicate("ab\udcff\n", timeout=60)
    assert (process.returncode, error) == (0, "") and out.strip() in set("abcd")


def test_ctrl_c_is_no_traceback(start, ends, ends_file):
    process = start("predict", ends_file, "-", "--quiet", bufsize=1)
    process.stdin.write("abc\n")
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error.strip()) == (130, "unrolled: stopped")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give a SOURCE to read, or - for standard input, or --file; one of them"),
        (["a", "--file", "b"], "give a SOURCE to read, or - for standard input, or --file; one of them"),
        (["--file", "nothing.txt"], "there is no file nothing.txt"),
        (["a", "--beams", "0"], "--beams is 0; it must be at least 1"),
        (["a", "--count", "0"], "--count is 0; it must be at least 1"),
    ],
    ids=str,
)
def test_bad_input_is_one_sentence(cli, refused, backwards_file, tmp_path, arguments, words):
    assert words in refused(cli("predict", backwards_file, *arguments, cwd=tmp_path))


def test_a_model_that_reads_no_source_is_refused(cli, refused, model_file):
    assert "reads no source; use generate, or score" in refused(cli("predict", model_file, "abc"))


def test_a_model_that_reads_a_source_does_not_write_on(cli, refused, backwards_file):
    assert "is made to translate, not to write on; use predict" in refused(cli("generate", backwards_file))


def test_a_missing_model_is_named(cli, refused, tmp_path):
    assert "nothing.safetensors" in refused(cli("predict", tmp_path / "nothing.safetensors", "abc"))


def test_results_are_shown_as_people_read_them():
    told = Answer("abc", "x", 0.75, {"x": 0.75, "y": 0.25})
    written = Generated("abc", "cba", -1.0, -0.25, (4, 3, 2, 0))
    assert answer(told, quiet=False) == "x 0.750  y 0.250" and answer(told, quiet=True) == "x"
    assert facts(written) == {"source": "abc", "text": "cba", "log_probability": -1.0, "score": -0.25}
    assert facts(told) == {
        "source": "abc",
        "label": "x",
        "probability": 0.75,
        "probabilities": {"x": 0.75, "y": 0.25},
    }


def test_sources_on_the_command_line_are_what_they_are():
    assert list(lines_of(None, ("a", "-"), None, {})) == ["a", "-"]
