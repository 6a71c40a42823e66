import torch

from unrolled.config import ModelOptions, TrainOptions
from unrolled.data.readers import read_corpus
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import Vocabulary

TASK = TASKS["language"]
MODEL = ModelOptions(hidden_size=8, layers=2, embedding_size=4, dropout=0.1)


def test_reading_holds_the_end_of_the_text_out():
    split = TASK.read(read_corpus(["abcdefghij" * 10]), MODEL, TrainOptions())
    assert split.vocabulary.decode(split.valid) == "abcdefghij\n"


def test_the_network_is_as_wide_as_the_vocabulary():
    spec = TASK.network(MODEL, {"text": Vocabulary("char", ("a", "b"))})
    assert (spec.inputs, spec.outputs, spec.hidden_size, spec.layers, spec.embedding_size) == (4, 4, 8, 2, 4)


def test_the_loss_is_the_cross_entropy_of_every_target():
    logits, targets = torch.randn(2, 3, 5, dtype=torch.float64), torch.randint(5, (2, 3))
    expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    torch.testing.assert_close(TASK.loss(logits, targets).flatten(), expected)


def test_a_result_is_shown_as_text():
    assert TASK.show([0, 2, 3, 1], {"text": Vocabulary("char", ("a", "b"))}) == "ab\ufffd"
