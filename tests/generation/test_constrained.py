import warnings
from dataclasses import dataclass, replace

import numpy as np
import pytest

import unrolled
from unrolled.api.model import model_of
from unrolled.config import GenerateOptions
from unrolled.engines.base import Engine, check_like
from unrolled.engines.prompt import PromptState
from unrolled.generation import constrained as module
from unrolled.generation.constrained import BACK, DecodeStep, constrained
from unrolled.generation.constraints.base import Constraint
from unrolled.generation.sampling_loop import write_text
from unrolled.sampling import Uniforms
from unrolled.text.vocabulary import Vocabulary

MOST = 10


@pytest.fixture(scope="module")
def parrot(text_file, tmp_path_factory):
    """A network that learnt its text by heart, by unit."""

    def train(unit: str) -> unrolled.Model:
        sizes = {"hidden_size": 64, "batch_size": 8, "sequence_length": 32, "threads": 1}
        return unrolled.train(text_file, unit=unit, steps=150, **sizes)

    models = {unit: train(unit) for unit in ("char", "word", "byte", "bpe")}
    return lambda unit: models[unit]


def copied(written: str, text: str, size: int) -> list[str]:
    """By the book: all spans of a size that stand in the text."""
    return [span for n in range(len(written) - size + 1) if (span := written[n : n + size]) in text]


@pytest.mark.parametrize("unit", ["char", "word", "byte", "bpe"])
@pytest.mark.parametrize("options", [{}, {"temperature": 0}, {"temperature": 1.2, "top_k": 3}, {"top_p": 0.5}])
def test_no_longer_span_of_the_text_is_written(parrot, text, text_file, unit, options):
    free = parrot(unit).generate("The ", length=200, seed=1, **options)
    limits = {"max_copied": MOST, "against": str(text_file)}
    length = 2000 if unit == "char" else 600
    written = parrot(unit).generate("The ", length=length, seed=1, **limits, **options)
    assert copied(free, text, MOST + 1)
    assert not copied(written, text, MOST + 1)
    assert len(written) >= length * 0.9
    assert copied(written, text, MOST)


def test_a_limit_that_is_never_met_changes_nothing(parrot, text_file):
    options = {"length": 300, "seed": 4, "temperature": 1.1}
    limited = parrot("char").generate("The ", max_copied=10_000, against=str(text_file), **options)
    general = model_of(parrot("char").bundle, "reference").generate("The ", **options)
    assert limited == general


def test_the_same_seed_writes_the_same_text_whatever_is_beside_it(parrot, text_file):
    options = {"length": 120, "max_copied": 5, "against": str(text_file), "seed": 7}
    many = parrot("char").generate_many("The ", 4, **options)
    assert parrot("char").generate_many("The ", 2, **options) == many[:2]
    assert "".join(parrot("char").stream("The ", **options)) == many[0]
    assert len(set(many)) == 4


def test_a_shorter_text_is_the_beginning_of_a_longer_one(parrot, text_file):
    options = {"max_copied": 2, "against": str(text_file), "seed": 3}
    long = parrot("char").generate("The ", length=100, **options)
    assert parrot("char").generate("The ", length=37, **options) == long[:37]


def test_stops_end_a_guarded_text(parrot, text_file):
    options = {"length": 300, "max_copied": 6, "against": str(text_file), "seed": 3}
    whole = parrot("char").generate("The ", **options)
    assert parrot("char").generate("The ", **options, stop="o") == whole.split("o")[0]


class Even(Engine):
    """Every unit is as likely as any other."""

    def __init__(self, size: int) -> None:
        self.size = size

    def start(self, rows):
        return {"read": np.zeros((rows, 1))}

    def check(self, state):
        check_like(state, self.start(1))

    def scan(self, ids, state):
        return np.zeros((*ids.shape, self.size), np.float32), {"read": state["read"] + 1}


@dataclass(frozen=True)
class Only(Constraint):
    """Lets through what a function of the text allows."""

    allows: object
    written: str = ""

    def after(self, unit, text):
        return replace(self, written=self.written + text) if self.allows(self.written + text) else None

    def options(self, options):
        return options


@dataclass(frozen=True)
class EndsInB(Only):
    """Lets a document end behind a letter b alone."""

    def may_end(self):
        return self.written.endswith("b")


