import pytest

from unrolled.config import ModelOptions
from unrolled.datasets import choose_unit as choose
from unrolled.datasets.choose_unit import LONG, choose_unit, with_unit
from unrolled.errors import OptionError


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("The cat sat on the mat.", "char"),
        ("Кот сидел на коврике.", "char"),
        ("猫がマットの上に座った。", "char"),
        ("မြန်မာဘာသာစကားသည် မြန်မာနိုင်ငံ၏ ရုံးသုံးဘာသာစကား ဖြစ်သည်။", "syllable"),
        ("बिल्ली चटाई पर बैठी थी।", "grapheme"),
        ("แมวนั่งบนเสื่อ", "grapheme"),
        ("1234 !!", "char"),
        ("", "char"),
    ],
)
def test_the_unit_goes_by_the_script(text, unit):
    chosen, why = choose_unit([text], len(text))
    assert chosen == unit and why


def test_a_foreign_word_changes_nothing():
    text = "The Burmese word မြန်မာ means Burmese, and the rest of this text is English."
    assert choose_unit([text], len(text))[0] == "char"


@pytest.mark.parametrize(
    ("text", "unit"), [("The cat sat.", "bpe"), ("猫がマットの上に座った。", "char"), ("မြန်မာဘာသာစကား", "syllable")]
)
def test_a_long_text_is_read_by_tokens_where_its_script_has_spaces(text, unit):
    chosen, why = choose_unit([text], LONG)
    assert chosen == unit and why


def test_without_the_library_that_learns_tokens_a_long_text_is_read_by_characters(monkeypatch):
    monkeypatch.setattr(choose, "find_spec", lambda name: None)
    assert choose_unit(["The cat sat."], LONG)[0] == "char"


def test_what_the_user_chose_stays():
    assert with_unit(ModelOptions(unit="byte"), "word", "why") == (ModelOptions(unit="byte"), "as you chose")
    assert with_unit(ModelOptions(), "word", "why") == (ModelOptions(unit="word"), "why")


@pytest.mark.parametrize("options", [{"vocabulary_size": 9}, {"min_count": 3}])
def test_an_alphabet_is_known_as_a_whole(options):
    with pytest.raises(OptionError, match="and the unit char, of which all are known; leave it out"):
        with_unit(ModelOptions(**options), "char", "")
    assert with_unit(ModelOptions(**options), "word", "")[0].unit == "word"
