import pytest

from unrolled.data.choose import choose_unit


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
    chosen, why = choose_unit([text])
    assert chosen == unit and why


def test_a_foreign_word_changes_nothing():
    assert choose_unit(["The Burmese word မြန်မာ means Burmese, and the rest of this text is English."])[0] == "char"
