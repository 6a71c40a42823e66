import dataclasses

import numpy as np
import pytest
import torch

import unrolled
from unrolled.networks.modules import build
from unrolled.networks.spec import NetworkSpec

SPEC = NetworkSpec(9, 9, 16, "", 16, 2, 0.0, context=8, heads=2, model="gpt2")


TINY = {"steps": 30, "layers": 2, "hidden_size": 32, "context": 16, "threads": 1}


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_its_held_out_bits_are_those_of_score(text, text_file, share):
    """However long the held-out text is: 0.6 of it would be several rows for a recurrent network."""
    model = unrolled.train(text_file, model="gpt2", valid=share, **TINY)
    held_out = text[-round(share * len(text)) :]
    assert model.score(held_out).bits_per_char == pytest.approx(model.record["best"]["bits_per_char"], rel=1e-3)


@pytest.mark.parametrize("parts", [(30,), (1,) * 30, (5, 9, 16), (8, 8, 14)])
def test_a_text_beyond_the_window_is_read_in_any_parts_alike(parts):
    network, ids = build(SPEC, 1), torch.randint(9, (2, 30), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        whole, _ = network(ids, network.start(2))
        state, found = network.start(2), []
        for part in torch.split(ids, list(parts), 1):
            logits, state = network(part, state)
            found.append(logits)
    assert torch.allclose(torch.cat(found, 1), whole, atol=1e-5)


def test_each_unit_is_predicted_from_half_a_window_at_least():
    """Behind the first window: what a fresh network makes of the last half window, it makes of it here."""
    network, ids = build(SPEC, 1), torch.randint(9, (1, 9), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        long, _ = network(ids, network.start(1))
        short, _ = network(ids[:, 4:], network.start(1))
    assert torch.allclose(long[:, -1], short[:, -1], atol=1e-5)


def test_what_comes_later_changes_nothing_before():
    network, ids = build(SPEC, 1), torch.randint(9, (1, 8), generator=torch.Generator().manual_seed(1))
    other = ids.clone()
    other[0, -1] = (other[0, -1] + 1) % 9
    assert torch.allclose(network.learn(ids, None)[:, :-1], network.learn(other, None)[:, :-1], atol=1e-6)


def test_dropout_is_a_function_of_its_chance():
    network = build(dataclasses.replace(SPEC, dropout=0.5), 1)
    ids = torch.zeros(1, 8, dtype=torch.long)
    one, same, other = (network.learn(ids, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_labels_and_heads_that_do_not_fit_are_refused(text_file, tmp_path):
    (tmp_path / "a.csv").write_text("text,kind\n" + "".join(f"name {n},{n % 2}\n" for n in range(40)))
    with pytest.raises(unrolled.UnrolledError, match="I got label= with model=gpt2"):
        unrolled.train(tmp_path / "a.csv", model="gpt2", label="kind")
    with pytest.raises(unrolled.UnrolledError, match="heads is 5, which does not divide"):
        unrolled.train(text_file, model="gpt2", heads=5, steps=1)
