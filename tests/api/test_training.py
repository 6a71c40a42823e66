import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import unrolled
from unrolled.errors import OptionError, UnrolledWarning

TINY = {"steps": 3, "hidden_size": 16, "batch_size": 4, "sequence_length": 16, "threads": 1}


def test_training_writes_nothing_unless_told(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    unrolled.train([text], **TINY)
    assert list(tmp_path.iterdir()) == []


def test_every_kind_of_source_gives_the_same_model(text, tmp_path):
    lines = text.splitlines()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "cats.txt").write_text(text)
    (tmp_path / "cats.txt.gz").write_bytes(gzip.compress(text.encode()))
    sources = [lines, str(tmp_path / "folder"), tmp_path / "cats.txt.gz", [tmp_path / "folder" / "cats.txt"]]
    models = [unrolled.train(source, **TINY) for source in sources]
    assert len({each.record["corpus"]["digest"] for each in models}) == 1
    assert len({each.generate(seed=1) for each in models}) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"hiden_size": 4}, "did you mean hidden_size"),
        ({"minutes": 1, "steps": 2}, "minutes= and steps=; a budget is one of them"),
        ({"valid": 0.6, "test": 0.5}, "leave nothing to train on"),
    ],
)
def test_a_wrong_option_of_training_is_refused(options, words):
    with pytest.raises(unrolled.UnrolledError, match=words):
        unrolled.train(["text"], **options)


def test_the_start_has_its_name_of_before_for_a_while(text_file, tmp_path):
    unrolled.train(text_file, tmp_path / "m.safetensors", **TINY)
    with pytest.warns(UnrolledWarning, match="base= is called start= now"):
        model = unrolled.train(text_file, base=tmp_path / "m.safetensors", steps=1, threads=1)
    assert model.record.continued["from"] == str(tmp_path / "m.safetensors")
    with pytest.raises(OptionError, match="leave base out"):
        unrolled.train(text_file, base=tmp_path / "m.safetensors", start="scratch", steps=1)


def test_from_scratch_is_what_happens_unasked(text_file):
    plain, named = (unrolled.train(text_file, **TINY, **start) for start in ({}, {"start": "scratch"}))
    assert plain.bundle.record.continued == named.bundle.record.continued == {}
    assert plain.generate(seed=1) == named.generate(seed=1)


@pytest.mark.filterwarnings("ignore::unrolled.errors.UnrolledWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-16", "surrogatepass")),
    st.sampled_from(["a.txt", "a.csv", "a.tsv", "a.jsonl", "a.txt.gz"]),
    st.sampled_from(["char", "grapheme", "syllable", "word", "byte", "bpe"]),
    st.sampled_from([None, "lines", "blank-lines", "files"]),
)
def test_any_bytes_in_a_file_are_learnt_or_refused_in_a_sentence(tmp_path, content, name, unit, documents):
    path = tmp_path / name
    path.write_bytes(content)
    told = ""
    try:
        model = unrolled.train(path, unit=unit, documents=documents, steps=1, hidden_size=16, threads=1)
        assert isinstance(model.generate(length=3, seed=1), str)
    except unrolled.UnrolledError as error:
        told = str(error)
    assert (not told or 20 < len(told) < 400) and "\n" not in told


@pytest.mark.filterwarnings("ignore:.*(stand there more than once|differ only in case)")
def test_half_a_character_in_json_is_text_like_any_other(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"text": "lone \\ud800 half {number}"}}\n' for number in range(20)))
    model = unrolled.train(path, text_column="text", steps=2, hidden_size=16, threads=1)
    model.save(tmp_path / "a.safetensors")
    assert isinstance(unrolled.load(tmp_path / "a.safetensors").generate(length=20, seed=1), str)


def test_the_sample_of_a_model_that_reads_are_held_out_sources_with_what_it_made_of_them(backwards, ends):
    for model in (backwards, ends):
        shown, lines = model.record["shown"], model.record["sample"].splitlines()
        for (source, wanted), line in zip(shown, lines, strict=True):
            found = model.predict(source, **({"beams": 1} if model is backwards else {}))
            result = found.text if hasattr(found, "text") else found.label
            assert line == f"{source} → {result}" + ("" if result == wanted else f" (wanted: {wanted})")


def test_with_nothing_held_out_there_is_no_sample(labelled_file):
    options = {"steps": 1, "hidden_size": 8, "threads": 1, "valid": 0, "unit": "char"}
    assert unrolled.train(labelled_file, task="classify", **options).record["sample"] == ""
