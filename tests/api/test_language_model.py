import asyncio
import copy
import dataclasses
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

import unrolled
from unrolled.api.model import model_of
from unrolled.config import GenerateOptions, ModelOptions
from unrolled.generation.state import generate_options
from unrolled.model_file import bundle
from unrolled.networks.modules import build
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import Vocabulary
from unrolled.training.settings import TRAIN_CLASSES, sort_options

TINY = {"steps": 3, "hidden_size": 16, "batch_size": 4, "sequence_length": 16, "threads": 1}


def test_no_option_has_two_homes():
    names = [name for each in TRAIN_CLASSES for name in each.names()]
    assert len(names) == len(set(names))


def test_without_options_the_defaults_of_the_classes_hold():
    assert dataclasses.replace(generate_options(), seed=None) == GenerateOptions()
    assert sort_options({}) == {each.__name__: each() for each in TRAIN_CLASSES}


def test_a_model_saved_and_loaded_is_the_same(model, text, tmp_path):
    opened = unrolled.load(model.save(tmp_path / "m.safetensors"))
    assert opened.generate("The ", seed=4) == model.generate("The ", seed=4)
    assert np.array_equal(opened.score(text[:300]).bits, model.score(text[:300]).bits)
    assert (opened.record, opened.vocabulary, repr(opened)) == (model.record, model.vocabulary, repr(model))


