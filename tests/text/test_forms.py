import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.text import UNITS
from unrolled.text.forms import Form, Watched
from unrolled.text.vocabulary import UNKNOWN, Vocabulary

VIETNAMESE = "Tiếng Việt rất hay, và đẹp.\n"
texts = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30)


@given(texts)
def test_a_text_is_in_its_own_form(text):
    assert Form.of([text]).applied(text) == text


@given(texts, st.sampled_from(["NFC", "NFD"]))
def test_another_normal_form_becomes_the_one_that_was_learnt(text, normal):
    learnt, other = (unicodedata.normalize(each, text) for each in (normal, "NFD" if normal == "NFC" else "NFC"))
    form = Form.of([learnt, unicodedata.normalize(normal, VIETNAMESE)])
    assert form.normal == normal and form.applied(other) == unicodedata.normalize(normal, other)


@given(texts, texts)
def test_applying_a_form_twice_changes_nothing(learnt, text):
    form = Form.of([learnt])
    once = form.applied(text)
    assert form.applied(once) == once


def test_a_text_in_two_forms_has_none():
    mixed = unicodedata.normalize("NFC", VIETNAMESE) + unicodedata.normalize("NFD", VIETNAMESE)
    assert Form.of([mixed]).normal == "" and Form.of([mixed]).applied(mixed) == mixed


def test_spaces_that_were_never_learnt_are_read_as_the_usual_one():
    form = Form.of(["a\u00a0b c"])
    assert form.applied("a\u00a0b\u202fc\u3000d") == "a\u00a0b c d"
    assert Form("", "\u3000").applied("a b\u00a0c", frozenset("abc\u3000")) == "a\u3000b\u3000c"


def test_line_ends_are_line_feeds_unless_they_were_learnt():
    assert Form().applied("a\r\nb\rc") == "a\nb\nc"
    assert Form().applied("a\r\nb", frozenset("ab\r\n")) == "a\r\nb"


def test_the_form_of_older_vocabularies_is_what_their_letters_tell():
    assert Form.inferred(set(unicodedata.normalize("NFC", VIETNAMESE))).normal == "NFC"
    assert Form.inferred(set(unicodedata.normalize("NFD", VIETNAMESE))).normal == "NFD"
    assert Form.inferred("abc") == Form() and Form.inferred("a\u00a0").spaces == "\u00a0"


@pytest.mark.parametrize(
    "value", [3, {}, {"normal": "NFX", "spaces": ""}, {"normal": "", "spaces": "a"}, {"normal": "NFC", "spaces": 1}]
)
def test_what_describes_no_form_is_refused(value):
    with pytest.raises(ValueError, match="the form of a text"):
        Form.restored(value)


def test_a_form_is_restored_and_may_be_missing():
    form = Form("NFD", "\u00a0")
    assert Form.restored(vars(form)) == form and Form.restored(None) is None


def test_texts_are_watched_while_they_are_gone_through_once():
    watched = Watched(iter(["a", unicodedata.normalize("NFD", VIETNAMESE)]))
    assert len(list(watched)) == 2 and watched.form.normal == "NFD"


@pytest.mark.parametrize("unit", sorted(set(UNITS) - {"gpt2"}))
@pytest.mark.parametrize("normal", ["NFC", "NFD"])
def test_every_unit_recognises_what_it_learnt_in_the_other_form(unit, normal):
    learnt, other = (unicodedata.normalize(each, VIETNAMESE) for each in (normal, "NFD" if normal == "NFC" else "NFC"))
    vocabulary = Vocabulary.of(unit, [learnt * 20], None, 300 if unit == "bpe" else None, 1)
    read = vocabulary.encode(vocabulary.as_learnt(other.replace("\n", "\r\n").replace(" ", "\u00a0")))
    assert read.tolist() == vocabulary.encode(learnt).tolist() and UNKNOWN not in read
