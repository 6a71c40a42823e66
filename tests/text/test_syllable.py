import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unrolled.text import UNITS

SYLLABLE, GRAPHEME = UNITS["syllable"], UNITS["grapheme"]
burmese = st.text(st.characters(min_codepoint=0x1000, max_codepoint=0x109F), max_size=12)


@pytest.mark.parametrize(
    "syllables",
    [
        "မြန် မာ ဘာ သာ သည်",
        "ကျွန် တော်",
        "ဗုဒ္ဓ",
        "ပွင့် လွန့် ကျင့်",
        "အင်္ဂ လိပ်",
        "ယောက်ျား",
        "နေ မ ကောင်း",
        "သတ္တ ဝါ",
    ],
)
def test_a_syllable_begins_at_a_consonant_that_is_neither_stacked_nor_closed(syllables):
    assert SYLLABLE.split(syllables.replace(" ", "")) == syllables.split()


def test_digits_punctuation_and_other_scripts_are_cut_in_clusters():
    assert SYLLABLE.split("၁၂။ ok é") == ["၁", "၂", "။", " ", "o", "k", " ", "é"]


@given(burmese)
@example("ကက္ဢ")  # a stacked letter that is no consonant of Burmese
@example("ဣ္ႂက")  # a mark between the virama and what is stacked
def test_no_cluster_is_torn(text):
    cuts = [0]
    for cluster in GRAPHEME.split(text):
        cuts.append(cuts[-1] + len(cluster))
    place = 0
    for syllable in SYLLABLE.split(text):
        place += len(syllable)
        assert place in cuts


def test_an_unseen_syllable_is_spelled_in_clusters():
    assert SYLLABLE.spell("ပွင့်") == GRAPHEME.split("ပွင့်")
