import pytest

import unrolled
from unrolled.api.model import model_of
from unrolled.errors import MissingVerbError

COMMON = ["bundle", "encode", "info", "load", "quantized", "record", "save"]
READING = ["predict", "predict_many", "vocabularies"]
VERBS = {
    "model": [
        *("completions", "engine", "explain", "generate", "generate_many", "next", "open_state", "score"),
        *("session", "start", "stream", "vocabulary"),
    ],
    "classifier": [*READING, "labels"],
    "backwards": [*READING, "translations"],
}


@pytest.mark.parametrize("name", VERBS)
def test_a_model_has_the_verbs_of_its_class_and_no_others(name, request):
    found = [each for each in dir(request.getfixturevalue(name)) if not each.startswith("_")]
    assert found == sorted([*COMMON, *VERBS[name]])


@pytest.mark.parametrize(
    ("name", "verb", "words"),
    [
        ("model", "predict", "a LanguageModel has no predict: it writes on from a prompt and reads no source; use gen"),
        (
            "classifier",
            "generate",
            "a Classifier has no generate: it is made to classify, not to write on; use pr",
        ),
        ("backwards", "score", "a Translator has no score: it is made to translate, not to write on; use predict"),
    ],
)
def test_a_verb_of_another_class_is_refused_in_words(name, verb, words, request):
    model = request.getfixturevalue(name)
    assert not hasattr(model, verb)
    with pytest.raises(MissingVerbError, match=f"^{words}"):
        getattr(model, verb)


def test_a_private_name_that_is_not_there_is_an_ordinary_attribute_error(model):
    with pytest.raises(AttributeError, match="'LanguageModel' object has no attribute '_nothing'") as raised:
        model._nothing  # noqa: B018
    assert not isinstance(raised.value, unrolled.UnrolledError)


def test_a_class_opens_its_own_files_alone(model, tmp_path):
    path = model.save(tmp_path / "m.safetensors")
    assert type(unrolled.LanguageModel.load(path)) is type(unrolled.Model.load(path)) is unrolled.LanguageModel
    with pytest.raises(unrolled.UnrolledError, match=f"{path} holds a LanguageModel: it writes on from a prompt"):
        unrolled.Classifier.load(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [("model", "LanguageModel lstm 1×48, 34 chars"), ("backwards", "Translator translate: lstm 1×24, 6 → 6 of source")],
)
def test_a_model_tells_what_it_is(name, words, request):
    model = request.getfixturevalue(name)
    assert repr(model).startswith(f"<unrolled.{words}") and repr(model) == f"<unrolled.{type(model).__name__} {model}>"


def test_what_is_known_of_a_model_is_what_info_shows(model):
    facts = model.info()
    assert facts["hidden_size"] == 48 and facts["vocabulary"] == len(model.vocabulary)
    assert facts["held_out_bits_per_char"] == model.record["best"]["bits_per_char"]


@pytest.mark.parametrize("name", ["model", "classifier", "backwards"])
def test_a_quantized_model_is_of_the_same_class_and_leaves_the_first_as_it_is(name, request):
    model = request.getfixturevalue(name)
    narrow = model.quantized("int8")
    assert type(narrow) is type(model) and narrow.bundle.weights == "int8" and model.bundle.weights == "fp32"
    assert narrow.record is not model.record and "quantized" not in model.record


def test_an_existing_file_is_only_replaced_by_force(model, tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_text("precious")
    with pytest.raises(unrolled.UnrolledError, match="exists already"):
        model.save(path)
    with pytest.raises(unrolled.UnrolledError, match="exists already"):
        unrolled.train(["text"], path)
    assert path.read_text() == "precious"
    assert unrolled.load(model.save(path, force=True)).record == model.record


def test_no_model_writes_with_an_engine_that_is_not_there(model):
    with pytest.raises(unrolled.UnrolledError, match="engine is 'steam'; it can be auto or"):
        model_of(model.bundle, "steam")
