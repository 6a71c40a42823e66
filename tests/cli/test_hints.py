import click
import pytest

from unrolled.cli.hints import OTHERWISE, escapes_in, hinted, names_of
from unrolled.cli.main import VERBS, unrolled


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "a.txt", "--lr", "3"], "there is no option --lr; did you mean --learning-rate?"),
        (["train", "a.txt", "--rnn_size", "3"], "did you mean --hidden-size?"),
        (["generate", "m.safetensors", "--max-tokens", "3"], "did you mean --length?"),
        (["generate", "m.safetensors", "--temperatur", "3"], "did you mean --temperature?"),
        (["generate", "m.safetensors", "--zzz"], "there is no option --zzz"),
        (["generate", "m.safetensors", "Alice was"], "a prompt has a name: --prompt 'Alice was'"),
        (["predict", "m.safetensors", "-10 out of 10"], "put -- before a text that begins with -"),
    ],
)
def test_what_was_meant_is_said_in_one_sentence(cli, arguments, words):
    done = cli(*arguments)
    assert done.returncode == 2 and words in done.stderr and len(done.stderr.splitlines()) == 1


def test_every_option_that_is_meant_is_one_of_some_verb():
    commands = [unrolled.get_command(click.Context(unrolled), verb) for verb in VERBS]
    known = {name for command in commands for name in names_of(command)}
    assert {f"--{name}" for name in OTHERWISE} <= known


def test_other_names_are_no_options_of_the_verb_that_has_the_option():
    for verb in VERBS:
        names = names_of(unrolled.get_command(click.Context(unrolled), verb))
        for name, others in OTHERWISE.items():
            if f"--{name}" in names:
                assert not {f"--{other}" for other in others} & set(names), verb


def test_a_line_end_that_is_spelled_is_explained():
    assert escapes_in("A\\nB") == "the prompt has '\\n' as two characters in it; for a line end, type $'…\\n…'"
    assert "a tab" in escapes_in("A\\tB") and escapes_in("A\nB") is None


def test_other_errors_say_what_click_says():
    assert hinted(click.UsageError("Missing argument 'MODEL'.")) == "Missing argument 'MODEL'."
