"""Makes the golden files of the present format, once for each: ``python -m tests.golden.make``. They are kept for ever.

``format-N/`` gets a model of every task and kind (``KEPT`` of the golden runs, ``runs.py``; format 1 has one of every
run), the same LSTM in narrow weights, a saved state and the resume file of a stopped run; ``expected.json`` says what
each of them gives, and ``runs.json`` what all runs came to.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import unrolled
from unrolled.model_file.bundle import FORMAT
from unrolled.tasks import TASKS
from unrolled.training.events import Progress
from unrolled.training.paths import resume_path

from . import runs

HERE = Path(__file__).parent
FOLDER = HERE / f"format-{FORMAT}"
NARROW = ("bf16", "int8")
SENTENCES = ("the cat runs", "a happy bird sees the")
KEPT = ("language-lstm", "language-labels", "markov", "gpt2", "classify-lstm", "segment-lstm")
KEPT += ("tag-lstm", "translate-lstm", "caption-lstm")
STOPPED = "language-lstm"
"""The run that is stopped half-way for the sake of its resume file."""


def gives(path: Path) -> dict[str, Any]:
    """What a golden file gives: the text that it writes and what a text costs, or what it makes of two sources."""
    narrow = path.stem in NARROW  # the kernels also round what narrow weights are multiplied with, where processors do
    model = unrolled.load(path, engine="reference" if narrow else "auto")
    if not TASKS[model.bundle.config.task].continues:
        sources = [str(path.parent / f"{number}.png") for number in (0, 1)] if "caption" in path.name else SENTENCES
        return {"predict": [plain(model.predict(source)) for source in sources]}
    prompt = "ကြောင်" if "bpe" in path.name else "the cat "
    return {
        "prompt": prompt,
        "greedy": model.generate(prompt, length=12, temperature=0),
        "seed 1": model.generate(prompt, length=12, temperature=1, seed=1),
        "bits_per_char": model.score(prompt + "\n").bits_per_char,
    }


def plain(answer: Any) -> Any:
    """An answer in JSON's types: a label with its probability, or a text with its log-probability."""
    if hasattr(answer, "label"):
        return [answer.label, float(answer.probability)]
    return [answer.text, float(answer.log_probability)]


def make_model_files(sources: Path) -> dict[str, Any]:
    """Make all runs and keep some of their models; what each came to."""
    came_to = {}
    for name in runs.RUNS:
        model = runs.run(name, sources)
        came_to[name] = runs.losses(model)
        if name in KEPT:
            shutil.copy(sources / f"{name}.safetensors", FOLDER)
    for weights in NARROW:
        unrolled.load(FOLDER / f"{STOPPED}.safetensors").save(FOLDER / f"{weights}.safetensors", weights=weights)
    return came_to


def make_state() -> dict[str, Any]:
    """Save a state; what it goes on with."""
    model = unrolled.load(FOLDER / f"{STOPPED}.safetensors")
    state = model.start("the cat ")
    state.save(FOLDER / f"{STOPPED}.state")
    return {"greedy": state.generate(length=12, temperature=0)}


def make_resume_file(sources: Path) -> None:
    """Stop a run half-way, and keep its resume file with the text, which is what it needs."""
    source, options = runs.RUNS[STOPPED]
    output = sources / "stopped.safetensors"

    def stop(event: object) -> None:
        if isinstance(event, Progress) and event.step == options["steps"] // 2:
            raise KeyboardInterrupt

    unrolled.train(sources / source, output, observers=[stop], **options)
    shutil.copy(resume_path(output), FOLDER)


def main() -> None:
    """Write all golden files and what they give."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        sources = Path(name)
        runs.write_sources(sources)
        came_to = make_model_files(sources)
        for number in (0, 1):
            shutil.copy(sources / f"{number}.png", FOLDER)
        expected = {
            path.stem: gives(path) for path in sorted(FOLDER.glob("*.safetensors")) if "resume" not in path.name
        }
        expected["state"] = make_state()
        make_resume_file(sources)
    write(HERE / "runs.json", came_to)
    write(FOLDER / "expected.json", expected)


def write(path: Path, what: dict[str, Any]) -> None:
    """Write plain data, one entry a line."""
    lines = [f"  {json.dumps(name)}: {json.dumps(each, ensure_ascii=False)}" for name, each in what.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
