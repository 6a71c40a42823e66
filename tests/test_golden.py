"""Every format of the model file that was ever released keeps loading."""

from pathlib import Path

import pytest

import unrolled
from unrolled.bundle import FORMAT

GOLDEN = Path(__file__).parent / "golden"
FORMATS = range(1, FORMAT + 1)


@pytest.mark.parametrize("number", FORMATS)
def test_a_model_of_every_format_still_writes(number):
    model = unrolled.load(GOLDEN / f"format-{number}.safetensors")
    assert model.generate("The cat sat on ", length=8, temperature=0) == "the mat "


@pytest.mark.parametrize("number", FORMATS)
def test_a_model_of_every_format_still_scores_the_same(number):
    model = unrolled.load(GOLDEN / f"format-{number}.safetensors")
    assert model.score("The cat sat on the mat.").bits_per_char == pytest.approx(BITS[number], abs=1e-3)


BITS = {1: 2.0932}