def test_a_stop_string_may_stand_alone(model):
    assert model.generate("The ", seed=1, stop="a") == model.generate("The ", seed=1, stop=["a"])
    assert "a" not in model.generate("The ", seed=1, stop="a")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"temperature": -1}, "temperature is -1; it must be at least 0"),
        ({"top_p": 0.0}, "top_p is 0.0; it must be above 0 and at most 1"),
        ({"until": "dawn"}, "it can be sentence or line"),
        ({"temprature": 1}, "did you mean temperature"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_written(model, options, words):
    with pytest.raises(unrolled.UnrolledError, match=words):
        model.stream("The ", **options)


def test_what_comes_next_is_a_distribution_at_temperature_one(model):
    shares = model.next("The c", count=1000)
    assert shares == model.next("The c", count=1000, temperature=1)
    assert sum(share for _, share in shares) == pytest.approx(1)
    assert [share for _, share in shares] == sorted((share for _, share in shares), reverse=True)
    assert dict(model.next("The c", temperature=0.1))["a"] > dict(shares)["a"]


def test_a_text_too_long_for_a_page_is_cut_with_a_warning(model):
    with pytest.warns(unrolled.UnrolledWarning, match="the text has 6,000 characters; the page shows the first 5,000"):
        model.explain("The cat " * 750)


def test_generate_many_gives_as_many_as_were_asked_for(model):
    assert [len(model.generate_many("The ", count, seed=1, length=3)) for count in (0, 1, 3, 65)] == [0, 1, 3, 65]
    assert model.generate_many("The ", 2, length=0) == ["", ""]


def test_without_torch_there_is_a_sentence_that_says_what_to_install(model_file):
    code = f"""
import sys
sys.modules["torch"] = None
import unrolled
model = unrolled.load({str(model_file)!r})
assert len(model.generate("The ", seed=1, length=7)) == 7
for call in (lambda: unrolled.train(["text"]), unrolled.load({str(model_file)!r}, "torch").generate):
    try:
        call()
    except ImportError as error:
        print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "MissingExtraError training needs PyTorch, which is not installed; run: pip install 'unrolled[train]'",
        "MissingExtraError engine=torch needs PyTorch, which is not installed; run: pip install 'unrolled[train]'",
    ]


def test_a_prompt_teaches_its_words_to_who_writes_adaptively(model):
    prompt = "tesom " * 20 + "tes"
    assert dict(model.next(prompt, adaptive=True))["o"] > 2 * dict(model.next(prompt, count=40))["o"]


def test_the_same_seed_writes_the_same_text_adaptively(model):
    texts = [model.generate("The cat ", length=50, seed=5, adaptive=True) for _ in range(2)]
    assert texts[0] == texts[1] == model.generate_many("The cat ", 2, length=50, seed=5, adaptive=True)[0]


def test_learning_and_forgetting_do_not_go_together(model):
    with pytest.raises(unrolled.UnrolledError, match="which forgets; use mode=streamed"):
        model.score("The cat sat on the mat.", mode="cold-256", adaptive=True)


TITLES = [
    f"{who} {what} {where}" for who in ("Cats", "Dogs", "Owls") for what in ("eat", "see") for where in "abcdefgh"
]


@pytest.fixture(scope="module")
def titles(tmp_path_factory):
    path = tmp_path_factory.mktemp("titles") / "titles.txt"
    path.write_text("\n".join(TITLES) + "\n")
    return unrolled.train(path, documents="lines", steps=150, hidden_size=48, dropout=0.0, threads=1, valid=0.2)


def test_a_model_of_lines_ends_them_by_itself(titles):
    texts = titles.generate_many("Cats", 20, length=100, seed=1)
    assert all("\n" not in text and len(text) < 30 for text in texts)
    assert sum(f"Cats{text}" in TITLES for text in texts) > 10


def test_an_endless_model_of_lines_writes_on(titles):
    assert len(titles.generate("Cats", length=100, endless=True, seed=1)) == 100


def test_a_model_of_one_text_never_ends(model):
    assert len(model.generate("The", length=500, temperature=1.8, seed=1)) == 500


def test_what_was_held_out_of_lines_scores_what_training_says(titles):
    held_out = "\n".join(TITLES[-10:]) + "\n"
    assert titles.record["best"]["bits_per_char"] == pytest.approx(titles.score(held_out).bits_per_char, rel=2e-4)


def test_lines_are_scored_apart(titles):
    one, two = (titles.score(f"{first}\nOwls see a\n").bits[-11:] for first in ("Cats eat b", "zzz"))
    np.testing.assert_allclose(one, two, rtol=1e-5)


def test_a_score_of_lines_pays_for_their_ends(titles):
    scored = titles.score("Cats eat a\nDogs see b\n")
    assert scored.scored == "Cats eat a\nDogs see b\n" and len(scored.bits) == 22


def test_a_model_of_lines_has_no_cold_score(titles):
    with pytest.raises(unrolled.errors.InputError, match="streamed"):
        titles.score("Cats eat a", mode="cold-256")


@pytest.mark.filterwarnings("ignore::unrolled.errors.UnrolledWarning")
@pytest.mark.parametrize("unit", ["char", "grapheme", "syllable", "word", "byte", "bpe"])
def test_every_unit_trains_writes_and_scores(unit, text, tmp_path):
    unrolled.train([text, "မြန်မာဘာသာ 🙂 é"], tmp_path / "m.safetensors", **TINY, unit=unit)
    model = unrolled.load(tmp_path / "m.safetensors")
    written = model.generate("A zebra’s ကျွန် ", length=30, temperature=1.5, seed=3)
    assert written == "".join(model.stream("A zebra’s ကျွန် ", length=30, temperature=1.5, seed=3))
    written.encode()
    scored = model.score(text[:300])
    assert scored.scored == text[:300] and 0 < scored.bits_per_char < 12


def test_the_unit_is_chosen_by_the_script():
    model = unrolled.train(["မြန်မာဘာသာစကားသည် မြန်မာနိုင်ငံ၏ ရုံးသုံးဘာသာစကား ဖြစ်သည်။"] * 20, **TINY)
    assert model.bundle.config.unit == "syllable"


NAMES = {"Irish": ["O'Brien", "O'Neill", "O'Hara", "O'Dowd"], "Greek": ["Pappas", "Kostas", "Manikas", "Doukas"]}


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    for language, each in NAMES.items():
        (folder / f"{language}.txt").write_text("\n".join(each * 10) + "\n")
    with pytest.warns(unrolled.errors.UnrolledWarning, match="more than once"):
        return unrolled.train(
            folder, documents="lines", label="file", steps=300, hidden_size=48, dropout=0.0, threads=1
        )


def test_a_label_decides_what_is_written(names):
    for language, each in NAMES.items():
        written = names.generate_many(count=20, where=f"file={language}", seed=1)
        assert sum(text in each for text in written) > 11


def test_a_label_makes_the_held_out_text_cheaper(names):
    best = names.record["best"]
    assert best["bits_per_char"] < 0.8 * best["bits_per_char_unlabelled"]


def test_a_text_is_scored_under_a_label(names):
    right, wrong, open = (
        names.score("O'Hara", where=where).total_bits for where in (["file=Irish"], ["file=Greek"], [])
    )
    assert right < open < wrong


def test_a_text_is_explained_under_a_label(names):
    irish, greek = (names.explain("O'Hara", where=where) for where in ("file=Irish", ["file=Greek"]))
    assert irish.startswith("<!DOCTYPE html>")
    assert irish != greek
    assert greek == names.explain("O'Hara", where="file=Greek")


def test_a_model_with_labels_survives_its_file(names, tmp_path):
    names.save(tmp_path / "names.safetensors")
    loaded = unrolled.load(tmp_path / "names.safetensors")
    assert loaded.generate(where="file=Greek", seed=5) == names.generate(where="file=Greek", seed=5)


def test_an_unknown_label_is_refused(names):
    with pytest.raises(unrolled.errors.OptionError, match="file=Irish"):
        names.generate(where="file=Irsh")


def test_a_label_that_is_followed_with_no_strength_is_none(names):
    label = names.bundle.vocabularies["labels"].units[-1]
    written = {
        strength: names.generate_many(count=5, where=label, label_strength=strength, seed=3) for strength in (0, 1, 3)
    }
    assert written[0] == names.generate_many(count=5, seed=3) != written[1]
    assert written[1] == names.generate_many(count=5, where=label, seed=3) != written[3]


def test_a_strength_needs_a_label(names):
    with pytest.raises(unrolled.errors.OptionError, match=r"^I got label_strength= without where="):
        names.generate(label_strength=2.0)


def test_the_last_of_each_label_is_held_out(names):
    assert names.record["corpus"]["labels"] == ["file"] and names.record["corpus"]["documents"] == 80


@pytest.fixture(scope="module")
def words(text):
    return unrolled.train([text], unit="word", min_count=1, steps=80, hidden_size=32, dropout=0.0, threads=1, seed=2)


def test_a_prompt_that_ends_within_a_word_goes_on_with_the_rest_of_one(words, text):
    word = next(each for each in words.vocabulary.units if each.startswith(" ") and len(each) > 4)
    begun = word[:3]
    written = words.generate(f"The{begun}", length=5, seed=1)
    assert any(unit.startswith(begun) and f"{begun}{written}".startswith(unit) for unit in words.vocabulary.units)


def test_a_space_at_the_end_of_a_prompt_is_not_written_twice(words):
    for seed in range(5):
        assert not words.generate("The ", length=3, seed=seed).startswith(" ")


def test_what_comes_next_is_the_rest_of_a_word_that_is_begun(words):
    shares = words.next("The ", count=5)
    assert shares and all(not unit.startswith(" ") for unit, _ in shares)


ODD = [
    "\ud800 lone",
    "e\u0301\u0302\u0327" * 9,
    "שלום עולם " * 9,
    "👩‍👩‍👧🇲🇲" * 9,
    "\x00\x07\u2028\u200b\ufeff",
    "a" * 5000,
]


@pytest.mark.filterwarnings("ignore::unrolled.errors.UnrolledWarning")
@pytest.mark.parametrize("unit", ["char", "grapheme", "syllable", "word", "byte", "bpe"])
@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_any_string_is_a_text_and_a_prompt(unit, odd, words):
    model = unrolled.train([odd, "some plain words"], unit=unit, steps=2, hidden_size=16, threads=1, valid=0.0)
    model.generate(odd, length=5, seed=1)
    model.score(odd)
    words.generate(odd, length=5, seed=1)


# A model is a value: it is copied, pickled, forked with and shared by threads.


def untrained(**options) -> unrolled.Model:
    """A network of random weights that writes under labels."""
    config = ModelOptions(unit="char", **options)
    labels = {"labels": Vocabulary("label", ("by=A", "by=B"))} if config.model == "recurrent" else {}
    vocabularies = {"text": Vocabulary("char", tuple("abcdef \n")), **labels}
    network = build(TASKS["language"].network(config, vocabularies), seed=3)
    tensors = {name: part.detach().numpy() for name, part in network.state_dict().items()}
    return model_of(bundle.Bundle(tensors, config, vocabularies))


@pytest.fixture(scope="module")
def kinds(request, tmp_path_factory) -> dict[str, unrolled.Model]:
    """A model of every kind, used."""
    source = request.getfixturevalue("model").bundle
    made = {name: model_of(source, engine) for name, engine in [("network", "auto"), ("numpy", "reference")]}
    made |= {"torch": model_of(source, "torch"), "int8": model_of(source, weights="int8")}
    made["labels"] = untrained(cell="gru", hidden_size=16, layers=2, embedding_size=4, dropout=0.0)
    made["gpt2"] = untrained(model="gpt2", hidden_size=16, layers=1, context=64, embedding_size=16, dropout=0.0)
    made["markov"] = unrolled.train(request.getfixturevalue("text_file"), model="markov")
    made |= {name: unrolled.load(request.getfixturevalue(f"{name}_file")) for name in ("ends", "backwards")}
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(12):
        Image.fromarray(np.full((32, 32, 3), 20 * number, np.uint8)).save(folder / f"{number}.png")
    (folder / "t.tsv").write_text("".join(f"{n}.png\ta red square\n" for n in range(12)))
    made["captions"] = unrolled.train(folder / "t.tsv", task="caption", image_size=32, valid=0.2, **TINY)
    made["captions"].bundle.record["picture"] = str(folder / "3.png")
    for each in made.values():
        assert said(each)
    return made


KINDS = ["network", "numpy", "torch", "int8", "labels", "gpt2", "markov", "ends", "backwards", "captions"]
WITH_TORCH = ["torch", "gpt2"]


def said(model: unrolled.Model) -> str:
    """What a model says, by all ways that keep something between calls."""
    if model.bundle.config.task != "language":
        sources = [model.bundle.record.get("picture", "abc")] * 3
        return repr(model.predict_many(sources, **({} if model._predictor.answers else {"length": 8})))
    options = {"where": ("by=A",), "label_strength": 1.5} if "labels" in model.bundle.vocabularies else {}
    texts = [model.generate("abc d", seed=1, length=12, **options) for options in ({}, options, {"adaptive": True})]
    return repr((texts, model.generate_many("a", 3, seed=2, length=9), model.completions("abc d", 2)))


def pickled(model):
    return pickle.loads(pickle.dumps(model))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_of_a_used_model_says_the_same(kinds, kind, copied):
    model = kinds[kind]
    other = copied(model)
    assert said(other) == said(model)
    assert said(copied(other)) == said(model)
    assert repr(other) == repr(model) and other.record == model.record


@pytest.mark.parametrize("weights", ["fp32", "bf16", "int8"])
def test_a_pickle_of_a_used_model_is_hardly_larger_than_its_file(model, tmp_path, weights):
    opened = unrolled.load(model.save(tmp_path / "m.safetensors", weights=weights))
    assert said(opened)
    assert len(pickle.dumps(opened)) < 1.2 * (tmp_path / "m.safetensors").stat().st_size + 100_000


def test_weights_that_are_not_rounded_yet_are_pickled_as_they_are(model):
    whole = dataclasses.replace(model.bundle, weights="int8")
    assert all(np.array_equal(pickled(whole).tensors[name], each) for name, each in whole.tensors.items())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("ends", "backwards", "captions")])
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_text_goes_on_from_a_copy_of_its_state(kinds, kind, copied):
    for options in ({}, {"adaptive": True}):
        state = kinds[kind].start("abc", **options).after(" da")
        other = copied(state)
        assert other.generate(seed=1, length=20) == state.generate(seed=1, length=20)
        assert other.after("b").next(3) == state.after("b").next(3) and other.text == state.text


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_a_copied_session_goes_its_own_way(model, copied):
    session = model.session()
    session.to("The cat sat")
    other = copied(session)
    other.to("The dog")
    assert session.text == "The cat sat" and session.completions("The cat sa") == model.completions("The cat sa")
    assert other.completions("The do") == model.completions("The do")


def at_once(call: Callable[[int], str], threads: int = 8) -> list[str]:
    """What a call gives for every number, asked by threads that begin together."""
    meeting = threading.Barrier(threads, timeout=60)

    def wait_and_call(number: int) -> str:
        meeting.wait()
        return call(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(wait_and_call, range(threads)))


@pytest.fixture
def hurried():
    """Threads that are changed a thousand times as often as usual."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("kind", KINDS)
def test_threads_that_share_a_fresh_model_get_what_each_would_alone(kinds, kind, hurried):
    fresh = pickled(kinds[kind])
    assert set(at_once(lambda number: said(fresh))) == {said(kinds[kind])}


def test_threads_that_complete_get_what_each_would_alone(model, hurried):
    texts = ["The cat sat on the m", "The dog ran ov", "Where did the ca", "She said: 'The mo", "A bird sa", "", "The "]
    steps = [[text[:end] for end in range(len(text))] for text in texts]
    alone = [[model_of(model.bundle).completions(each) for each in some[-3:]] for some in steps]
    shared_model = model_of(model.bundle)

    def type_all(number: int) -> str:
        found = [[shared_model.completions(each) for each in some][-3:] for some in steps[number % 2 :: 2]]
        return repr(found)

    assert at_once(type_all) == [repr(alone[number % 2 :: 2]) for number in range(8)]


def test_threads_that_learn_from_one_text_get_what_each_would_alone(model, hurried):
    state = model.start("The cat sat. The cat sat.", adaptive=True)
    alone = [state.after(" " + "aeotshTc"[number]).generate(seed=number, length=30) for number in range(8)]
    again = pickled(state)
    assert at_once(lambda number: again.after(" " + "aeotshTc"[number]).generate(seed=number, length=30)) == alone


def test_an_event_loop_may_hand_calls_to_its_threads(model):
    async def all_of_them() -> list[str]:
        loop = asyncio.get_running_loop()
        fresh = model_of(model.bundle)
        calls = [loop.run_in_executor(None, lambda n=n: fresh.generate("The ", seed=n, length=20)) for n in range(12)]
        return await asyncio.gather(*calls)

    # In a thread of its own: in this one, the driver of a browser that another test has started may leave a loop.
    with ThreadPoolExecutor(max_workers=1) as one:
        written = one.submit(lambda: asyncio.run(all_of_them())).result()

    assert written == [model.generate("The ", seed=n, length=20) for n in range(12)]


def run_script(code: str, folder, *values: object) -> str:
    """What a program prints that is given pickled values and has a minute."""
    (folder / "values.pickle").write_bytes(pickle.dumps(values))
    (folder / "script.py").write_text(code)
    done = subprocess.run(
        [sys.executable, folder / "script.py"],
        env={**os.environ, "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


FORKING = """
import os, pickle
models = pickle.load(open("values.pickle", "rb"))
def said(model):
    if model.bundle.config.task == "classify":
        return repr(model.predict_many(["abc"] * 3))
    if model.bundle.config.task != "language":
        return repr(model.predict_many([model.bundle.record.get("picture", "abc")] * 3, length=8))
    return repr((model.generate_many("a", 3, seed=2, length=9), model.completions("abc d", 2)))
before = [said(model) for model in models]
child = os.fork()
if not child:
    grandchild = os.fork()
    if not grandchild:
        os._exit(7 if [said(model) for model in models] == before else 1)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
assert [said(model) for model in models] == before
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize(
    "some", [WITH_TORCH, [kind for kind in KINDS if kind not in WITH_TORCH]], ids=["torch", "light"]
)
def test_a_forked_child_of_used_models_says_the_same(kinds, some, tmp_path):
    assert run_script(FORKING, tmp_path, *(kinds[name] for name in some)) == "7\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_that_is_forked_while_threads_use_the_model_works(kinds, tmp_path):
    code = """
import os, pickle, threading
models = pickle.load(open("values.pickle", "rb"))
words = lambda model: repr((model.generate_many("The ", 6, seed=2, length=20), model.completions("The ca", 2)))
expected = [words(model) for model in pickle.load(open("values.pickle", "rb"))]
stop = threading.Event()
def use(model):
    while not stop.is_set():
        words(model)
threads = [threading.Thread(target=use, args=(model,)) for model in models for _ in range(2)]
for each in threads: each.start()
for _ in range(15):
    child = os.fork()
    if not child:
        os._exit(7 if [words(model) for model in models] == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
stop.set()
print("all")
"""
    assert run_script(code, tmp_path, *(kinds[name] for name in ("network", "numpy", "markov"))) == "all\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_who_has_trained_may_train_in_a_forked_child(text_file, tmp_path):
    code = f"""
import os, unrolled
train = lambda: unrolled.train({str(text_file)!r}, **{ {**TINY, "threads": 2}!r}).generate("The ", seed=1, length=20)
before = train()
child = os.fork()
if not child:
    os._exit(7 if train() == before else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run_script(code, tmp_path) == "7\n"


def test_a_pool_of_spawned_processes_is_given_models_and_states(kinds, tmp_path):
    code = """
import multiprocessing, pickle
def words(state):
    return state.generate(seed=1, length=20), repr(state)[:6]
def answer(model):
    return repr(model.predict("abc"))
if __name__ == "__main__":
    model, other = pickle.load(open("values.pickle", "rb"))
    states = [model.start("The cat"), model.start("The dog", adaptive=True)]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(words, states) == [words(each) for each in states]
        assert pool.apply(answer, (other,)) == answer(other)
    print("all")
"""
    assert run_script(code, tmp_path, kinds["network"], kinds["ends"]) == "all\n"
