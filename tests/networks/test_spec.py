import dataclasses

from unrolled.networks.spec import NetworkSpec

SPEC = NetworkSpec(inputs=30, outputs=31, embedding_size=8, cell="gru", hidden_size=16, layers=3, dropout=0.1)


def test_the_first_layer_reads_the_embedding_and_others_the_layer_below():
    assert [SPEC.input_size(layer) for layer in range(3)] == [8, 16, 16]
    assert not SPEC.one_hot


def test_without_an_embedding_the_first_layer_reads_one_hot_vectors():
    spec = dataclasses.replace(SPEC, embedding_size=0)
    assert [spec.input_size(layer) for layer in range(3)] == [30, 16, 16]
    assert spec.one_hot
