import pytest

import unrolled
from unrolled.errors import OptionError
from unrolled.training.checkpoint import as_plain, save_resume
from unrolled.training.paths import resume_path
from unrolled.training.prepare import gather


def test_resuming_needs_the_name_of_a_model():
    with pytest.raises(OptionError, match="resume without output"):
        gather(["some text"], None, {}, resume=True)


def test_notes_of_reading_travel_with_the_work(tmp_path):
    (tmp_path / "titles.txt").write_text("one\ntwo\none\n")
    assert "1 of 3 documents" in gather(tmp_path / "titles.txt", None, {"documents": "lines"}).notes[0]


def test_a_stopped_run_reads_its_table_as_it_did(tmp_path):
    (tmp_path / "names.csv").write_text("name,language\nAnna,Irish\nPia,Greek\n" * 9)
    options = {"text_column": "name", "label": ("language",), "steps": 5}
    work = gather(tmp_path / "names.csv", None, options)
    about = {
        "ledger": {"plans": [[0, 5]]},
        "told": {"advice": "", "recipe": "", "forecast": None},
        "model": as_plain(work.model),
        "train": as_plain(work.train),
        "replay": [],
        "digest": work.corpus["digest"],
        "read": work.corpus["read"],
    }
    for cutter in (work.corpus["cutter"], 1):  # which stopped runs did not name before there was another
        named = {"cutter": cutter} if cutter > 1 else {}
        save_resume(resume_path(tmp_path / "names.safetensors"), {}, about | named)
        again = gather(tmp_path / "names.csv", tmp_path / "names.safetensors", {}, resume=True)
        assert again.split.labels == work.split.labels and again.corpus == work.corpus | {"cutter": cutter}


def test_windows_and_documents_are_refused_together(tmp_path):
    (tmp_path / "titles.txt").write_text("one\ntwo\n")
    with pytest.raises(OptionError, match="which come whole"):
        gather(tmp_path / "titles.txt", None, {"documents": "lines", "batches": "windows"})


def test_lines_from_a_generator_are_read_once():
    work = gather((line for line in ["some text\n", "more\n"]), None, {})
    assert work.corpus["characters"] == len("some text\nmore\n")


def test_a_replayed_run_reads_its_table_as_it_did(tmp_path):
    (tmp_path / "names.csv").write_text("name,language\nAnna,Irish\nPia,Greek\n" * 9)
    options = {"text_column": "name", "label": "language", "steps": 3, "hidden_size": 16, "threads": 1}
    with pytest.warns(unrolled.errors.UnrolledWarning):
        model = unrolled.train(tmp_path / "names.csv", tmp_path / "names.safetensors", **options)
    work = gather(tmp_path / "names.csv", None, {}, replay=tmp_path / "names.safetensors")
    assert work.split.labels == model.bundle.vocabularies["labels"]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"task": "translate", "label": ("x",)}, "--label"),
        ({"task": "classify", "batches": "windows"}, "--batches"),
        ({"task": "classify", "documents": "lines"}, "--documents"),
        ({"source_column": "de"}, "--source-column"),
        ({"task": "translate", "class_weights": "balanced"}, "--class-weights"),
        ({"task": "segment", "pooling": "max"}, "--pooling"),
    ],
)
def test_an_option_that_a_task_has_no_use_for_is_refused(options, name):
    with pytest.raises(OptionError, match=rf"I got {name} with task= .*; leave it out"):
        gather(["some text"], None, options)
