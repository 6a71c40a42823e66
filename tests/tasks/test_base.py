import dataclasses

from unrolled.tasks import TASKS
from unrolled.tasks.base import NetworkSpec, Task

SPEC = NetworkSpec(inputs=9, outputs=9, embedding_size=5, cell="gru", hidden_size=7, layers=2, dropout=0.0)


def test_the_first_layer_reads_embeddings_and_the_others_states():
    assert [SPEC.input_size(layer) for layer in range(2)] == [5, 7]


def test_an_embedding_of_no_width_is_one_hot_input():
    spec = dataclasses.replace(SPEC, embedding_size=0)
    assert spec.one_hot
    assert spec.input_size(0) == 9


def test_every_task_of_the_table_keeps_the_contract():
    assert all(isinstance(task, Task) for task in TASKS.values())
