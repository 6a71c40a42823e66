import torch

from unrolled.networks.modules import build
from unrolled.networks.modules.init import start_weights
from unrolled.networks.spec import EncoderSpec, NetworkSpec

SPEC = NetworkSpec(9, 9, 5, "lstm", 8, 1, 0.0, encoder=EncoderSpec("units", 9, 8, 5, "lstm", 1, 2), attention="dot")


def started(cell: str = "lstm", seed: int = 1) -> torch.nn.Module:
    network = build(SPEC, seed=9)
    start_weights(network, 8, cell, torch.Generator().manual_seed(seed))
    return network


def test_every_recurrence_is_orthogonal_gate_by_gate():
    found = {name: each for name, each in started().named_parameters() if "weight_hh" in name}
    assert set(found) == {"rnn.weight_hh_l0", "encoder.rnn.weight_hh_l0", "encoder.rnn.weight_hh_l0_reverse"}
    for weights in found.values():
        for block in weights.split(8):
            assert torch.allclose(block @ block.t(), torch.eye(8), atol=1e-5)


def test_an_lstm_remembers_at_first():
    biases = [each for name, each in started().named_parameters() if "bias_ih" in name]
    others = [each for name, each in started("gru").named_parameters() if "bias_ih" in name]
    for bias, other in zip(biases, others, strict=True):
        assert torch.allclose(bias[8:16], other[8:16] + 1) and torch.equal(bias[16:], other[16:])


def test_all_else_lies_within_pytorchs_bounds():
    within = [
        each for name, each in started("gru").named_parameters() if not ("weight_hh" in name or "embedding" in name)
    ]
    assert max(each.abs().max() for each in within if each.numel()) <= 8**-0.5


def test_embeddings_are_spread_as_wanted():
    network = build(SPEC)
    start_weights(network, 8, "lstm", torch.Generator().manual_seed(1), spread=0.01)
    assert network.embedding.weight.abs().max() < 0.05


def test_the_seed_is_all_that_it_depends_on():
    one, same, other = (torch.cat([each.flatten() for each in started(seed=seed).parameters()]) for seed in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)
