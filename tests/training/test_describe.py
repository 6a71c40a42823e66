import torch

from unrolled import kernels
from unrolled.training.describe import about_kernels, about_run
from unrolled.training.prepare import gather
from unrolled.training.progress import RunProgress
from unrolled.training.recipes.choose import choose_sizes


def about(path, **options):
    work = gather(path, None, {"steps": 3, **options})
    recipe = choose_sizes(work, torch.device("cpu"), "off")
    return work, recipe, about_run(work, recipe, RunProgress(step=3, seconds=1.23456, curve=[{"step": 3}]))


def test_a_run_is_told_by_what_it_learnt_how_and_how_far_it_came(text_file):
    work, recipe, told = about(text_file)
    assert told["corpus"] == work.corpus
    assert told["options"]["batch_size"] == recipe.train.batch_size
    assert (told["steps"], told["seconds"], told["curve"]) == (3, 1.235, [{"step": 3}])
    assert told["versions"]["torch"].split("+")[0] == torch.__version__.split("+")[0]


def test_the_parts_are_told_by_their_sizes(pairs_file, short_words):
    _, _, told = about(pairs_file, task="translate", valid=0.25)
    assert told["split"] == {"train": 63, "valid": 21, "test": 0} and len(short_words) == 84


def test_a_few_held_out_examples_are_kept(pairs_file, short_words):
    shown = about(pairs_file, task="translate")[2]["shown"]
    assert all(source[::-1] == target for source, target in shown) and len(shown) == 3


def test_of_a_text_beginnings_of_held_out_lines_are_shown(text_file):
    lines = text_file.read_text().splitlines()[-10:]
    shown = about(text_file)[2]["shown"]
    assert len(shown) == 3 and all(begin + rest in lines for begin, rest in shown)


def test_kernels_are_named_or_why_there_are_none(monkeypatch):
    if kernels.load():
        assert about_kernels("fp32").endswith(", fp32") and about_kernels("off") == "off"
    monkeypatch.setattr(kernels, "load", lambda: None)
    monkeypatch.setattr(kernels, "reason_missing", lambda: "not built")
    assert about_kernels("fp32") == "not built"
