"""CIDEr-D (Vedantam et al. 2015), the tokens of caption papers, and the F1 of keywords.

As ``pycocoevalcap`` has it and the papers report it: its "CIDEr" is CIDEr-D without stemming.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from ..arrays import DoublesN
from ..errors import InputError

MAX_ORDER = 4  # words of an n-gram
DEVIATION = 6.0  # words: the sigma of the penalty for another length than the reference's
SCALE = 10.0  # of CIDEr-D, so that its figures are like those of other metrics
CLITICS = {"n't", "'s", "'m", "'d", "'ll", "'re", "'ve"}
CLITIC = re.compile(rf"(?<=[a-z])({'|'.join(sorted(CLITICS))})(?![a-z])")
SIGNS = re.compile(r"""[!?;"`“”„«»()\[\]{}…။၊।]|(?<!\d)[.,:]|[.,:](?!\d)|--+|[–—]""")
ALONE = {"", "'", "-", "‘", "’"}

Grams = Counter[tuple[str, ...]]
Weights = list[dict[tuple[str, ...], float]]


def words(caption: str) -> list[str]:
    """Return the words of a caption as papers count them: in lower case, without punctuation, "don't" as "do n't".

    That is what the Penn Treebank's tokenizer and the list of signs in ``pycocoevalcap`` leave of an ordinary caption.
    """
    text = CLITIC.sub(r" \1", caption.lower().replace("’", "'"))
    found = (bare(word) for word in SIGNS.sub(" ", text).split())
    return [word for word in found if word not in ALONE]


def bare(word: str) -> str:
    """Return a word without the quotation marks around it; those of "'s" are its own."""
    return word if word in CLITICS else word.strip("'‘")


def grams(tokens: Sequence[str]) -> Grams:
    """Return how often each n-gram of one to four words stands in a caption."""
    sizes = range(1, MAX_ORDER + 1)
    return Counter(tuple(tokens[at : at + size]) for size in sizes for at in range(len(tokens) - size + 1))


def cider_d(captions: Sequence[str], references: Sequence[Sequence[str]]) -> DoublesN:
    """Return the CIDEr-D of each caption against its references, from 0 to 10; a corpus has the mean.

    How much an n-gram counts depends on how many images' references have it: figures of different sets of images
    cannot be compared, and a single image has 0. Raises ``InputError`` where a caption has no reference.
    """
    check(captions, references)
    given = [grams(words(each)) for each in captions]
    wanted = [[grams(words(each)) for each in several] for several in references]
    images = Counter(chain.from_iterable(set().union(*several) for several in wanted))
    rarity = {gram: math.log(len(captions) / count) for gram, count in images.items()}
    unseen = math.log(max(len(captions), 1))
    scores = [
        np.mean([similarity(each, other, rarity, unseen) for other in several])
        for each, several in zip(given, wanted, strict=True)
    ]
    return np.array(scores, np.float64)


def check(captions: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    """Raise ``InputError`` unless every caption, and there is one, has a reference."""
    if not captions or len(captions) != len(references) or not all(references):
        raise InputError(
            f"got {len(captions)} texts and references for {sum(map(bool, references))} of {len(references)}; "
            "give at least one text, and one reference or more for each"
        )


def similarity(given: Grams, wanted: Grams, rarity: dict[tuple[str, ...], float], unseen: float) -> float:
    """Return the CIDEr-D of one caption against one reference: the mean over the four lengths of n-grams."""
    left, right = weighted(given, rarity, unseen), weighted(wanted, rarity, unseen)
    apart = length(given) - length(wanted)
    penalty = math.exp(-(apart**2) / (2 * DEVIATION**2))
    return SCALE * penalty * sum(map(clipped_cosine, left, right)) / MAX_ORDER


def weighted(counts: Grams, rarity: dict[tuple[str, ...], float], unseen: float) -> Weights:
    """Return the TF-IDF of the n-grams of each length."""
    weights: Weights = [{} for _ in range(MAX_ORDER)]
    for gram, count in counts.items():
        weights[len(gram) - 1][gram] = count * rarity.get(gram, unseen)
    return weights


def length(counts: Grams) -> int:
    """Return how long a caption is: its pairs of words, which is how the papers' program counts."""
    return sum(count for gram, count in counts.items() if len(gram) == 2)


def clipped_cosine(given: dict[tuple[str, ...], float], wanted: dict[tuple[str, ...], float]) -> float:
    """Return the cosine of two vectors, where repeating a word gains nothing over the reference (equation 4)."""
    shared = sum(min(weight, wanted[gram]) * wanted[gram] for gram, weight in given.items() if gram in wanted)
    norms = math.hypot(*given.values()) * math.hypot(*wanted.values())
    return shared / norms if norms else 0.0


@dataclass(frozen=True)
class Keywords:
    """How well sets of words were met, all images together."""

    precision: float
    recall: float
    f1: float


def keyword_f1(predicted: Sequence[Collection[str]], keywords: Sequence[Collection[str]]) -> Keywords:
    """Return the figures of the words of each image against its keywords, as sets of any case; 0 for none.

    Raises ``InputError`` where these are not as many.
    """
    if len(predicted) != len(keywords):
        raise InputError(f"got words of {len(predicted)} images and keywords of {len(keywords)}; give as many")
    pairs = [(lowered(given), lowered(wanted)) for given, wanted in zip(predicted, keywords, strict=True)]
    right = sum(len(given & wanted) for given, wanted in pairs)
    given, wanted = (sum(len(pair[side]) for pair in pairs) for side in (0, 1))
    return Keywords(right / max(given, 1), right / max(wanted, 1), 2 * right / max(given + wanted, 1))


def lowered(several: Collection[str]) -> set[str]:
    """Return a set of words in lower case."""
    return {word.casefold() for word in several}
