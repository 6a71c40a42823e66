import dataclasses

import pytest

from unrolled.config import ModelOptions, RunOptions, TrainOptions
from unrolled.datasets.text import split_corpus
from unrolled.formats.corpus import read_corpus
from unrolled.training.job import TrainingJob


def test_work_is_frozen_and_writes_nothing_unless_told(text):
    corpus = read_corpus([text])
    split = split_corpus(corpus, ModelOptions(unit="char"), TrainOptions())
    work = TrainingJob(split, corpus.describe(), ModelOptions(), TrainOptions(), RunOptions())
    assert work.resume_file is None
    assert work.replay == []
    with pytest.raises(dataclasses.FrozenInstanceError):
        work.corpus = {}
