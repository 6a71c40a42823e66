import dataclasses

import numpy as np
import pytest
import torch

import unrolled
from unrolled.networks.modules import build
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import NEVER
from unrolled.training.output_layer import expect
from unrolled.training.warm_start import copy_weights

TINY = {"steps": 40, "batch_size": 4, "sequence_length": 16, "threads": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("onward")
    (folder / "old.txt").write_text("the cat sat on the mat. " * 60)
    (folder / "new.txt").write_text("a zebra — é — ran by. " * 60)
    unrolled.train(folder / "old.txt", folder / "old.safetensors", hidden_size=32, **TINY)
    return folder


@pytest.fixture(scope="module")
def onward(folder):
    return unrolled.train(folder / "new.txt", folder / "both.safetensors", start=folder / "old.safetensors", **TINY)


def test_new_letters_are_added_behind_the_old_ones(folder, onward):
    old = unrolled.load(folder / "old.safetensors").vocabulary.units
    units = onward.vocabulary.units
    assert units[: len(old)] == old and set(units[len(old) :]) == set("zbr—éy")
    assert onward.record["continued"]["added"] == list(units[len(old) :])


def test_both_held_out_texts_are_scored_before_and_after(onward):
    told = onward.record["continued"]
    assert told["after"]["new"] < told["before"]["new"]
    assert told["before"]["old"] < told["after"]["old"]
    assert told["after"]["new"] == pytest.approx(onward.record["best"]["bits_per_char"], rel=1e-3)


def test_the_network_keeps_its_sizes(folder, onward):
    assert onward.bundle.config == unrolled.load(folder / "old.safetensors").bundle.config


def test_without_a_step_the_old_model_goes_on_as_it_was(folder, onward):
    old = unrolled.load(folder / "old.safetensors").bundle
    network = build(TASKS["language"].network(old.config, onward.bundle.vocabularies), seed=9)
    copy_weights(network, old)
    known = build(TASKS["language"].network(old.config, old.vocabularies))
    copy_weights(known, old)
    ids = torch.tensor([[0, 3, 4, 5, 6]])
    logits, _ = network(ids, network.start(1))
    expected, _ = known(ids, known.start(1))
    torch.testing.assert_close(logits[..., : expected.shape[-1]], expected)
    assert (logits[..., expected.shape[-1] :] <= expected.max()).all()


@pytest.mark.parametrize("unit", ["word", "bpe", "syllable"])
def test_words_and_tokens_stay_what_they_are(unit, folder, tmp_path):
    old = unrolled.train(folder / "old.txt", tmp_path / "o.safetensors", hidden_size=16, unit=unit, **TINY)
    new = unrolled.train(folder / "new.txt", start=tmp_path / "o.safetensors", **TINY)
    added = new.vocabulary.units[len(old.vocabulary.units) :]
    assert new.vocabulary.units[: len(old.vocabulary.units)] == old.vocabulary.units
    assert all(len(each) == 1 for each in added)
    assert new.generate("a zebra é", length=5)


@pytest.mark.filterwarnings("ignore:.*(stand there more than once|differ only in case)")
def test_labels_can_come_later(folder, tmp_path):
    for name in ("x", "y"):
        (tmp_path / f"{name}.txt").write_text("".join(f"the {name} sat {n}\n" for n in range(30)))
    unrolled.train(tmp_path / "x.txt", tmp_path / "o.safetensors", documents="lines", hidden_size=16, **TINY)
    (tmp_path / "o.resume.safetensors").unlink(missing_ok=True)
    sources = [tmp_path / "x.txt", tmp_path / "y.txt"]
    new = unrolled.train(sources, start=tmp_path / "o.safetensors", label="file", **TINY)
    assert new.generate(where="file=y", length=5)


@pytest.mark.filterwarnings("ignore:.*(stand there more than once|differ only in case)")
def test_what_reads_goes_on_with_its_vocabularies_and_new_labels(backwards, backwards_file, ends_file, tmp_path):
    (tmp_path / "pairs.tsv").write_text("abc\tcbaz\nbd\tdb\n" * 8)
    (tmp_path / "labels.tsv").write_text("".join(f"{'abc' * n}\tc\n{'bd' * n}\tnew\n" for n in range(1, 9)))
    onward = {"steps": 3, "batch_size": 4, "threads": 1}
    told = unrolled.train(tmp_path / "pairs.tsv", start=backwards_file, **onward)
    old, new = (each.vocabularies["target"].units for each in (backwards.bundle, told.bundle))
    assert new == (*old, "z")
    assert told.record["continued"]["added"] == ["z"] and told.record["continued"]["before"]["old"] is None
    labels = unrolled.train(tmp_path / "labels.tsv", start=ends_file, **onward)
    assert labels.bundle.vocabularies["labels"].units == ("a", "b", "c", "d", "new")
    assert labels.record["continued"]["added"] == ["new"]


def test_going_on_never_ends_worse_than_it_began_and_says_so(folder):
    told = []
    flags = {**TINY, "steps": 2, "learning_rate": 10.0, "optimizer": "adamw"}  # which can only do harm
    start = folder / "old.safetensors"
    model = unrolled.train(folder / "old.txt", start=start, observers=[told.append], **flags)
    assert model.record["best"]["step"] == 0
    assert model.record["continued"]["after"]["new"] == model.record["continued"]["before"]["new"]
    assert any("the model that it started from" in line for line in model.record["warnings"])
    old = unrolled.load(start)
    assert model.generate(seed=1, length=40) == old.generate(seed=1, length=40)


def test_a_trained_network_gets_a_gentler_rate_than_a_fresh_one(folder, onward):
    fresh = unrolled.load(folder / "old.safetensors").record["options"]["learning_rate"]
    assert onward.record["options"]["learning_rate"] < fresh / 2
    assert f"learning rate {onward.record['options']['learning_rate']:g}" in onward.record["recipe"]


def test_what_is_seen_for_the_first_time_begins_with_its_frequency(folder):
    old = unrolled.load(folder / "old.safetensors").bundle
    bias, weight = old.tensors["head.bias"].copy(), old.tensors["head.weight"].copy()
    bias[:2] = NEVER
    old = dataclasses.replace(old, tensors={**old.tensors, "head.bias": bias})
    larger = {"text": old.vocabularies["text"].adding(["z", "é"])}
    network = build(TASKS["language"].network(old.config, larger), seed=9)
    counts = np.array([5, 0, *[0] * (len(bias) - 2), 15, 0])
    copy_weights(network, old)
    expect(network, counts, first_seen=True)
    found = network.head.bias.detach().numpy()
    assert found[[0, 1, -2, -1]] == pytest.approx(np.array([np.log(0.25), NEVER, np.log(0.75), NEVER]))
    assert not network.head.weight[[0, 1, -2, -1]].any()
    np.testing.assert_array_equal(found[2:-2], bias[2:])  # what was seen stays seen
    np.testing.assert_array_equal(network.head.weight[2:-2].detach().numpy(), weight[2:])


def test_a_model_that_goes_on_draws_what_it_saw_before_and_what_it_sees_now(folder, onward):
    old, new = (unrolled.load(folder / f"{name}.safetensors") for name in ("old", "both"))
    drawn = {unit for unit, share in new.next("", 99) if share > 0}
    assert {unit for unit, _ in old.next("", 99)} | set("zbr—éy") <= drawn
    assert 0 < new.vocabulary.unseen <= 0.01
