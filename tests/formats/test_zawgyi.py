import pytest

from unrolled.errors import InputError
from unrolled.formats.contents import read_contents
from unrolled.formats.zawgyi import refuse_zawgyi

UNICODE = "မြန်မာဘာသာစကားသည် မြန်မာနိုင်ငံ၏ ရုံးသုံးဘာသာစကား ဖြစ်သည်။ "
ZAWGYI = "ျမန္မာဘာသာစကားသည္ ျမန္မာႏိုင္ငံ၏ ႐ံုးသံုးဘာသာစကား ျဖစ္သည္။ "


def test_zawgyi_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "old.txt").write_text(f"Title\n{ZAWGYI * 3}", encoding="utf-8")
    with pytest.raises(InputError, match=r"old\.txt is Burmese in the old encoding Zawgyi.*uconv.*Zawgyi-my"):
        read_contents(tmp_path / "old.txt")


@pytest.mark.parametrize("text", [UNICODE, "plain English", "", "က", "စာ " * 500, "mats, စာ\n" * 100])
def test_unicode_passes(text):
    refuse_zawgyi(text, "it")
