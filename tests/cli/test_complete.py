import json

from unrolled.cli.complete import from_json


def lines(done) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_has_its_line(cli, model_file):
    done = cli("complete", model_file, "-n", 3, stdin="The c\nThe ca\n\n")
    assert [each["text"] for each in lines(done)] == ["The c", "The ca", ""]
    assert lines(done)[1]["words"][0]["text"] == "cat"
    assert all(len(each["words"]) <= 3 and len(each["next"]) == 3 for each in lines(done))


def test_a_line_of_json_can_have_newlines(cli, model_file):
    done = cli("complete", model_file, "--json", stdin=json.dumps("hill.\nThe") + "\n")
    assert lines(done)[0]["text"] == "hill.\nThe"


def test_a_line_that_is_no_json_string_is_refused(cli, model_file):
    done = cli("complete", model_file, "--json", stdin="The ca\n")
    assert done.returncode == 2 and "line 1 is no JSON string: 'The ca" in done.stderr


def test_a_json_string_is_its_text():
    assert from_json('"a\\nb"', 1) == "a\nb"


def test_any_bytes_and_half_characters_are_answered(cli, model_file):
    done = cli("complete", model_file, "--json", "--quiet", stdin='"\\ud800"\n')
    assert done.returncode == 0 and lines(done)[0]["text"] == "\ud800"
