import inspect
import subprocess
import sys

import pytest

import unrolled
from unrolled import keywords
from unrolled.api.documented import OWNERS
from unrolled.config import GenerateOptions, PredictOptions

VERBS = {
    unrolled.LanguageModel: ("start", "session", "generate", "generate_many", "stream", "next"),
    unrolled.Translator: ("predict", "predict_many", "translations"),
    unrolled.Captioner: ("predict", "predict_many", "captions"),
}
TAKING = [unrolled.train, unrolled.evaluate, *(getattr(kind, name) for kind, names in VERBS.items() for name in names)]
"""All that takes options as keywords."""


@pytest.mark.parametrize("function", TAKING, ids=lambda each: each.__qualname__)
def test_a_signature_and_a_docstring_have_every_option(function):
    parameters = inspect.signature(function).parameters
    assert all(each.kind is not inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    assert all(f"    {name}: " in function.__doc__ for name, each in parameters.items() if not explicit(each))


def explicit(parameter):
    return parameter.kind is not inspect.Parameter.KEYWORD_ONLY or isinstance(parameter.annotation, str)


@pytest.mark.parametrize(
    ("function", "owner"),
    [(unrolled.LanguageModel.generate, GenerateOptions), (unrolled.Translator.predict, PredictOptions)],
)
def test_the_defaults_are_those_of_its_own_class(function, owner):
    parameters = inspect.signature(function).parameters
    assert {name: parameters[name].default for name in owner.names()} == vars(owner())


def test_options_are_named_as_python_names_them():
    assert "that stand in the text of against=" in unrolled.LanguageModel.generate.__doc__


@pytest.mark.parametrize(
    "name", [name for name in vars(keywords) if name.endswith("Keywords") and name != "ReadKeywords"]
)
def test_all_keywords_are_options_of_their_classes(name):
    known = {each for owner in OWNERS[name] for each in owner.names()}
    assert set(getattr(keywords, name).__annotations__) <= known


def test_a_model_that_was_loaded_shows_its_options_too(model_file):
    code = f"import unrolled, inspect; print(inspect.signature(unrolled.load({str(model_file)!r}).generate))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "temperature: float = 0.8" in done.stdout


CLASSES = [each for name in unrolled.__all__ if inspect.isclass(each := getattr(unrolled, name))]
MEMBERS = {
    member.__qualname__: member
    for kind in CLASSES
    if issubclass(kind, unrolled.Model)
    for owner in kind.__mro__
    if owner.__module__.startswith("unrolled.api")
    for name, each in vars(owner).items()
    if not name.startswith("_") and inspect.isfunction(member := getattr(each, "__func__", each))
}
PUBLIC = [unrolled.train, unrolled.load, unrolled.novelty, unrolled.evaluate, *MEMBERS.values()]
VERBS_FIRST = {"Answer", "Open", "Return", "Train", "Write"}


@pytest.mark.parametrize("function", PUBLIC, ids=lambda each: each.__qualname__)
def test_a_docstring_says_what_goes_in_and_what_comes_out(function):
    text = inspect.cleandoc(function.__doc__)
    code = inspect.unwrap(function).__code__
    names = [name for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if name not in IMPLIED]
    assert text.split()[0] in VERBS_FIRST
    assert "\nReturns:\n    " in text
    section = text.partition("\nArgs:\n")[2].partition("\n\n")[0]
    assert [line.split(":")[0].strip() for line in section.splitlines() if line[4:5] != " "] == names


IMPLIED = ("self", "cls")


def test_the_public_members_are_many():
    assert len(MEMBERS) > 20
