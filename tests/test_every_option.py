"""Every option of every verb and of every public function, given where it may mean nothing: obeyed or refused.

It is refused by a sentence that names it, or what comes out is another thing. Where neither can be seen, ``UNSEEN``
says why: so an option that is silently ignored fails here on the day that it is added.
"""

import io
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_type_hints

import click
import pytest
from PIL import Image

import unrolled
from unrolled import keywords
from unrolled.cli.main import run
from unrolled.cli.main import unrolled as verbs
from unrolled.errors import UnrolledError
from unrolled.training.machine import Speed
from unrolled.training.recipes import choose as choosing

TINY = {"steps": 2, "hidden_size": 8, "batch_size": 4, "sequence_length": 8, "threads": 1, "seed": 1}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "lstm": ("text.txt", {**TINY, "hidden_size": 32, "steps": 150, "sequence_length": 32}),
    "markov": ("text.txt", {"model": "markov"}),
    "gpt2": ("text.txt", {**TINY, "model": "gpt2", "layers": 1, "context": 16}),
    "classify": ("pets.tsv", {**TINY, "task": "classify"}),
    "translate": ("reversals.tsv", {**TINY, "task": "translate", "hidden_size": 16, "steps": 60, "learning_rate": 0.2}),
    "segment": ("text.txt", {**TINY, "task": "segment", "sequence_length": 256}),
    "tag": ("tagged.conll", {**TINY, "task": "tag"}),
    "caption": ("captions.tsv", {**TINY, "task": "caption"}),
}
"""Kinds of model, each with what it learns and how."""
WRITERS, READERS = ("lstm", "markov", "gpt2"), ("classify", "translate", "segment", "tag", "caption")

CALLS: list[tuple[str, tuple[str, ...]]] = [
    ("generate MODEL --prompt The --length 200 --seed 1", ("lstm", "markov")),
    ("generate MODEL --prompt The --length 100 --beams 3 --json", ("lstm",)),
    ("score MODEL TEXT", ("lstm", "markov")),
    ("score MODEL TEXT", ("translate",)),
    ("score MODEL --next The", WRITERS),
    ("predict MODEL abc dea bcdec eab ccad --json", ("classify", "translate", "segment", "tag")),
    ("predict MODEL abc dea bcdec eab ccad --json --temperature 3", ("translate",)),
    ("predict MODEL 1.png --json", ("caption",)),
    ("evaluate MODEL FEW", READERS),
    ("complete MODEL", WRITERS),
    ("explain MODEL TEXT -o page.html", ("lstm",)),
    ("quantize MODEL TEXT -o new.safetensors", ("lstm", "classify")),
    ("export MODEL -o new", ("gpt2",)),
    ("novelty TEXT --against TEXT", ("lstm",)),
    ("info MODEL", ("lstm", "markov")),
    ("info", ("lstm",)),
]
"""Command lines, and the kinds of model for which each does something."""

VALUES: dict[str, Any] = {
    "temperature": 1.5, "top_p": 0.4, "min_p": 0.99, "top_k": 2, "length": 2, "lines": 1, "until": "line", "stop": "a",
    "beams": 1, "length_penalty": 0.0, "where": "kind=cat", "label_strength": 2.0, "seed": 7, "count": 2, "samples": 2,
    "mode": "cold-256", "device": "cuda", "encoding": "utf-16", "least": 3, "text_column": "text", "label": "label",
    "source_column": "source", "target_column": "target", "task": "segment", "model": "markov", "unit": "byte",
    "documents": "lines", "vocabulary_size": 1, "min_count": 1000, "context": 5, "heads": 2, "layers": 2,
    "embedding_size": 4, "dropout": 0.9, "attention": "none", "image_size": 8, "order": 2, "smoothing": "none",
    "minutes": 0.01, "optimizer": "adamw", "learning_rate": 0.5, "weight_decay": 5.0, "gradient_clip": 0.001,
    "class_weights": "balanced", "valid": 0.3, "test": 0.2, "precision": "fp32",
}  # fmt: skip
"""A value of an option by its name; of the others, one by its type."""

UNSEEN = {
    "seed": "help: where nothing is drawn there is one text, whatever the seed",
    "threads": "help: threads at most",
    "endless": "help: where a model of several documents would end one; others always do",
    "quiet": "there is no warning to silence",
    "force": "nothing stands there to be replaced",
    "strip_gutenberg": "there is no licence around the text",
    "strip_timecodes": "there are no subtitles",
    "plain_text": "the text is plain",
    "no_loops": "so short a text does not go round in circles",
    "engine": "every engine writes the same",
    "weights": "so small weights write the same in any precision",
    "encoding": "the text is in that encoding",
    "text_column": "it is the column that is found",
    "label": "it is the column that is found",
    "source_column": "it is the column that is found",
    "target_column": "it is the column that is found",
    "kind": "there is one format",
    "images_anywhere": "all images lie beside their table",
}
"""Options that are obeyed and yet change nothing here, and why."""


