import json

import pytest

import unrolled
from unrolled.api.model import model_of


def test_the_prompt_comes_before_the_text_that_goes_on_from_it(cli, model, model_file):
    done = cli("generate", model_file, "--prompt", "The ", "--seed", 1, "--length", 50)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The " + model.generate("The ", seed=1, length=50) + "\n"


def test_quiet_shows_the_continuation_alone_and_no_warnings(cli, model, model_file):
    done = cli("generate", model_file, "-p", "Ω ", "--seed", 1, "--length", 20, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout) == 21


def test_an_unseen_character_is_named_in_a_warning(cli, model_file):
    done = cli("generate", model_file, "-p", "Ω cat", "--seed", 1, "--length", 20)
    assert done.returncode == 0
    assert done.stderr.count("unrolled: ") == done.stderr.count("\n") == 1
    assert "'Ω'" in done.stderr


@pytest.mark.parametrize("place", ["file", "-"])
def test_the_prompt_can_come_from_a_file_or_a_pipe(cli, model, model_file, tmp_path, place):
    path = tmp_path / "prompt.txt"
    path.write_text("The cat\n")
    source, stdin = (path, "") if place == "file" else ("-", "The cat\n")
    done = cli("generate", model_file, "--prompt-file", source, "--seed", 1, "--length", 20, stdin=stdin)
    assert done.stdout == "The cat" + model.generate("The cat", seed=1, length=20) + "\n"


def test_the_stops_reach_the_writer(cli, model, model_file):
    flags = ("--temperature", 0, "--stop", "moon", "--stop", "hill", "--until", "line", "--quiet")
    options = {"temperature": 0, "stop": ["moon", "hill"], "until": "line"}
    assert cli("generate", model_file, "-p", "The ", *flags).stdout == model.generate("The ", **options) + "\n"


def test_json_lines_tell_text_and_settings(cli, model, model_file):
    done = cli("generate", model_file, "-p", "The ", "-n", 3, "--seed", 1, "--length", 20, "--top-k", 5, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["text"] for line in lines] == model.generate_many("The ", 3, seed=1, length=20, top_k=5)
    assert {k: v for k, v in lines[0].items() if k != "text"} == {"prompt": "The ", "seed": 1, "length": 20, "top_k": 5}


def test_without_a_seed_the_one_that_was_chosen_is_told(cli, model, model_file):
    line = json.loads(cli("generate", model_file, "--length", 30, "--json").stdout)
    assert model.generate(seed=line["seed"], length=30) == line["text"]


def test_the_novelty_of_what_was_written_is_told_beside_it(cli, model, model_file, text_file):
    flags = ("-p", "The ", "--seed", 1, "--length", 50)
    done = cli("generate", model_file, *flags, "--novelty", "--against", text_file)
    assert done.stdout == cli("generate", model_file, *flags).stdout
    assert done.stderr.lstrip().startswith("50 characters ")
    found = unrolled.novelty(model.generate("The ", seed=1, length=50), text_file)
    assert f" {found.new_words:.1%} " in done.stderr


def test_the_novelty_of_many_texts_stands_in_their_lines(cli, model_file, text_file):
    flags = ("-n", 3, "--seed", 1, "--length", 40, "--novelty", "--against", text_file)
    lines = [json.loads(line) for line in cli("generate", model_file, *flags, "--json").stdout.splitlines()]
    alone = [unrolled.novelty(line["text"], text_file).summary() for line in lines]
    assert [line["novelty"]["copied"] for line in lines] == [each["copied"] for each in alone]
    assert [line["novelty"]["real"] for line in lines] == [each["real"] for each in alone]
    assert cli("generate", model_file, *flags).stderr.lstrip().startswith("120 characters ")


def test_no_more_is_copied_than_allowed(cli, model_file, text_file, text):
    done = cli(
        "generate", model_file, "--max-copied", 4, "--against", text_file, "--seed", 1, "--length", 80, "--quiet"
    )
    written = done.stdout.removesuffix("\n")
    assert (len(written), done.stderr) == (80, "")
    assert not any(written[n : n + 5] in text for n in range(76))


def test_many_samples_go_into_a_file(cli, model, model_file, tmp_path):
    done = cli("generate", model_file, "-n", 100, "-o", tmp_path / "s.jsonl", "--seed", 2, "--length", 10)
    assert (done.returncode, done.stdout) == (0, "")
    lines = (tmp_path / "s.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == model.generate_many("", 100, seed=2, length=10)
    assert [path.name for path in tmp_path.iterdir()] == ["s.jsonl"]


def test_force_replaces_an_existing_file(cli, model_file, tmp_path):
    (tmp_path / "s.jsonl").write_text("old")
    assert cli("generate", model_file, "-o", tmp_path / "s.jsonl", "--length", 5, "--force").returncode == 0
    assert len(json.loads((tmp_path / "s.jsonl").read_text())["text"]) == 5


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--temperature", "-0.5"], "--temperature is -0.5; it must be at least 0"),
        (["--temperature", "nan"], "--temperature is nan"),
        (["--top-p", "0"], "--top-p is 0.0; it must be above 0 and at most 1"),
        (["--top-k", "0"], "--top-k is 0; it must be at least 1"),
        (["--length", "-1"], "--length is -1; it must be at least 0"),
        (["--prompt", "a", "--prompt-file", "b"], "I got --prompt and --prompt-file; give one of them"),
        (["--prompt-file", "nothing.txt"], "there is no file nothing.txt"),
        (["-o", "existing"], "existing exists already; name another file, or replace it with --force"),
        (["-o", "no/where"], "no/where cannot be written"),
        (["-o", "/proc/x"], "/proc/x cannot be written"),
        (["--novelty"], "I got --novelty and no text; name the one that the model learnt with --against"),
        (["--max-copied", "9"], "I got --max-copied without --against"),
        (["--against", "existing"], "I got --against and nothing to do with it; add --novelty or --max-copied"),
        (["--novelty", "--against", "existing"], "existing is not the text that the model learnt"),
        (["--max-copied", "9", "--against", "existing"], "existing is not the text that the model learnt"),
        (["--max-copied", "0", "--against", "existing"], "--max-copied is 0; it must be at least 1"),
        (["--device", "abacus"], "--device abacus is not to be had here; use --device cpu, or auto"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_lost(cli, refused, model_file, tmp_path, flags, words):
    (tmp_path / "existing").write_text("precious")
    assert words in refused(cli("generate", model_file, *flags, cwd=tmp_path))
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("existing", "precious")]


def flipped(raw: bytes, place: int) -> bytes:
    return raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :]


