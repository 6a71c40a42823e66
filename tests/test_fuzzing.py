"""A short fuzz with a fixed seed: a file of any kind works, or is refused in one sentence (``make fuzz`` goes on)."""

import warnings

import pytest

from .fuzzing.run import GOOD, fuzz
from .fuzzing.subjects import make_subjects

CASES = 40
SEED = 17


@pytest.fixture(scope="module")
def subjects(tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so small models are trained on so little
        return make_subjects(tmp_path_factory.mktemp("subjects"))


@pytest.mark.wrong_arrays
def test_a_changed_file_works_or_is_refused_in_one_sentence(subjects, tmp_path):
    outcomes = list(fuzz(subjects, range(CASES), SEED, tmp_path, memory=8000))
    assert len(outcomes) == CASES * len(subjects)
    assert [each.line() for each in outcomes if each.verdict not in GOOD] == []
    assert {each.verdict for each in outcomes} == set(GOOD), "some files still work, and some are refused"


@pytest.mark.filterwarnings("ignore::unrolled.UnrolledWarning")
def test_the_files_themselves_work(subjects):
    for subject in subjects.values():
        for engine in subject.engines:
            subject.use(subject.path, 0, engine)