pytestmark = pytest.mark.filterwarnings("ignore::unrolled.UnrolledWarning")


@pytest.fixture(scope="module", autouse=True)
def known_speed():
    """A machine whose speed need not be measured."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(choosing, "measure_speed", lambda *_: Speed(1e-6, 1e9))
        patched.setattr("unrolled.api.training.with_sample", lambda bundle: bundle)  # which takes longer than to learn
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory, text, tables) -> Path:
    """What the models learn: a text, tables for each task, images."""
    folder = tmp_path_factory.mktemp("every")
    (folder / "text.txt").write_text(text[:3000].replace(". ", ".\n"))
    for name in ("pets", "reversals"):
        lines = tables[name].read_text().splitlines(keepends=True)
        (folder / f"{name}.tsv").write_text("".join(lines[:61]))
    for number in range(20):
        Image.new("RGB", (9, 9), (number * 12, 0, 255 - number * 12)).save(folder / f"{number}.png")
    rows = [f"{number}.png\t{'red' if number > 9 else 'blue'} square\n" for number in range(20)]
    (folder / "captions.tsv").write_text("image\tcaption\n" + "".join(rows))
    words = (folder / "text.txt").read_text().split()[:300]
    columns = [f"{word}\t{'ab'[n % 2]}{word[0]}\n" + "\n" * (n % 2) for n, word in enumerate(words)]
    (folder / "tagged.conll").write_text("".join(columns))
    for name in {source for source, _ in KINDS.values()}:
        (folder / f"few-{name}").write_text("".join((folder / name).read_text().splitlines(keepends=True)[:7]))
    unrolled.train(folder / "text.txt", folder / "other.safetensors", model="markov", order=2)
    return folder


@pytest.fixture(scope="module")
def models(folder) -> Callable[[str], Path]:
    """The file of a small model of each kind."""

    def find(kind: str) -> Path:
        path = folder / f"{kind}.safetensors"
        if kind == "gpt2" and not find_spec("transformers"):
            pytest.skip("transformers is not installed")
        if not path.exists():
            source, options = KINDS[kind]
            unrolled.train(folder / source, path, **options)
        return path

    return find


def value_of(name: str, kind: Any, folder: Path) -> Any:
    """A value for an option that is most probably not its default."""
    if name in ("against",):
        return str(folder / "text.txt")
    if name == "mix":
        return f"{folder / 'other.safetensors'}=0.5"
    if name in VALUES:
        return VALUES[name]
    shown = str(kind)
    return True if "bool" in shown else 3 if "int" in shown else 0.5 if "float" in shown else "nowhere"


def flags_of(option: click.Option, folder: Path) -> list[str]:
    """An option as it is typed."""
    if option.is_flag:
        return [option.opts[-1]]
    choices = getattr(option.type, "choices", None)
    chosen = VALUES.get(option.name) if not choices or VALUES.get(option.name) in choices else None
    value = chosen or (choices[-1] if choices else value_of(option.name, type(option.type).__name__.lower(), folder))
    return [option.opts[-1], str(value)]


def typed(call: str, folder: Path, model: Path, text: str) -> list[str]:
    """The words of a command line."""
    names = {"MODEL": model, "TEXT": folder / text, "FEW": folder / f"few-{text}", "1.png": folder / "1.png"}
    return [str(names.get(word, word)) for word in call.split()]


@pytest.fixture
def outcome(tmp_path, monkeypatch, capsys):
    """What a command line does: its status, what it prints, the files that it writes, what it says when it fails."""

    def of(arguments: list[str]) -> tuple[int, str, dict[str, bytes], str]:
        place = tmp_path / str(len(list(tmp_path.iterdir())))
        place.mkdir()
        monkeypatch.chdir(place)
        monkeypatch.setattr(sys, "stdin", io.StringIO("The ca\n2\nq\n"))
        status = run(arguments)
        out, error = capsys.readouterr()
        files = {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}
        return status, out, files, error

    return of


COMMANDS = [(call, kind) for call, kinds in CALLS for kind in kinds]


@pytest.mark.parametrize(("call", "kind"), COMMANDS, ids=[f"{kind}: {call}" for call, kind in COMMANDS])
def test_every_flag_is_obeyed_or_refused(call, kind, folder, models, outcome):
    arguments = typed(call, folder, models(kind), KINDS[kind][0])
    plain = outcome(arguments)
    assert plain[0] == 0, plain[3]
    ignored = {}
    for option in verbs.get_command(None, call.split()[0]).params:
        if isinstance(option, click.Option) and not set(option.opts) & set(arguments):
            done = outcome([*arguments, *flags_of(option, folder)])
            if done[0]:
                assert (done[0], done[1], done[3].count("\n")) == (2, "", 1), (option.name, done)
            elif done[:3] == plain[:3] and option.name not in UNSEEN:
                ignored[option.name] = flags_of(option, folder)
    assert not ignored


Call = Callable[..., Any]
SEVERAL = ["abc", "dea", "bcdec", "eab", "ccad"]
FUNCTIONS: list[tuple[str, type, Call, tuple[str, ...]]] = [
    ("generate", keywords.GenerateKeywords, lambda model, _, **how: model.generate("The", **how), WRITERS),
    ("stream", keywords.GenerateKeywords, lambda model, _, **how: list(model.stream("The", **how)), ("lstm",)),
    ("many", keywords.GenerateKeywords, lambda model, _, **how: model.generate_many("The", 2, **how), ("lstm",)),
    ("beams", keywords.GenerateKeywords, lambda model, _, **how: model.start("The").beams(2, **how), ("markov",)),
    ("next", keywords.GenerateKeywords, lambda model, _, **how: model.next("The", **how), ("lstm", "markov")),
    ("start", keywords.GenerateKeywords, lambda model, _, **how: model.start("The", **how).next(), ("lstm",)),
    ("session", keywords.GenerateKeywords, lambda model, _, **how: model.session(**how).completions("T"), ("lstm",)),
    (
        "predict",
        keywords.PredictKeywords,
        lambda model, _, **how: model.predict_many(SEVERAL, **how),
        ("classify", "translate"),
    ),
    (
        "translations",
        keywords.PredictKeywords,
        lambda model, _, **how: model.translations("abc", **how),
        ("translate",),
    ),
    ("evaluate", keywords.EvaluateKeywords, lambda model, few, **how: unrolled.evaluate(model, few, **how), READERS),
]
"""Public functions with the keywords of any of them, and the kinds of model that have them."""
GIVEN = [(*each[:3], kind) for each in FUNCTIONS for kind in each[3]]


def differs(plain: Any, call: Callable[[], Any]) -> bool | None:
    """Whether a call gives another thing than without an option; None where the option is refused."""
    try:
        return repr(call()) != repr(plain)
    except UnrolledError:
        return None


@pytest.mark.parametrize(("name", "known", "call", "kind"), GIVEN, ids=[f"{kind}: {name}" for name, *_, kind in GIVEN])
def test_every_keyword_is_obeyed_or_refused(name, known, call, kind, folder, models):
    model, few = unrolled.load(models(kind)), folder / f"few-{KINDS[kind][0]}"
    fixed = {"length": 150, "seed": 1} if name in ("generate", "stream", "many") else {}
    plain = call(model, few, **fixed)
    hints = {key: hint for key, hint in get_type_hints(known).items() if key not in fixed}
    given = {key: value_of(key, hint, folder) for key, hint in hints.items()}
    done = {key: differs(plain, lambda key=key: call(model, few, **fixed, **{key: given[key]})) for key in given}
    assert {key: given[key] for key, other in done.items() if other is False and key not in UNSEEN} == {}
    for foreign in ("nonsense", "hidden_size"):
        with pytest.raises(UnrolledError, match=f"there is no option '{foreign}'"):
            call(model, few, **{foreign: 1})


UNSEEN_TRAINING = {
    **UNSEEN,
    "patience": "there are too few validations to stop after",
    "kernels": "off scans the same in PyTorch",
    "precision": "so narrow a layer is as good in fp32",
    "minutes": "not beside steps",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_of_training_is_obeyed_or_refused(kind, folder):
    source, options = KINDS[kind]
    if kind == "gpt2" and not find_spec("transformers"):
        pytest.skip("transformers is not installed")
    known = get_type_hints(keywords.TrainKeywords)
    given = {key: value_of(key, hint, folder) for key, hint in known.items() if key not in ("task", "model")}

    def learnt(**more: Any) -> Any:
        model = unrolled.train(folder / source, **{**options, **({"steps": 2} if "steps" in options else {}), **more})
        tensors = {name: tensor.tobytes() for name, tensor in model.bundle.tensors.items()}
        return tensors, model.record["split"], model.record["best"], model.record["steps"], model.record.get("test")

    plain = learnt()
    done = {key: differs(plain, lambda key=key: learnt(**{key: given[key]})) for key in given}
    assert {key: given[key] for key, other in done.items() if other is False and key not in UNSEEN_TRAINING} == {}
    for foreign in ("engine", "weights"):
        with pytest.raises(UnrolledError, match=f"I got {foreign}=, which is of running a trained model"):
            learnt(**{foreign: "fp32"})
