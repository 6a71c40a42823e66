import io
import sys

import pytest

from unrolled.cli.pick import LENGTH, ask, pick, shown

SETTINGS = {"seed": 1, "temperature": 0.8}


@pytest.fixture
def typing(monkeypatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def texts(state, seed: int, count: int = 5) -> list[str]:
    return state.generate_many(count, seed=seed, temperature=0.8, length=LENGTH)


def test_what_is_chosen_is_written_on_from(model, typing):
    typing("2\n1\nq\n")
    start = model.start("The ")
    one = texts(start, 1)[1]
    two = texts(start.after(one), 2)[0]
    assert pick(start, 5, SETTINGS).text == "The " + one + two


def test_others_come_for_r_and_undo_goes_back(model, typing):
    typing("1\nu\nr\n3\nq\n")
    start = model.start("The ")
    assert pick(start, 5, SETTINGS).text == "The " + texts(start, 4)[2]


def test_the_end_of_the_input_is_the_end_of_the_text(model, typing):
    typing("1\n")
    start = model.start("The ")
    assert pick(start, 5, SETTINGS).text == "The " + texts(start, 1)[0]


def test_nothing_to_undo_is_no_harm(model, typing):
    typing("u\nu\nq\n")
    assert pick(model.start("The "), 2, SETTINGS).text == "The "


def test_what_is_no_choice_is_asked_for_again(typing, capsys):
    typing("7\n\nx\n3\n")
    assert ask(5) == "3"
    assert "I got '7'; a number writes on" in capsys.readouterr().err


def test_a_length_that_was_given_holds(model, typing):
    typing("1\nq\n")
    assert len(pick(model.start("The "), 2, {**SETTINGS, "length": 7}).text) == 11


def test_a_text_is_shown_in_one_line():
    assert shown("a\nb") == "a↵b"


def test_the_text_alone_goes_to_standard_output(cli, model_file):
    done = cli("generate", model_file, "-p", "The ", "--pick", "--candidates", 3, "--seed", 1, stdin="1\nq\n")
    assert done.returncode == 0
    assert done.stdout.startswith("The ") and len(done.stdout) == len("The ") + LENGTH + 1
    assert "  3  " in done.stderr and "1–3, r, u, q" in done.stderr


def test_a_line_that_is_chosen_ends(model, typing):
    typing("1\n1\nq\n")
    text = pick(model.start("The "), 2, {**SETTINGS, "until": "line", "length": 80}).text
    assert text.count("\n") == 2 and text.split("\n")[1]
