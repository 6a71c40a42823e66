import dataclasses

import pytest

import unrolled
from unrolled import compare as module
from unrolled.compare import MODELS, available, characters_learnt, compare, flag, judge, learn, of_model, read_text
from unrolled.config import ModelOptions, ReadOptions
from unrolled.tasks.options import refuse_foreign

OPTIONS = {"minutes": 0.02, "hidden_size": 16, "threads": 1}


@pytest.fixture(scope="module")
def compared(text_file, tmp_path_factory):
    said = []
    folder = tmp_path_factory.mktemp("models")
    chain = compare([str(text_file)], ["markov"], {"minutes": 0.02}, folder, say=said.append)
    network = compare([str(text_file)], ["elman"], OPTIONS, folder, prompt="The ", say=said.append)
    return dataclasses.replace(chain, entries=chain.entries + network.entries), folder, said


def test_every_model_is_judged_on_the_same_held_out_text(compared, text):
    found, folder, _ = compared
    for entry in found.entries:
        model = unrolled.load(folder / f"{entry.name}.safetensors")
        assert entry.bits_per_char == model.record["best"]["bits_per_char"]
        held_out = text[-round(len(text) / 10) :]
        assert entry.bits_per_char == pytest.approx(model.score(held_out).bits_per_char, rel=1e-3)
        assert entry.cold_bits_per_char == model.score(held_out, "cold-256").bits_per_char


def test_an_entry_tells_speed_size_memory_and_novelty(compared):
    for entry in compared[0].entries:
        assert min(entry.learning, entry.writing, entry.bytes, entry.seconds) > 0
        assert entry.memory is None or 10e6 < entry.memory < 4e9
        assert entry.longest > 0 and 0 <= entry.copied <= 1 and entry.sample
    assert compared[0].entries[1].curve and not compared[0].entries[0].curve


def test_the_held_out_text_is_compared_with_what_was_learnt(compared):
    assert compared[0].longest > 20 and compared[0].copied > 0.5


def test_it_says_what_it_does(compared):
    assert compared[2][0] == "markov: learning …" and "bits/char after" in compared[2][1]


def test_the_prompt_is_the_beginning_of_a_line_of_the_held_out_text(compared, text):
    assert f"\n{compared[0].prompt}" in text[-round(len(text) / 10) :]


def test_a_model_that_cannot_be_trained_says_why(text_file, tmp_path):
    with pytest.raises(unrolled.UnrolledError, match="it could not be trained: hidden_size is 0"):
        learn([str(text_file)], tmp_path / "m.safetensors", {"hidden_size": 0})


def test_standard_input_is_read_once_and_so_refused():
    with pytest.raises(unrolled.UnrolledError, match="which several models are to read"):
        read_text(["-"], ReadOptions())


def test_a_text_too_short_to_hold_a_part_out_is_refused(tmp_path):
    (tmp_path / "short.txt").write_text("abc")
    with pytest.raises(unrolled.UnrolledError, match="too short to hold a part out"):
        read_text([str(tmp_path / "short.txt")], ReadOptions())


def test_what_is_not_installed_is_left_out_and_said(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    names, notes = available(["markov", "gpt2"])
    assert names == ["markov"] and "unrolled[gpt2]" in notes[0] and "unrolled[novelty]" in notes[1]


def test_documents_have_no_cold_starts(tmp_path):
    (tmp_path / "a.csv").write_text("text,n\n" + "".join(f"name number {n},{n}\n" for n in range(60)))
    found = compare([str(tmp_path / "a.csv")], ["markov"], {"minutes": 0.02, "text_column": "text"}, tmp_path)
    assert found.entries[0].cold_bits_per_char is None and found.entries[0].bits_per_char > 0


def test_options_of_all_models_are_those_of_train():
    for options in MODELS.values():
        of = ModelOptions.of(options)
        refuse_foreign(ModelOptions, options, of.task, of.model)


def test_what_is_counted_is_given_no_minutes():
    given = {"minutes": 1.0, "seed": 3, "unit": "word"}
    assert of_model("markov", given) == {"model": "markov", "seed": 3, "unit": "word"}
    assert of_model("gru", given) == {"cell": "gru", **given}


def test_flags_are_those_of_the_command_line():
    assert (flag("strip_gutenberg", True), flag("strip_gutenberg", False)) == (["--strip-gutenberg"], [])
    assert flag("hidden_size", 8) == ["--hidden-size", "8"]


def test_a_network_has_read_what_its_steps_held(model, text_file):
    text = read_text([str(text_file)], ReadOptions())
    seen = characters_learnt(model, text)
    assert seen == pytest.approx(60 * 8 * 32, rel=0.01)
    assert judge("lstm", model, text, "The ", None).learning == pytest.approx(seen / model.record["seconds"])
