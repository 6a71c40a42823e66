import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import unrolled
from unrolled.api.training import Order, carry_out, save_or_rescue
from unrolled.errors import OptionError, OutputError, UnrolledWarning
from unrolled.training.events import Progress
from unrolled.training.interrupt import Interrupt
from unrolled.training.paths import resume_path

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


def test_a_model_that_cannot_be_saved_is_put_where_it_can(model, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.mkdtemp", lambda prefix: str(tmp_path))
    with pytest.raises(unrolled.UnrolledError, match="the trained model is safe in") as caught:
        save_or_rescue(model, "/proc/nothing/m.safetensors", replace=False)
    assert unrolled.load(Path(str(caught.value).split("safe in ")[1])).record == model.record


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


def when(step, act):
    """An observer that acts once, after a step."""

    def observe(event):
        if isinstance(event, Progress) and event.step == step:
            act()

    return observe


def test_a_file_that_appears_meanwhile_stays_and_the_model_lies_beside_it(text_file, tmp_path):
    output = tmp_path / "m.safetensors"
    (tmp_path / "m-2.safetensors").write_text("precious")

    def act():
        output.write_text("precious")

    with pytest.raises(
        OutputError, match=r"appeared while training went on and stays; .* is in .*m-3.safetensors"
    ) as e:
        unrolled.train(text_file, output, observers=[when(2, act)], **TINY)
    assert e.value.exit_status == 1
    assert output.read_text() == (tmp_path / "m-2.safetensors").read_text() == "precious"
    assert unrolled.load(tmp_path / "m-3.safetensors").record["steps"] == 3
    assert len(list(tmp_path.iterdir())) == 3
    unrolled.train(text_file, output, force=True, observers=[when(2, act)], **TINY)
    assert unrolled.load(output).record["steps"] == 3


def test_a_second_training_of_the_same_output_is_refused_at_its_start(text_file, tmp_path):
    output, refused = tmp_path / "m.safetensors", []

    def act():
        for options in ({}, {"force": True}):
            with pytest.raises(OutputError, match=r"another training is writing .*m.safetensors now") as caught:
                unrolled.train(text_file, output, **TINY, **options)
            refused.append(caught.value.exit_status)

    unrolled.train(text_file, output, observers=[when(2, act)], **TINY)
    assert refused == [2, 2] and list(tmp_path.iterdir()) == [output]


@pytest.fixture
def stopped(text_file, tmp_path):
    """The output of a run that was stopped after its second step, and the best that it wrote then."""
    output, interrupt = tmp_path / "m.safetensors", Interrupt()

    def act():
        interrupt.received = 15

    carry_out(Order(text_file, output, observers=(when(2, act),), options=TINY), interrupt)
    assert resume_path(output).exists() and output.exists()
    return output


def test_going_on_replaces_what_the_stopped_run_wrote_and_nothing_else(stopped, text_file):
    written = stopped.read_bytes()
    stopped.write_text("precious")
    with pytest.raises(OutputError, match=r"m.safetensors exists already"):
        unrolled.train(text_file, stopped, resume=True)
    stopped.write_bytes(written)
    assert unrolled.train(text_file, stopped, resume=True).record["steps"] == 3
    assert list(stopped.parent.iterdir()) == [stopped]


def test_what_a_killed_run_left_is_cleaned_at_the_next_start(text_file, tmp_path):
    output = tmp_path / "m.safetensors"
    for name in (output.name, resume_path(output).name):
        (tmp_path / f".{name}.abcd_123.unrolled").write_text("half a model")
    (tmp_path / f".{resume_path(output).name}.lock").touch()
    unrolled.train(text_file, output, **TINY)
    assert list(tmp_path.iterdir()) == [output]
