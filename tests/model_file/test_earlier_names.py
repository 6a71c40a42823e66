import json
import shutil
from pathlib import Path

import pytest

import unrolled
from unrolled.model_file import bundle
from unrolled.model_file.earlier_names import with_present_names
from unrolled.training.checkpoint import load_resume
from unrolled.training.events import Progress
from unrolled.training.paths import resume_path

EARLIER = Path(__file__).parents[1] / "golden" / "format-1" / "tag-lstm.safetensors"

LINES = "".join(f"the {one} sees the {other}\n" for one in ("cat", "dog", "cow") for other in ("hen", "bee", "fox"))


def test_what_format_1_called_tag_is_segment_and_nothing_else_changes():
    assert with_present_names({"task": "tag", "cell": "gru"}, 1) == {"task": "segment", "cell": "gru"}
    for options in ({"task": "classify"}, {"task": ["tag"]}, {"task": None}, {"cell": "gru"}):
        assert with_present_names(options, 1) == options
    assert with_present_names({"task": "tag"}, 2) == {"task": "tag"}


def test_a_file_of_format_1_opens_as_a_model_that_finds_words_and_is_saved_as_one(tmp_path):
    model = unrolled.load(EARLIER)
    assert model.bundle.config.task == "segment"
    again = unrolled.load(model.save(tmp_path / "again.safetensors"))
    assert again.bundle.config == model.bundle.config
    assert again.predict("thecatruns").label == model.predict("thecatruns").label
    header = bundle.unpack((tmp_path / "again.safetensors").read_bytes(), "again")[1]
    assert header["format"] == "unrolled 2" and json.loads(header["config"])["task"] == "segment"


@pytest.fixture
def stopped(tmp_path) -> Path:
    """The output of a run of format 1 that was stopped half-way, with its resume file."""
    (tmp_path / "lines.txt").write_text(LINES)
    output = tmp_path / "words.safetensors"

    def stop(event: object) -> None:
        if isinstance(event, Progress) and event.step == 5:
            raise KeyboardInterrupt

    small = {"steps": 10, "hidden_size": 8, "batch_size": 4, "threads": 1}
    unrolled.train(tmp_path / "lines.txt", output, task="segment", observers=[stop], **small)
    path = resume_path(output)
    tensors, header = bundle.unpack(path.read_bytes(), "resume")
    about = json.loads(header["resume"])
    for options in (about["model"], about["given"]):
        options["task"] = "tag"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundle, "FORMAT", 1)
        path.write_bytes(bundle.pack(tensors, {"resume": json.dumps(about)}))
    return output


@pytest.mark.parametrize("given", [{}, {"task": "tag"}, {"task": "segment"}])
def test_a_stopped_run_of_format_1_goes_on_as_what_it_was(stopped, given):
    assert load_resume(resume_path(stopped))[1]["model"]["task"] == "segment"
    model = unrolled.train(stopped.with_name("lines.txt"), stopped, resume=True, **given)
    assert model.bundle.config.task == "segment" and model.record["steps"] == 10


def test_training_goes_on_from_a_file_of_format_1(tmp_path):
    (tmp_path / "lines.txt").write_text(LINES)
    base = shutil.copy(EARLIER, tmp_path / "base.safetensors")
    model = unrolled.train(tmp_path / "lines.txt", task="segment", start=base, steps=3, threads=1)
    assert model.bundle.config.task == "segment"
