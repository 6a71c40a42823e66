"""The lesson's first network: characters as one-hot vectors, one Elman layer, and the word HELLO."""

import pytest

import unrolled
from unrolled.cells import CELLS


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_a_network_trained_on_hello_writes_ello_from_h(cell):
    lesson = {"batches": "windows", "embedding_size": 0, "hidden_size": 16, "valid": 0.0, "threads": 1}
    model = unrolled.train(["HELLO"], cell=cell, steps=150, **lesson)
    assert model.generate("H", temperature=0, length=4) == "ELLO"
    assert model.generate("H", temperature=0, until="line") == "ELLO"
