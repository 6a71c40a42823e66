import pytest

from unrolled.formats.usual_names import LABELS, SOURCES, TEXTS, is_language, is_usual, rank, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [("Review Text", ["review", "text"]), ("reviewText", ["review", "text"]), ("clean_text-2", ["clean", "text"])],
)
def test_words_are_found_however_they_are_joined(name, words):
    assert words_of(name) == words


def test_the_whole_name_counts_more_than_a_word_and_the_first_more_than_the_last():
    assert rank("text", TEXTS) > rank("title", TEXTS) > rank("Review Text", TEXTS) > rank("xyz", TEXTS) == 0
    assert rank("airline_sentiment", LABELS) > 0 and rank("translation.source", SOURCES) == rank("source", SOURCES)


@pytest.mark.parametrize("name", ["en", "de-DE", "translation.fr", "English", "burmese", "my"])
def test_languages_are_known_by_code_and_by_name(name):
    assert is_language(name)


@pytest.mark.parametrize("name", ["text", "Review Text", "label", "en", "image_id", "Unnamed: 0", "Rating"])
def test_what_columns_are_called_is_usual(name):
    assert is_usual(name)


@pytest.mark.parametrize("name", ["The dog runs.", "42", "a sentence that ends with text and more", "Je suis", ""])
def test_what_stands_in_columns_is_not(name):
    assert not is_usual(name)
