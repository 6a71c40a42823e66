import dataclasses
from importlib import import_module

import click
import pytest

from unrolled.cli.flags import examples, flag, given
from unrolled.cli.main import VERBS
from unrolled.config import (
    EngineOptions,
    GenerateOptions,
    ModelOptions,
    ReadOptions,
    RunOptions,
    ScoreOptions,
    TrainOptions,
)

CLASSES = {
    "train": (TrainOptions, ModelOptions, ReadOptions, RunOptions),
    "generate": (GenerateOptions, EngineOptions),
    "score": (ScoreOptions, EngineOptions),
}
CASES = [(verb, each) for verb, classes in CLASSES.items() for each in classes]
ARGUMENTS = {"train": ["t.txt"], "generate": ["m"], "score": ["m", "t.txt"]}


def parse(verb, *arguments):
    command = import_module(f"unrolled.cli.{verb}").command
    return command.make_context(verb, [*ARGUMENTS[verb], *arguments]).params


def parameters(verb):
    return {each.name: each for each in import_module(f"unrolled.cli.{verb}").command.params}


@pytest.mark.parametrize(("verb", "owner"), CASES, ids=[f"{verb}-{each.__name__}" for verb, each in CASES])
def test_without_flags_the_options_are_those_of_the_library(verb, owner):
    options = given({name: value for name, value in parse(verb).items() if name in owner.names()})
    assert owner.of(options) == owner()


@pytest.mark.parametrize(("verb", "owner"), CASES, ids=[f"{verb}-{each.__name__}" for verb, each in CASES])
def test_a_flag_has_the_help_and_the_name_of_its_field(verb, owner):
    known = parameters(verb)
    for field in dataclasses.fields(owner):
        if field.name in known and not field.metadata.get("hidden"):
            assert known[field.name].opts == ["--" + field.name.replace("_", "-")]
            assert known[field.name].help.startswith(field.metadata["help"])


def test_every_option_of_training_that_is_no_secret_has_a_flag():
    shown = parameters("train")
    for owner in (TrainOptions, ModelOptions, ReadOptions):
        fields = [field for field in dataclasses.fields(owner) if not field.metadata.get("hidden")]
        assert {field.name for field in fields} <= set(shown)


def test_every_option_of_writing_has_a_flag():
    assert set(GenerateOptions.names()) <= set(parameters("generate"))


@pytest.mark.parametrize(
    ("verb", "words", "name", "value"),
    [
        ("train", ["--hidden-size", "64"], "hidden_size", 64),
        ("train", ["--minutes", "0.5"], "minutes", 0.5),
        ("train", ["--valid", "0.2"], "valid", 0.2),
        ("train", ["--valid", "held.txt"], "valid", "held.txt"),
        ("train", ["--strip-gutenberg"], "strip_gutenberg", True),
        ("train", ["--dropout", "0"], "dropout", 0.0),
        ("generate", ["--stop", "a", "--stop", "b"], "stop", ("a", "b")),
        ("generate", ["--temperature", "0"], "temperature", 0.0),
        ("generate", ["--seed", "0"], "seed", 0),
        ("score", ["--mode", "cold-256"], "mode", "cold-256"),
    ],
)
def test_a_flag_that_is_given_reaches_the_options(verb, words, name, value):
    assert given(parse(verb, *words))[name] == value


def test_a_default_is_shown_in_the_help():
    field = next(each for each in dataclasses.fields(GenerateOptions) if each.name == "length")
    command = click.command()(flag(field, int)(lambda length: None))
    assert command.params[0].help == "units to write at most [default: 300]"
    assert command.params[0].default is None


def test_every_verb_is_a_command_with_help():
    for verb in VERBS:
        command = import_module(f"unrolled.cli.{verb}").command
        assert isinstance(command, click.Command)
        assert all(each.help for each in command.params if isinstance(each, click.Option))


def test_examples_keep_their_lines():
    assert examples("\nunrolled a\nunrolled b\n") == "\b\nExamples:\n  unrolled a\n  unrolled b"
