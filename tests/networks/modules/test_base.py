import pytest
import torch

from unrolled.networks.modules import Network, build
from unrolled.networks.spec import NetworkSpec


@pytest.mark.parametrize(("model", "cell"), [("recurrent", "lstm"), ("recurrent", "window"), ("gpt2", "")])
def test_forward_is_read_and_the_head(model, cell):
    network = build(NetworkSpec(9, 9, 16, cell, 16, 1, 0.0, context=8, model=model), 1)
    ids = torch.zeros(2, 5, dtype=torch.long)
    with torch.no_grad():
        logits, _ = network(ids, network.start(2))
        y, _ = network.read(ids, network.start(2))
        assert torch.equal(logits, network.head(y))


def test_a_network_without_a_way_to_read_is_none():
    with pytest.raises(TypeError, match="abstract"):
        Network()
