import unrolled


def test_a_translator_writes_one_text_or_several(backwards):
    assert isinstance(backwards, unrolled.Translator)
    several = backwards.translations("abc", count=3)
    assert several[0].text == backwards.predict("abc").text
    assert [each.score for each in several] == sorted((each.score for each in several), reverse=True)


def test_many_texts_are_translated_in_their_order(backwards):
    sources = ["abc", "c", "abc"]
    found = backwards.predict_many(sources, beams=2)
    assert [each.source for each in found] == sources and found[0].text == found[2].text
