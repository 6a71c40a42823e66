import subprocess
import sys

import pytest

import unrolled

NAMES = [
    *("Captioner", "Classifier", "LanguageModel", "Model", "Segmenter", "Tagger", "Translator"),
    *("UnrolledError", "UnrolledWarning", "__version__", "evaluate", "load", "novelty", "train"),
]


def test_the_public_names_are_these_and_no_others():
    assert dir(unrolled) == sorted(unrolled.__all__) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_can_be_imported_first(name):
    code = f"import unrolled; from unrolled import {name}; assert unrolled.{name} is {name}"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="module 'unrolled' has no attribute 'nothing'"):
        unrolled.nothing  # noqa: B018