def newer(raw: bytes, tmp_path) -> bytes:
    """The file as a later version would write it: a sound digest over another format."""
    from unrolled.model_file import bundle

    tensors, metadata = bundle.unpack(raw, "model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundle, "FORMAT", 99)
        return bundle.pack(tensors, metadata)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("missing", None, "there is no file"),
        ("cut short", lambda raw, _: raw[: len(raw) // 2], "is damaged"),
        ("cut in the header", lambda raw, _: raw[:100], "is not an unrolled model"),
        ("empty", lambda raw, _: b"", "is not an unrolled model"),
        ("a flip in the weights", lambda raw, _: flipped(raw, len(raw) - 9), "is damaged"),
        ("a flip in the header", lambda raw, _: flipped(raw, 900), "is damaged"),
        ("a flip in the size", lambda raw, _: flipped(raw, 5), "is not an unrolled model"),
        ("a newer format", newer, "has format 99, and this unrolled reads up to 2; upgrade"),
        ("a picture", lambda raw, _: b"\x89PNG\r\n\x1a\n" + bytes(500), "is not an unrolled model; give a file that"),
    ],
)
def test_a_file_that_is_no_sound_model_is_refused(cli, refused, model_file, tmp_path, name, change, words):
    path = tmp_path / "m.safetensors"
    if change:
        path.write_bytes(change(model_file.read_bytes(), tmp_path))
    assert words in refused(cli("generate", path))


def test_on_a_full_disk_nothing_is_half_written(cli, refused, model_file, full_disk):
    folder, limits = full_disk
    (folder / "precious").write_text("precious")
    done = cli("generate", model_file, "-n", 200, "-o", folder / "s.jsonl", "--length", 200, **limits)
    assert "s.jsonl cannot be written" in refused(done, 1)
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("precious", "precious")]


def test_the_engine_is_the_one_that_was_named(cli, model, model_file):
    done = cli("generate", model_file, "--engine", "torch", "--seed", 1, "--length", 20, "--threads", 1, "--quiet")
    assert done.stdout == model_of(model.bundle, "torch").generate(seed=1, length=20) + "\n"


def test_a_saved_state_goes_on_where_the_text_ended(cli, model_file, tmp_path):
    greedy = ["--temperature", 0, "--quiet", "--length", 12]
    first = cli("generate", model_file, "-p", "The cat", *greedy, "--save-state", tmp_path / "s").stdout.rstrip("\n")
    rest = cli("generate", model_file, "--from-state", tmp_path / "s", *greedy).stdout.rstrip("\n")
    whole = cli("generate", model_file, "-p", "The cat", "--temperature", 0, "--quiet", "--length", 24).stdout
    assert whole.rstrip("\n") == first + rest


def test_a_state_of_several_texts_is_refused(cli, model_file, tmp_path):
    done = cli("generate", model_file, "--save-state", tmp_path / "s", "-n", 2)
    assert done.returncode == 2 and "a state is of one text" in done.stderr and not (tmp_path / "s").exists()


def test_beams_in_json_have_their_scores(cli, model_file):
    done = cli("generate", model_file, "-p", "The ", "--beams", 3, "-n", 2, "--length", 8, "--json")
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["score"] >= second["score"] and first["log_probability"] < 0 and len(first["text"]) == 8


def test_candidates_without_picking_are_refused(cli, model_file, refused):
    assert "nobody to choose" in refused(cli("generate", model_file, "--candidates", 3), 2)


def test_picking_several_texts_is_refused(cli, model_file, refused):
    assert "leave one out" in refused(cli("generate", model_file, "--pick", "-n", 3), 2)


def test_what_beams_have_no_use_for_is_refused(cli, model_file, refused):
    assert "--temperature with --beams" in refused(cli("generate", model_file, "--beams", 2, "--temperature", 1), 2)
    assert "--length-penalty without --beams" in refused(cli("generate", model_file, "--length-penalty", 2), 2)


def test_picking_and_a_prompt_cannot_both_come_from_a_pipe(cli, model_file, refused):
    assert "room for one" in refused(cli("generate", model_file, "--pick", "--prompt-file", "-", stdin="The "), 2)
