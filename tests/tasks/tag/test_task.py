import random
from pathlib import Path

import pytest

import unrolled
from unrolled.api.model import model_of
from unrolled.errors import InputError
from unrolled.tasks import TASKS
from unrolled.tasks.tag import Tag
from unrolled.text.vocabulary import SPECIAL, Vocabulary

LABELS = Vocabulary("label", ("D", "N", "V"))
BEFORE = {"D": ("the", "a", "my"), "P": ("I", "you", "they")}
"""What stands before a word that can be a noun or a verb, and tells which."""
BOTH = ("can", "saw", "fish", "book", "watch", "plant")


def phrase(rng: random.Random) -> tuple[str, str]:
    """A word, and one behind it that can be a noun or a verb."""
    return rng.choice(BEFORE[rng.choice("DP")]), rng.choice(BOTH)


@pytest.fixture(scope="module")
def tagger(tmp_path_factory) -> unrolled.Model:
    """A small network that learnt for some seconds to tell nouns from verbs that are spelled the same."""
    path: Path = tmp_path_factory.mktemp("tag") / "sentences.conll"
    rng = random.Random(1)
    sentences = {" ".join(word for _ in range(2) for word in phrase(rng)) for _ in range(150)}
    tags = {"D": "N", "P": "V"} | {word: kind for kind, words in BEFORE.items() for word in words}
    lines = []
    for sentence in sorted(sentences):
        for first, second in zip(sentence.split()[::2], sentence.split()[1::2], strict=True):
            lines += [f"{first} {tags[first]}", f"{second} {tags[tags[first]]}"]
        lines.append("")
    path.write_text("\n".join([*lines, ""]))
    small = {"hidden_size": 32, "dropout": 0.1, "unit_dropout": 0.0, "batch_size": 8, "threads": 1, "unit": "char"}
    return unrolled.train(path, path.with_name("tagger.safetensors"), task="tag", steps=120, **small)


def test_the_same_token_has_the_tag_that_its_neighbours_ask_for(tagger):
    found = tagger.predict("they saw  the saw")
    assert found.tokens == ("they", "saw", "the", "saw") and found.labels == ("P", "V", "D", "N")
    assert found.label == "they/P saw/V the/D saw/N" and 0 < found.probability <= 1


def test_a_sentence_of_nothing_has_no_tags_and_unknown_letters_have_some(tagger):
    assert tagger.predict("").tokens == tagger.predict(" ").labels == ()
    assert len(tagger.predict("ø / 字字").labels) == 3


def test_a_sentence_is_tagged_the_same_whatever_is_beside_it(tagger):
    some = ["the can", "I can", "they fish my fish", ""]
    assert [each.label for each in tagger.predict_many(some)] == [tagger.predict(each).label for each in some]


@pytest.mark.parametrize("engine", ["reference", "torch"])
def test_every_engine_tags_alike(tagger, engine):
    one = model_of(tagger.bundle, engine).predict("the can can")
    assert one.label == tagger.predict("the can can").label


def test_a_record_tells_of_tokens(tagger):
    best = tagger.record["best"]
    assert best["accuracy"] > 0.85 and best["bits_per_label"] < 0.5 and "bits_per_char" not in best
    assert "/N" in tagger.record["sample"] and "wanted: N" not in tagger.record["sample"]


def test_a_slash_within_a_token_is_shown_as_it_stands():
    assert Tag().show([SPECIAL, SPECIAL + 1], {"labels": LABELS}, "and/or  /") == "and/or/D //N"


@pytest.mark.parametrize("lines", [["the cat sees the dog", "a dog runs"], ["the cat sees", "the dog runs"]])
def test_words_without_tags_are_sent_to_segment(lines):
    with pytest.raises(InputError, match=r"lines, line 1 .* has no tags that I can find.*task=segment") as caught:
        unrolled.train(lines, task="tag")
    assert "\n" not in str(caught.value)


def test_a_tagger_neither_writes_nor_scores(tagger):
    for verb in ("generate", "score", "explain", "translations"):
        with pytest.raises(unrolled.UnrolledError, match="it is made to tag, not to write on; use predict"):
            getattr(tagger, verb)


def test_a_task_of_labels_has_as_many_tokens_as_places_that_answer(tagger, tmp_path):
    (tmp_path / "lines.txt").write_text("".join(f"the {one} sees a {other}\n" for one in BOTH for other in BOTH))
    segmenter = unrolled.train(tmp_path / "lines.txt", task="segment", steps=2, hidden_size=8, threads=1)
    for model, source in ((tagger, "they can fish"), (segmenter, "they can fish")):
        task, vocabularies = TASKS[model.bundle.config.task], model.bundle.vocabularies
        given = task.encode_sources([source], model.bundle.config, vocabularies)
        assert len(task.tokens(source, vocabularies)) == len(given.answering(0)) == len(model.predict(source).labels)
