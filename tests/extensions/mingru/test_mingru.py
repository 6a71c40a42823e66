"""A cell from outside, by ``docs/adding-a-cell.md`` alone: it stands beside those of the package in everything."""

from pathlib import Path

import numpy as np
import pytest

import unrolled
from unrolled.config import ModelOptions, TrainOptions
from unrolled.engines import ENGINES
from unrolled.errors import OptionError
from unrolled.networks.cells.base import Recurrence, scan_by_steps
from unrolled.training.corpus_stats import CorpusStats
from unrolled.training.machine import Speed, flops_per_unit
from unrolled.training.recipes.text import choose, weights_of

from ... import test_parity as parity
from ...kernels import test_encoder, test_inference, test_training
from ...networks.cells import test_every_cell

NONE = Recurrence(np.zeros((0, 3)), np.zeros(0))
depths = pytest.mark.parametrize("layers", [1, 2])
OPTIONS = {"cell": "mingru", "hidden_size": 32, "steps": 150, "batch_size": 8, "sequence_length": 32, "threads": 1}


@pytest.fixture(autouse=True)
def fresh(registered):
    for made in (parity.network, parity.expected, parity.reading, parity.in_float64):
        made.cache_clear()


def test_it_is_its_formula(registered):
    rng = np.random.default_rng(0)
    a, h = rng.standard_normal((4, 2, 6)), rng.standard_normal((2, 3))
    outputs, _ = scan_by_steps(registered, a, (h,), NONE)
    for t, found in enumerate(outputs):
        z = 1 / (1 + np.exp(-a[t, :, :3]))
        h = (1 - z) * h + z * a[t, :, 3:]
        np.testing.assert_allclose(found, h, atol=1e-14)


def test_its_three_functions_say_the_same(registered):
    test_every_cell.test_all_steps_at_once_are_one_step_after_another(registered)
    test_every_cell.test_a_step_is_the_same_in_numpy_and_torch(registered)
    test_every_cell.test_the_way_back_agrees_with_autograd_and_with_finite_differences(registered)
    test_every_cell.test_a_cell_says_what_every_cell_has_to_say(registered)


@depths
@pytest.mark.parametrize("way", ["scan", "steps"])
@pytest.mark.parametrize("embedding_size", [7, 0])
@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_every_engine_gives_its_logits(native, engine, layers, embedding_size, way):
    for rows in (1, 4):
        parity.test_logits_are_those_of_stock_torch_in_float64("mingru", engine, layers, embedding_size, way, rows)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_every_engine_reads_and_writes_with_it(native, engine):
    for attention in ("none", "additive"):
        parity.test_what_is_written_from_a_source_is_the_same_in_every_engine("mingru", engine, 2, 2, attention)
    parity.test_an_answer_is_the_same_in_every_engine("mingru", engine, 2, "all")


@pytest.mark.parametrize("kind", ["fp32", "bf16"])
@pytest.mark.parametrize("sizes", test_training.SIZES)
def test_a_scan_in_the_kernels_and_its_gradient_are_those_of_float64(native, registered, kind, sizes):
    bounds = {"fp32": (2e-6, 1e-5), "bf16": (2e-2, 2e-2)}[kind]
    test_training.test_a_scan_and_its_gradient_are_those_of_float64_autograd(registered, kind, *bounds, *sizes)


def test_the_kernels_read_it_alone_as_in_company_and_as_an_encoder(native, registered):
    test_encoder.test_a_scan_is_that_of_float64(native, registered, 20)
    test_inference.test_a_row_does_not_depend_on_the_rows_beside_it(native, "mingru", "int8")


def learnt(text_file, path, **options) -> unrolled.Model:
    return unrolled.train(text_file, path, **{**OPTIONS, "learning_rate": 0.02, **options})


def test_it_learns_with_the_kernels_and_without_and_its_file_loads_and_writes(native, text_file, tmp_path):
    ends = []
    for kernels in ("off", "auto"):
        path = tmp_path / f"{kernels}.safetensors"
        model = learnt(text_file, path, kernels=kernels)
        curve = [point["valid"] for point in model.record["curve"]]
        assert curve[-1] < 2.5 and curve[-1] < curve[0]
        ends.append(curve[-1])
        written = unrolled.load(path).generate("The ", length=80, seed=1)
        assert len(written) >= 80
    assert ends[0] == pytest.approx(ends[1], abs=0.05)


def test_without_kernels_its_own_lines_are_run(registered, monkeypatch, text_file, tmp_path):
    monkeypatch.setattr(type(registered), "native", None)
    model = learnt(text_file, tmp_path / "m.safetensors", steps=20)
    assert len(model.generate("The ", length=20, seed=1)) >= 20
    with pytest.raises(OptionError, match="there are no kernels for cell=mingru"):
        unrolled.load(tmp_path / "m.safetensors", engine="native").generate("The ", length=5)


def test_the_recipe_plans_no_recurrent_product_for_it(registered):
    stats, speed = CorpusStats(100_000, 60), Speed(1e-6, 1e10)
    told = choose(ModelOptions(cell="mingru"), TrainOptions(minutes=1.0), stats, speed).summary.recipe
    assert "1 minGRU layer of" in told
    assert weights_of(10, 1, 7, registered) == 140 and weights_of(10, 2, 7, registered) == 340
    assert flops_per_unit(10, 1, 7, registered) == 6 * 70


def test_the_package_does_not_know_it():
    root = Path(__file__).parents[3]
    files = [*(root / "src").rglob("*.py"), *(root / "native").glob("*.[ch]")]
    assert len(files) > 100 and not any("mingru" in path.read_text().lower() for path in files)
