import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import unrolled
from unrolled.generation.state import generate_options
from unrolled.model_file.bundle import pack, unpack


@pytest.fixture(scope="module")
def by_words(text_file):
    return unrolled.train(text_file, unit="word", steps=20, hidden_size=16, batch_size=4, sequence_length=16, threads=1)


def near(one, two) -> bool:
    return np.allclose(one.read.logits, two.read.logits, atol=1e-5) and one.read.begun == two.read.begun


letters = st.text(st.sampled_from("The cat so\n'?"), max_size=12)


@pytest.mark.parametrize("name", ["model", "by_words"])
@given(one=letters, two=letters)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_text_read_in_two_parts_is_the_text_read_at_once(request, name, one, two):
    model = request.getfixturevalue(name)
    parts, whole = model.start(one).after(two), model.start(one + two)
    assert parts.text == whole.text
    assert near(parts, whole)


def test_writing_on_from_a_state_leaves_it_as_it_is(model):
    start = model.start("The ")
    before = {name: part.copy() for name, part in start.read.state.items()}
    one, two = start.generate(seed=1, length=40), start.generate(seed=2, length=40)
    assert one != two and start.generate(seed=1, length=40) == one == model.generate("The ", seed=1, length=40)
    assert all(np.array_equal(before[name], part) for name, part in start.read.state.items())


@pytest.mark.parametrize("name", ["model", "by_words"])
def test_going_on_after_a_text_writes_what_was_not_yet_written(request, name):
    model = request.getfixturevalue(name)
    start = model.start("The cat")
    whole = start.generate(temperature=0, length=30)
    first = start.generate(temperature=0, length=12)
    assert whole.startswith(first + start.after(first).generate(temperature=0, length=12))


def test_a_saved_state_goes_on_as_if_it_had_never_been_away(model, tmp_path):
    state = model.start("The dog")
    path = state.save(tmp_path / "dog.state")
    assert model.open_state(path).generate(seed=3) == state.generate(seed=3)
    assert model.open_state(path).text == "The dog"


def test_a_saved_state_keeps_the_unit_that_had_begun(by_words, tmp_path):
    state = by_words.start("The ca")
    opened = by_words.open_state(state.save(tmp_path / "s"))
    assert opened.read.begun == " ca" and opened.generate(seed=1) == state.generate(seed=1)


def test_an_adaptive_state_is_saved_with_what_it_has_learnt(model, tmp_path):
    state = model.start("The cat sat. The cat sat.", adaptive=True)
    opened = model.open_state(state.save(tmp_path / "s"))
    assert opened.generate(seed=1) == state.generate(seed=1)


def test_the_state_of_another_model_is_refused(model, by_words, tmp_path):
    path = model.start("The").save(tmp_path / "s")
    with pytest.raises(unrolled.UnrolledError, match="is the state of another model"):
        by_words.open_state(path)


def test_a_model_is_no_state(model, model_file):
    with pytest.raises(unrolled.UnrolledError, match="is no saved state"):
        model.open_state(model_file)


def test_nothing_is_overwritten_silently(model, tmp_path):
    model.start("The").save(tmp_path / "s")
    with pytest.raises(unrolled.UnrolledError, match="exists already"):
        model.start("The").save(tmp_path / "s")


def test_a_state_cannot_change_how_it_began(model):
    with pytest.raises(unrolled.UnrolledError, match="adaptive= for a text that began with another"):
        model.start("The").generate(adaptive=True)


def test_options_get_a_seed_where_none_is_given():
    assert generate_options().seed is not None and generate_options(seed=3).seed == 3


def test_what_comes_next_is_that_of_the_model(model):
    assert model.start("The c").next(3) == model.next("The c", 3)


def test_a_state_keeps_no_logits_but_its_own(model):
    read = model.start("The cat sat on the mat").read
    assert read.everything.base is None and read.everything.shape == (1, len(model.vocabulary))


def test_the_options_of_a_start_cannot_be_changed_through_a_state(model):
    state = model.start("The")
    state.start.options["adaptive"] = True
    assert state.start.options == {"where": (), "label_strength": 1.0, "adaptive": False}


def forged(model, tmp_path, change, **options):
    """Save a state, change its tensors or what it says, and open it."""
    path = model.start("The cat", **options).save(tmp_path / "forged.state", force=True)
    tensors, metadata = unpack(path.read_bytes(), "forged")
    about = json.loads(metadata["about"])
    change(tensors, about)
    path.write_bytes(pack(tensors, {"model": metadata["model"], "about": json.dumps(about)}))
    return model.open_state(path).generate(length=5, seed=1)


def put(name, value):
    def change(tensors, about):
        tensors[name] = value(tensors[name])

    return change


@pytest.mark.parametrize("engine", ["native", "reference", "torch"])
@pytest.mark.parametrize("name", ["state.h", "state.c", "logits"])
@pytest.mark.parametrize(
    "value",
    [
        lambda array: np.full_like(array, np.nan),
        lambda array: array[..., :3],
        lambda array: np.repeat(array, 100, -1),
        lambda array: array[0],
        lambda array: array.astype(np.float64),
    ],
)
def test_a_state_of_another_shape_or_without_numbers_is_refused(model_file, tmp_path, engine, name, value):
    with pytest.raises(unrolled.UnrolledError):
        forged(unrolled.load(model_file, engine=engine), tmp_path, put(name, value))


@pytest.mark.parametrize("node", [2**40, -(2**40), -2])
def test_nodes_that_a_chain_does_not_have_are_refused(text_file, tmp_path, node):
    chain = unrolled.train(text_file, model="markov", order=3)
    with pytest.raises(unrolled.UnrolledError, match="the state is none of this model"):
        forged(chain, tmp_path, put("state.nodes", lambda nodes: np.array([[0, 1, node]])))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state.1.history", lambda array: array + 10**6),
        ("state.weights", lambda array: array * 0),
        ("state.read", lambda array: array - 1),
        ("state.expected", lambda array: array - 1),
    ],
)
def test_an_adaptive_state_that_cannot_be_is_refused(model, tmp_path, name, value):
    with pytest.raises(unrolled.UnrolledError, match="the state is none of this model"):
        forged(model, tmp_path, put(name, value), adaptive=True)


@pytest.mark.wrong_arrays
@pytest.mark.parametrize(
    "change",
    [
        lambda tensors, about: about.clear(),
        lambda tensors, about: about.update(text=5),
        lambda tensors, about: about.update(started={}),
        lambda tensors, about: about["started"].update(label_strength="x"),
        lambda tensors, about: about["started"].update(where=[5]),
        lambda tensors, about: tensors.pop("state.h"),
        lambda tensors, about: tensors.pop("logits"),
        lambda tensors, about: tensors.update(extra=np.zeros(3)),
    ],
)
def test_a_state_that_lacks_something_is_refused(model, tmp_path, change):
    with pytest.raises(unrolled.UnrolledError):
        forged(model, tmp_path, change)
