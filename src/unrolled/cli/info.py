"""``unrolled info``: about a model file, or about the machine."""

from __future__ import annotations

import platform
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import OptionError
from . import streams
from .flags import examples, refuse_alone

if TYPE_CHECKING:
    from ..model_file.bundle import Bundle

EXAMPLES = """
unrolled info
unrolled info alice.safetensors --plot
unrolled info alice.safetensors --svg curve.svg
"""


@click.command(epilog=examples(EXAMPLES))
@click.argument("model", type=click.Path(), required=False)
@click.option("--plot", is_flag=True, help="draw the learning curve here")
@click.option("--svg", type=click.Path(), help="draw the learning curve into this file")
@click.option("--force", is_flag=True, help="replace an existing picture")
@click.option("--quiet", is_flag=True, help="show nothing but what was asked for")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
def command(model: str | None, plot: bool, svg: str | None, force: bool, quiet: bool, as_json: bool) -> None:
    """Tell about MODEL, a file that `unrolled train` wrote; without one, about this machine."""
    refuse_alone({"model": model, "plot": plot, "svg": svg, "quiet": quiet}, ["plot", "svg", "quiet"], ["model"])
    refuse_alone({"force": force, "svg": svg}, ["force"], ["svg"])
    if plot and as_json:
        raise OptionError("I got --plot with --json, which prints JSON alone; leave one out")
    if model is None:
        show(machine(), as_json)
        return
    from ..model_file.about import about
    from ..model_file.bases import located
    from ..model_file.bundle import load

    file = located(model)
    bundle = load(file)
    if svg:
        draw(bundle, model, svg, force)
    if as_json or not (quiet or svg):
        show({"file": model, "bytes": file.stat().st_size, **about(bundle)}, as_json)
    if plot:
        from ..reports.curve import plot as lines

        kind = bundle.config.kind
        drawn = (
            [f"no curve: a {kind.called} is counted at once"]
            if kind.counted
            else lines(bundle.record.curve, per=per(bundle))
        )
        streams.lines(drawn)


def machine() -> dict[str, Any]:
    """Return what this machine has, and what unrolled can do with it."""
    from .. import __version__, kernels
    from ..cores import cores
    from ..model_file.bases import names

    library, open_to = kernels.load(), kernels.arithmetics("auto", "auto")
    engines = ["native"] * bool(library) + ["reference"] + ["torch"] * bool(find_spec("torch"))
    packages = {name: "installed" if find_spec(name) else "not installed" for name in ("numpy", "safetensors", "torch")}
    return {
        "unrolled": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": cores(),
        **packages,
        "kernels": f"{library.name} (of {', '.join(library.names)})" if library else kernels.reason_missing(),
        "arithmetic": " or ".join(open_to) + ", measured before a run of minutes" * (len(open_to) > 1),
        "base models": ", ".join(names()) or "none",
        "training": "ready" if find_spec("torch") else "needs PyTorch: pip install 'unrolled[train]'",
        "engines": ", ".join(engines),
        "terminal": streams.is_terminal(),
    }


def show(facts: dict[str, Any], as_json: bool) -> None:
    """Facts as JSON, or a line each."""
    if as_json:
        streams.as_json(facts)
        return
    for name, value in facts.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {each}" for key, each in value.items() if each is not None)
        if value is not None:
            shown = repr(value) if name == "sample" or name.endswith("alphabet") else value
            streams.line(f"{name.replace('_', ' '):<22} {shown}")


def draw(bundle: Bundle, model: str, path: str, force: bool) -> None:
    """Write the learning curve as an SVG."""
    from ..model_file.bundle import refuse_existing, write_atomically
    from ..reports.curve import svg

    refuse_existing(path, force)
    write_atomically(path, svg(bundle.record.curve, Path(model).name, per(bundle)).encode())


def per(bundle: Bundle) -> str:
    """Return what a model's curve is told by: the character, or the label."""
    return "label" if "bits_per_label" in (bundle.record.best or {}) else "character"
