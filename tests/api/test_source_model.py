import numpy as np
import pytest

from unrolled.errors import OptionError

ENGINES = ("native", "reference", "torch")


@pytest.mark.parametrize("name", ["classifier", "backwards"])
def test_every_engine_gives_a_source_the_same_vector(name, request):
    model = request.getfixturevalue(name)
    kind, source = type(model), "abc abba"
    vectors = [kind(model.bundle, engine).encode(source) for engine in ENGINES]
    assert vectors[0].ndim == 1 and vectors[0].dtype == np.float32
    assert all(np.abs(each - vectors[0]).max() < 1e-5 for each in vectors)
    assert np.abs(kind(model.bundle).encode("cab") - vectors[0]).max() > 1e-3


def test_a_model_that_answers_takes_no_option_of_writing(classifier):
    with pytest.raises(OptionError, match=r"beams.* and this model answers with labels and writes nothing"):
        classifier.predict("fine", beams=3)


def test_one_text_of_each_source_is_not_several(backwards):
    with pytest.raises(OptionError, match=r"count.* and this gives one text of each source"):
        backwards.predict_many(["abc"], count=2)
