import dataclasses

import pytest

from unrolled.config import ModelOptions, ReadOptions, RunOptions, TrainOptions
from unrolled.errors import OptionError
from unrolled.kinds import KINDS
from unrolled.tasks import TASKS
from unrolled.tasks.options import has, own_options, owners, refuse_foreign

NAMES = {name for each in (ReadOptions, ModelOptions, TrainOptions, RunOptions) for name in each.names()}


def refuse(options: dict[str, object]) -> None:
    made = ModelOptions.of(options)
    refuse_foreign(ModelOptions, options, made.task, made.model)


@pytest.mark.parametrize("member", [*TASKS.values(), *KINDS.values()], ids=[*TASKS, *KINDS])
def test_a_member_claims_options_that_there_are(member):
    assert member.options <= NAMES


def test_what_nobody_claims_is_of_all():
    assert owners("seed", TASKS) == list(TASKS) and owners("seed", KINDS) == list(KINDS)
    assert all(has("seed", task, model) for task in TASKS for model in KINDS)


def test_what_one_claims_is_of_no_other():
    assert owners("pooling", TASKS) == ["classify"] and not has("pooling", "language", "recurrent")
    assert owners("order", KINDS) == ["markov"] and not has("order", "language", "recurrent")


def test_a_model_is_described_by_its_own_options_that_are_known():
    described = own_options(ModelOptions(model="markov", order=3, hidden_size=8))
    assert described["order"] == 3 and not {"hidden_size", "cell", "heads"} & set(described)
    assert set(own_options(ModelOptions())) < {each.name for each in dataclasses.fields(ModelOptions)}


@pytest.mark.parametrize(
    ("options", "name"), [({"model": "markov", "hidden_size": 8}, "hidden_size"), ({"order": 3}, "order")]
)
def test_an_option_of_another_kind_of_model_is_refused(options, name):
    with pytest.raises(OptionError, match=f"I got {name}= with model="):
        refuse(options)


def test_an_option_of_another_kind_of_model_is_refused_even_with_its_default():
    with pytest.raises(OptionError, match="I got cell= with model=markov, and it is of recurrent"):
        refuse({"model": "markov", "cell": "lstm"})


def test_all_options_of_a_kind_of_model_are_its_own():
    refuse({"model": "markov", "order": 3, "smoothing": "none", "unit": "word"})
    refuse({"cell": "gru", "hidden_size": 8, "layers": 2, "embedding_size": 4, "dropout": 0.1})
