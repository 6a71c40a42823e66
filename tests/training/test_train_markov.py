import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import unrolled
from unrolled.errors import OptionError
from unrolled.training import train_markov as module


@pytest.fixture(scope="module")
def chain(text_file):
    return unrolled.train(text_file, model="markov", test=0.1)


def test_its_held_out_bits_are_those_of_score(chain, text):
    size = len(text)
    held_out = text[size - 2 * round(size / 10) : size - round(size / 10)]
    assert chain.score(held_out).bits_per_char == pytest.approx(chain.record["best"]["bits_per_char"], rel=1e-5)
    assert chain.score(text[-round(size / 10) :]).bits_per_char == pytest.approx(
        chain.record["test_bits_per_char"], rel=1e-5
    )


def test_a_longer_text_in_blocks_costs_what_it_costs_at_once(chain, text_file, monkeypatch):
    monkeypatch.setattr(module, "UNITS_AT_ONCE", 7)
    again = unrolled.train(text_file, model="markov", test=0.1)
    assert again.record["best"] == pytest.approx(chain.record["best"])


def test_the_default_order_goes_by_the_unit(text_file):
    orders = [unrolled.train(text_file, model="markov", unit=unit).bundle.config.order for unit in ("char", "word")]
    assert orders == [7, 4]


def test_its_file_opens_and_writes_the_same(chain, tmp_path):
    chain.save(tmp_path / "chain.safetensors")
    opened = unrolled.load(tmp_path / "chain.safetensors")
    assert opened.generate("The ", seed=1) == chain.generate("The ", seed=1)


def test_documents_end_by_themselves(tmp_path):
    (tmp_path / "names.txt").write_text("".join(f"{a}{b}nna\n" for a in "bcdfhj" for b in "aeiou"))
    names = unrolled.train(tmp_path / "names.txt", model="markov", documents="lines")
    written = names.generate_many(count=50, temperature=1, seed=1)
    assert sum(len(name) == 5 and name.endswith("nna") for name in written) > 25


def test_only_so_many_units_are_counted(text_file, monkeypatch):
    monkeypatch.setattr(module, "MAX_UNITS", 500)
    told = []
    unrolled.train(text_file, model="markov", observers=[told.append])
    assert "I count the last 500 of " in told[0].message


def test_labels_and_a_base_are_refused(tmp_path, chain):
    (tmp_path / "a.csv").write_text("text,kind\n" + "".join(f"name {n},{n % 2}\n" for n in range(40)))
    with pytest.raises(OptionError, match="I got label= with model=markov"):
        unrolled.train(tmp_path / "a.csv", model="markov", label="kind")


def test_nothing_held_out_is_nothing_to_tell(text_file):
    chain = unrolled.train(text_file, model="markov", valid=0.0)
    assert chain.record["best"] is None and chain.record["test_bits_per_char"] is None


def test_the_bits_of_a_part_of_one_unit_are_none():
    split = SimpleNamespace(valid=np.zeros(1, np.int32))
    assert module.bits_per_char(None, split, "valid") is None


def test_counting_loads_no_torch(text_file):
    code = f"import sys, unrolled; unrolled.train({str(text_file)!r}, model='markov'); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_options_of_step_by_step_learning_are_refused(text_file):
    with pytest.raises(OptionError, match="I got learning_rate= with model=markov"):
        unrolled.train(text_file, model="markov", learning_rate=0.1)


def test_only_networks_have_narrow_weights(chain, tmp_path):
    with pytest.raises(OptionError, match="only recurrent networks have int8 weights"):
        chain.save(tmp_path / "m.safetensors", weights="int8")
    with pytest.raises(OptionError, match="only recurrent networks have bf16 weights"):
        chain.quantized("bf16", "some text")
