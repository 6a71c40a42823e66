"""Every format of the model file that was ever released keeps loading, and gives what it gave."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import unrolled
from unrolled.model_file.bundle import FORMAT
from unrolled.training.paths import resume_path

from .golden import make, runs

GOLDEN = Path(__file__).parent / "golden"
FORMATS = range(1, FORMAT + 1)
EXPECTED = {
    (number, name): gives
    for number in FORMATS
    for name, gives in json.loads((GOLDEN / f"format-{number}" / "expected.json").read_text()).items()
}
CLOSE = 1e-4
"""Bits, nats and probabilities that differ by less differ by the order of sums alone, which is each processor's own."""


def same(found: Any, expected: Any) -> bool:
    """Whether texts are equal, and numbers close."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[name], expected[name]) for name in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return found == pytest.approx(expected, abs=CLOSE, rel=CLOSE) if isinstance(expected, float) else found == expected


def test_the_first_model_file_still_writes_and_scores_the_same():
    model = unrolled.load(GOLDEN / "format-1.safetensors")
    assert model.generate("The cat sat on ", length=8, temperature=0) == "the mat "
    assert model.score("The cat sat on the mat.").bits_per_char == pytest.approx(2.0932, abs=1e-3)


@pytest.mark.parametrize(("number", "name"), [key for key in EXPECTED if key[1] != "state"])
def test_a_file_of_every_task_and_cell_gives_what_it_gave(number, name):
    found = make.gives(GOLDEN / f"format-{number}" / f"{name}.safetensors")
    assert same(found, EXPECTED[number, name]), f"{found} for {EXPECTED[number, name]}"


@pytest.mark.parametrize("weights", make.NARROW)
@pytest.mark.parametrize("number", FORMATS)
def test_narrow_weights_of_every_format_cost_what_they_cost_by_the_kernels_too(number, weights):
    model = unrolled.load(GOLDEN / f"format-{number}" / f"{weights}.safetensors")
    bits = EXPECTED[number, weights]["bits_per_char"]
    assert model.score("the cat \n").bits_per_char == pytest.approx(bits, abs=0.03)


@pytest.mark.parametrize("number", FORMATS)
def test_a_saved_state_of_every_format_goes_on_as_it_did(number):
    folder = GOLDEN / f"format-{number}"
    model = unrolled.load(folder / f"{make.STOPPED}.safetensors")
    state = model.open_state(folder / f"{make.STOPPED}.state")
    assert state.generate(length=12, temperature=0) == EXPECTED[number, "state"]["greedy"]


@pytest.mark.parametrize("number", FORMATS)
def test_a_stopped_run_of_every_format_is_finished(number, sources, tmp_path):
    output = tmp_path / "stopped.safetensors"
    shutil.copy(resume_path(GOLDEN / f"format-{number}" / output.name), tmp_path)
    model = unrolled.train(sources / runs.RUNS[make.STOPPED][0], output, resume=True)
    assert same(runs.losses(model), RECORDED[make.STOPPED])


RECORDED: dict[str, list[float]] = json.loads((GOLDEN / "runs.json").read_text())


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    runs.write_sources(folder)
    return folder


@pytest.mark.parametrize("name", runs.RUNS)
def test_a_run_of_every_task_and_cell_has_the_losses_that_it_had(name, sources):
    found = runs.losses(runs.run(name, sources))
    assert same(found, RECORDED[name]), f"{found} for {RECORDED[name]}"
