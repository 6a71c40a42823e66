import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.metrics.scripts import unspaced

BURMESE = "မြန်မာနိုင်ငံ သတင်း"


@pytest.mark.parametrize("text", [BURMESE, "今日はいい天気です", "我 喜 欢 你", "สวัสดีครับ", "ភាសាខ្មែរ", "ພາສາລາວ"])
def test_these_scripts_write_no_space_between_words_whatever_spaces_a_corpus_puts(text):
    assert unspaced([text]) and unspaced([" ".join(text)])


@pytest.mark.parametrize("text", ["A cat sat.", "Кот", "한국어 문장", "हिन्दी भाषा", "اللغة العربية", "123 !?", ""])
def test_other_scripts_do(text):
    assert not unspaced([text])


@given(st.integers(0, 50), st.integers(0, 50))
def test_the_script_of_more_than_half_of_the_letters_decides(chinese, latin):
    assert unspaced(["猫" * chinese, "a" * latin]) == (chinese > latin)


def test_without_texts_words_are_spaced():
    assert not unspaced([])
