import torch

from unrolled.networks.modules import build
from unrolled.networks.modules.base import Encoded, Source
from unrolled.networks.modules.label_embedding import LabelEmbedding
from unrolled.networks.shapes import LABEL_WIDTH
from unrolled.networks.spec import NetworkSpec

SPEC = NetworkSpec(7, 7, 5, "lstm", 16, 2, 0.0, labels=4)


def test_labels_add_up():
    condition = LabelEmbedding(4, 8, 8)
    both = condition(torch.tensor([[1, 3]]))
    assert torch.equal(both, condition(torch.tensor([[1]])) + condition(torch.tensor([[3]])))
    assert both.shape == (1, LABEL_WIDTH)


def test_the_first_state_has_a_row_for_each_of_the_parts_and_layers():
    network = build(SPEC)
    state = network.start(3, network.encode(Source(torch.tensor([[2], [2], [3]]))))
    assert {name: tuple(part.shape) for name, part in state.items()} == {"h": (3, 2, 16), "c": (3, 2, 16)}
    assert torch.equal(state["h"][0], state["h"][1]) and not torch.equal(state["h"][0], state["h"][2])


def test_a_label_changes_what_is_predicted_everywhere():
    network = build(SPEC)
    ids = torch.zeros(2, 6, dtype=torch.long)
    encoded = network.encode(Source(torch.tensor([[2], [3]])))
    logits, _ = network(ids, network.start(2, encoded), encoded=encoded)
    assert (logits[0] - logits[1]).abs().amax(-1).min() > 1e-4


def test_a_network_without_labels_has_no_condition():
    network = build(NetworkSpec(7, 7, 5, "lstm", 16, 2, 0.0))
    assert network.condition is None and network.encode(Source(torch.zeros(1, 1))) == Encoded()
