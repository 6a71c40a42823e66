"""What columns are called in the tables that people have, by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

TEXTS = (
    "text",
    "sentence",
    "review",
    "content",
    "body",
    "message",
    "tweet",
    "comment",
    "post",
    "description",
    "document",
    "article",
    "question",
    "utterance",
    "query",
    "abstract",
    "summary",
    "story",
    "lyrics",
    "poem",
    "quote",
    "joke",
    "headline",
    "title",
    "input",
    "name",
    "word",
)
LABELS = (
    "label",
    "class",
    "category",
    "sentiment",
    "emotion",
    "topic",
    "target",
    "intent",
    "rating",
    "stars",
    "score",
    "polarity",
    "genre",
    "tag",
    "type",
    "language",
    "lang",
    "author",
    "speaker",
    "spam",
    "toxic",
    "output",
    "y",
)
SOURCES = ("source", "src", "input", "from", "question", "prompt", "original", "text")
TARGETS = ("target", "tgt", "trg", "output", "to", "translation", "translated", "answer", "response", "completion")
IMAGES = ("image", "file", "filename", "path", "image name", "image path", "image file", "image id", "img", "photo")
CAPTIONS = ("caption", "text", "sentence", "description", "comment", "captions", "sentences", "raw", "label", "title")
TOKENS = ("tokens", "words", "token", "word", "form")
TAGS = ("tags", "ner tags", "pos tags", "tag", "pos", "upos", "ner", "labels", "label")
BOOKKEEPING = (
    "id",
    "index",
    "idx",
    "unnamed",
    "split",
    "fold",
    "set",
    "subset",
    "partition",
    "date",
    "time",
    "timestamp",
    "created",
    "url",
    "link",
    "uuid",
    "key",
    "row",
    "number",
    "no",
    "user",
    "userid",
    "count",
    "length",
    "confidence",
    "votes",
    "annotator",
    "licence",
    "license",
    "attribution",
    "source",
)
"""What stands in columns that are neither texts nor labels."""
LANGUAGES = {
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "he", "hi", "hr",
    "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "ko", "lo", "lt", "lv", "mk", "mn", "ms", "my", "nb", "ne",
    "nl", "no", "pl", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk",
    "ur", "uz", "vi", "zh", "eng", "deu", "fra", "spa", "ita", "rus", "jpn", "zho", "cmn", "mya", "por", "nld", "kor",
    "arabic", "bengali", "burmese", "chinese", "czech", "danish", "dutch", "english", "finnish", "french", "german",
    "greek", "hebrew", "hindi", "hungarian", "indonesian", "italian", "japanese", "korean", "latin", "myanmar",
    "norwegian", "persian", "polish", "portuguese", "romanian", "russian", "spanish", "swedish", "tamil", "thai",
    "turkish", "ukrainian", "urdu", "vietnamese",
}  # fmt: skip
"""The codes and the names of languages, which name the columns of pairs."""
NOT_A_WORD = re.compile(r"[\W_\d]+")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words_of(name: str) -> list[str]:
    """Return the words of a column's name, in small letters: "reviewText" and "review_text" have two."""
    return NOT_A_WORD.sub(" ", HUMP.sub(" ", name)).casefold().split()


def rank(name: str, names: Sequence[str]) -> float:
    """Return how well a column is called by some names: 2 for all of it, 1 for a word; a bit less for late ones."""
    words = words_of(name.rpartition(".")[2] or name)
    for place, each in enumerate(names):
        if words == each.split():
            return 2 - place / 100
    found = [place for place, each in enumerate(names) if each in words or f"{each}s" in words]
    return 1 - found[0] / 100 if found else 0.0


def is_language(name: str) -> bool:
    """Tell whether a column is called by a language, or its code as in ``en``, ``en-US`` or ``translation.en``."""
    words = words_of(name.rpartition(".")[2] or name)
    return bool(words) and words[0] in LANGUAGES and len(words) <= 2


def is_usual(name: str) -> bool:
    """Tell whether a text is what columns are called."""
    if len(name) > 40:
        return False
    every = (TEXTS, LABELS, SOURCES, TARGETS, IMAGES, CAPTIONS, TOKENS, TAGS, BOOKKEEPING)
    words = words_of(name)
    exact = any(" ".join(words) in names for names in every)
    several = 1 < len(words) <= 3 and any(words[-1] in names for names in every)
    return exact or several or is_language(name)
