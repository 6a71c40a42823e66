import json

import numpy as np
import pytest

from unrolled.config import ModelOptions
from unrolled.errors import OptionError
from unrolled.kernels.precision import to_precision
from unrolled.model_file.bundle import FORMAT
from unrolled.model_file.checks import check_tensors, parse_config, parse_vocabularies
from unrolled.networks.markov import count
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import Vocabulary

TEXT = {"text": Vocabulary("char", tuple("abcd"))}
CONFIG = ModelOptions(hidden_size=5, layers=2, embedding_size=3, dropout=0.0)
CHAIN = ModelOptions(model="markov", order=4)
WRONG = (ValueError, OptionError)


def weights(config: ModelOptions = CONFIG) -> dict[str, np.ndarray]:
    shapes = TASKS[config.task].network(config, TEXT).expected_shapes
    return {name: np.ones(shape, np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize("precision", ["fp32", "bf16", "int8"])
def test_weights_of_every_precision_pass(precision):
    check_tensors(to_precision(weights(), precision), CONFIG, TEXT, precision)


@pytest.mark.parametrize("name", weights())
@pytest.mark.parametrize(
    "change",
    [
        lambda array: array[:-1],
        lambda array: array[None],
        lambda array: array[..., :0],
        lambda array: np.concatenate([array, array]),
        lambda array: array.astype(np.float64),
        lambda array: array.astype(np.int32),
        lambda array: np.where(array == 1, np.float32(np.nan), array),
        lambda array: np.where(array == 1, np.float32(np.inf), array),
        lambda array: array * np.float32(3e38),
    ],
)
def test_a_tensor_of_another_shape_type_or_size_is_refused(name, change):
    with pytest.raises(WRONG, match=name):
        check_tensors({**weights(), name: change(weights()[name])}, CONFIG, TEXT, "fp32")


@pytest.mark.parametrize("name", weights())
def test_a_tensor_that_is_missing_or_unknown_is_refused(name):
    tensors = weights()
    moved = {f"{key} " if key == name else key: tensor for key, tensor in tensors.items()}
    for wrong in ({**tensors, "other": np.ones(1, np.float32)}, moved):
        with pytest.raises(WRONG, match="tensor"):
            check_tensors(wrong, CONFIG, TEXT, "fp32")


@pytest.mark.parametrize("precision", ["fp64", "", "bf16", "int8"])
def test_another_precision_than_the_file_has_is_refused(precision):
    with pytest.raises(WRONG, match=r"precision|it must be|missing"):
        check_tensors(weights(), CONFIG, TEXT, precision)


@pytest.mark.parametrize("scale", [np.nan, np.inf, 3e38])
def test_a_scale_that_would_overflow_is_refused(scale):
    kept = to_precision(weights(), "int8")
    kept["head.weight.scale"] = np.full_like(kept["head.weight.scale"], scale)
    with pytest.raises(WRONG, match=r"head.weight.scale"):
        check_tensors(kept, CONFIG, TEXT, "int8")


def test_bits_of_bf16_that_are_no_number_are_refused():
    kept = to_precision(weights(), "bf16")
    kept["head.weight"][0, 0] = 0x7F80
    with pytest.raises(WRONG, match=r"head.weight"):
        check_tensors(kept, CONFIG, TEXT, "bf16")


def tables() -> dict[str, np.ndarray]:
    ids = np.random.default_rng(1).integers(2, 6, 300).astype(np.int32)
    return count(ids, len(TEXT["text"]), 4)


def test_the_tables_of_a_chain_pass():
    check_tensors(tables(), CHAIN, TEXT, "fp32")


@pytest.mark.parametrize("name", [f"{name}_{length}" for name in ("units", "starts", "counts") for length in (1, 2, 4)])
@pytest.mark.parametrize(
    "change",
    [
        lambda table: table[:-1],
        lambda table: table[:0],
        lambda table: table[None],
        lambda table: table.astype(np.float32),
        lambda table: np.concatenate([table, table[-1:]]),
        lambda table: np.append(table[:-1].astype(np.int32), np.int32(-1)),
    ],
)
def test_a_table_that_is_none_is_refused(name, change):
    with pytest.raises(WRONG):
        check_tensors({**tables(), name: change(tables()[name])}, CHAIN, TEXT, "fp32")


@pytest.mark.parametrize("kind", ["starts", "units"])
def test_tables_out_of_order_are_refused(kind):
    table = tables()[f"{kind}_3"]
    with pytest.raises(WRONG):
        check_tensors({**tables(), f"{kind}_3": table[::-1].copy()}, CHAIN, TEXT, "fp32")


@pytest.mark.parametrize("unit", [6, 2**30, -(2**28)])
def test_a_unit_that_the_vocabulary_lacks_is_refused(unit):
    changed = tables()["units_2"].astype(np.int32)
    changed[-1] = unit
    with pytest.raises(WRONG, match="the units of n-grams go from"):
        check_tensors({**tables(), "units_2": changed}, CHAIN, TEXT, "fp32")


@pytest.mark.parametrize(
    "config",
    [
        {"task": "classify", "model": "markov", "order": 3},
        {"task": "translate", "cell": "window"},
        {"heads": 3},
        {"hidden_size": True},
        {"hidden_size": 2**64},
        {"dropout": float("nan")},
        {"cell": ["lstm"]},
        [],
        None,
        "x",
    ],
)
def test_a_config_that_describes_nothing_is_refused(config):
    with pytest.raises(WRONG):
        parse_config(json.dumps(config), FORMAT)


LABELS = {"unit": "label", "units": ["a=b"]}
CHARS = {"unit": "char", "units": ["a", "b"]}


@pytest.mark.parametrize(
    ("task", "given"),
    [
        ("language", {}),
        ("language", []),
        ("language", {"text": None}),
        ("language", {"source": CHARS}),
        ("language", {"text": CHARS, "more": CHARS}),
        ("language", {"text": LABELS}),
        ("language", {"text": CHARS, "labels": CHARS}),
        ("language", {"text": {**CHARS, "unit": "nosuch"}}),
        ("language", {"text": {**CHARS, "unit": ["char"]}}),
        ("language", {"text": {**CHARS, "units": "ab"}}),
        ("language", {"text": {**CHARS, "units": []}}),
        ("language", {"text": {**CHARS, "units": [None]}}),
        ("language", {"text": {**CHARS, "units": ["a", "a"]}}),
        ("language", {"text": {**CHARS, "units": ["ab"]}}),
        ("language", {"text": {"unit": "word", "units": [""]}}),
        ("language", {"text": {"unit": "byte", "units": ["ab"]}}),
        ("language", {"text": {"unit": "bpe", "units": ["က"]}}),
        ("classify", {"text": CHARS}),
        ("translate", {"source": CHARS, "target": CHARS, "labels": LABELS}),
    ],
)
def test_vocabularies_that_are_not_the_tasks_are_refused(task, given):
    with pytest.raises(WRONG):
        parse_vocabularies(json.dumps(given), ModelOptions(task=task))


def test_a_vocabulary_of_lone_surrogates_passes():
    units = {"text": {"unit": "char", "units": ["\ud800", "a"]}}
    assert parse_vocabularies(json.dumps(units), ModelOptions())["text"].units == ("\ud800", "a")