def write(allows, count=60, letters="ab", kind=Only, **options):
    """The text that one guard leaves, of so many units at most; without the end of a document."""
    vocabulary = Vocabulary("char", tuple(letters))
    start = DecodeStep(
        np.zeros((1, 2 + len(letters))), {"read": np.zeros((1, 1))}, vocabulary.decoder(), (kind(allows),)
    )
    options = GenerateOptions(**{"temperature": 1.0, "endless": True, "seed": 1, **options})
    units = constrained(Even(2 + len(letters)), start, options, Uniforms(options.seed, range(1)))
    return vocabulary.decode([unit for unit, _ in zip(units, range(count), strict=False)])


def test_at_a_dead_end_units_are_taken_back():
    """After an odd letter b there is no way on for 5 letters: who went there must come back."""
    trap = "b" + "a" * 5
    written = write(lambda text: len(text) % 20 != 6 or not text[-6:].startswith("b"), 200)
    assert len(written) == 200
    assert all(written[n : n + 6] != trap and written[n] == "a" for n in range(0, 200 - 6, 20))


def test_the_limit_of_what_can_be_taken_back_is_kept():
    """A letter that is wrong only long after it was shown cannot be mended: the text ends, as long as it can be."""
    with pytest.warns(unrolled.UnrolledWarning, match="ends before its length"):
        written = write(lambda text: len(text) < BACK + 5, 100)
    assert len(written) == BACK + 4


@pytest.mark.parametrize("seed", range(5))
def test_where_no_text_is_allowed_nothing_is_written_and_it_ends(seed):
    with pytest.warns(unrolled.UnrolledWarning, match="ends before its length"):
        assert write(lambda text: False, seed=seed) == ""


def test_a_hopeless_search_ends_after_so_many_dead_ends(monkeypatch):
    tried = []
    monkeypatch.setattr(module, "MOST_DEAD_ENDS", 50)
    with pytest.warns(unrolled.UnrolledWarning):
        written = write(lambda text: not tried.append(text) and len(text) < 12, letters="abcdefgh")
    assert len(written) == 11
    assert len(tried) < 11 + 50 * 9


def test_greedy_writing_takes_the_likeliest_unit_that_is_allowed(parrot, text_file):
    options = {"temperature": 0, "length": 200, "max_copied": 8, "against": str(text_file)}
    assert parrot("char").generate("The ", seed=1, **options) == parrot("char").generate("The ", seed=2, **options)


@pytest.mark.parametrize("seed", range(20))
def test_a_document_ends_only_where_its_constraints_let_it(seed):
    assert write(lambda text: True, endless=False, kind=EndsInB, seed=seed).endswith("b")


def test_the_boundary_ends_a_text_and_is_not_refused_by_what_refuses_units():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert write(lambda text: False, endless=False) == ""


def test_guards_beside_each_other_all_hold():
    """One guard chooses the temperature, the other what may be written."""

    @dataclass(frozen=True)
    class Cold(Only):
        def options(self, options):
            return replace(options, temperature=0.0)

    vocabulary = Vocabulary("char", ("a", "b"))
    constraints = (Cold(lambda text: True), Only(lambda text: not text.endswith("aaa")))
    start = DecodeStep(np.zeros((1, 4)), {"read": np.zeros((1, 1))}, vocabulary.decoder(), constraints)
    options = GenerateOptions(temperature=5.0, endless=True, seed=1)
    units = constrained(Even(4), start, options, Uniforms(1, range(1)))
    assert vocabulary.decode([next(units) for _ in range(9)]) == "aabaabaab"


def test_a_row_that_has_ended_waits_for_the_others():
    vocabulary = Vocabulary("char", ("a", "b"))
    read = PromptState(np.zeros((1, 4), np.float32), {"read": np.zeros((1, 1))})
    options = GenerateOptions(temperature=1.0, length=40, seed=1)
    pieces = list(write_text(Even(4), vocabulary, read, options, range(6), [Only(lambda text: True)]))
    texts = ["".join(each) for each in zip(*pieces, strict=True)]
    assert len(set(map(len, texts))) > 1
    assert max(map(len, texts)) <= 40
