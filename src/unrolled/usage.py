"""The options of using a trained model, their defaults and their help; ``config.py`` has the others, and names all."""

from typing import Any

from .errors import OptionError
from .options import Options, option


def threads_option() -> Any:
    """Return the field that training and using a model have in common."""
    return option(None, "threads at most [default: one a core]", low=1, high=1024)


DRAWN, SEARCHED = {"beams": "which draw nothing"}, {"temperature": "which draws and does not search"}


class GenerateOptions(Options):
    """How text is written. A filter (field with the mark) works on what is drawn from, in the order of the fields."""

    length: int = option(300, "units to write at most", low=0, high=10**18)
    temperature: float = option(
        0.8, "0 always takes the likeliest; 1 is the model's own; higher is wilder", low=0, filter=True, excludes=DRAWN
    )
    top_k: int | None = option(None, "only the k likeliest units", low=1, filter=True, excludes=DRAWN)
    top_p: float | None = option(
        None, "only the likeliest units that together reach p", above=0, high=1, filter=True, excludes=DRAWN
    )
    min_p: float | None = option(
        None, "only units at least so likely relative to the likeliest", low=0, high=1, filter=True, excludes=DRAWN
    )
    where: tuple[str, ...] = option((), "write under a label, as author=Carroll (can be given several times)")
    label_strength: float = option(
        1.0, "how closely to follow the labels: 1 as learnt, 2 makes them plainer", low=0, needs=("where",)
    )
    mix: tuple[str, ...] = option((), "blend in another model, as other.safetensors=0.3 (can be given several times)")
    stop: tuple[str, ...] = option((), "stop before this text (can be given several times)")
    until: str | None = option(None, "stop at the end of a", choices=("sentence", "line"))
    lines: int | None = option(None, "stop after so many lines", low=1)
    endless: bool = option(False, "write on where a model of several documents would end one; others always do")
    adaptive: bool = option(False, "learn from the prompt and from what is written, too")
    beams: int | None = option(
        None, "search for the likeliest whole text, with so many beams side by side", low=1, high=65536
    )
    length_penalty: float = option(
        1.0,
        "power of a text's length that beams divide by: above 0 favours long ones",
        low=0,
        high=10,
        needs=("beams",),
    )
    seed: int | None = option(
        None,
        "seed of the draw, where anything is drawn: the same seed writes the same text",
        low=0,
        high=2**63 - 1,
    )
    max_copied: int | None = option(
        None,
        "most characters in a row that stand in the text of --against",
        low=1,
        needs=("against",),
        excludes={"beams": "which look for what is likely"},
    )
    against: str | None = option(None, "the text that the model learnt: a file or a folder", needs=("max_copied",))
    constraints: str | None = option(
        None,
        "file of words that must not come and of what lines must be (TOML)",
        excludes={"beams": "which look for what is likely"},
    )
    no_loops: bool = option(
        False,
        "where the text goes round in circles, raise the temperature until it leaves them",
        excludes={"beams": "which have none"},
    )


BEAMS = 5
"""Beams of a search from a source, where neither they nor more texts are asked for."""


class PredictOptions(Options):
    """How something is written from a source. It is searched for, unless a temperature says that it is drawn."""

    beams: int | None = option(
        None,
        "search for the likeliest whole text, with so many beams side by side [default: 5, or as many as --count]",
        low=1,
        high=65536,
        excludes=SEARCHED,
    )
    length_penalty: float = option(
        1.0,
        "power of a text's length that beams divide by: above 0 favours long ones",
        low=0,
        high=10,
        excludes=SEARCHED,
    )
    temperature: float | None = option(
        None, "draw, and do not search; 0 takes the likeliest unit at each step", low=0, filter=True
    )
    top_k: int | None = option(None, "only the k likeliest units", low=1, filter=True, needs=("temperature",))
    top_p: float | None = option(
        None,
        "only the likeliest units that together reach p",
        above=0,
        high=1,
        filter=True,
        needs=("temperature",),
    )
    min_p: float | None = option(
        None,
        "only units at least so likely relative to the likeliest",
        low=0,
        high=1,
        filter=True,
        needs=("temperature",),
    )
    length: int = option(200, "units to write at most", low=1, high=10**18)
    prefix: str = option("", "what is written begins with this")
    count: int = option(1, "texts from each source, the likeliest first", low=1, high=65536)
    seed: int = option(
        1, "seed of the draw, where anything is drawn: the same seed writes the same text", low=0, high=2**63 - 1
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.beams is not None and self.count > self.beams:
            raise OptionError(
                f"I got --beams={self.beams} and --count={self.count}; give at least as many beams as texts"
            )

    def writing(self) -> GenerateOptions:
        """Return the same in the words of a text that is written on."""
        given = {name: getattr(self, name) for name in ("length", "seed", "length_penalty")}
        if self.temperature is not None:
            return GenerateOptions(**given, **{name: getattr(self, name) for name in self.names("filter")})
        return GenerateOptions(beams=self.beams or max(BEAMS, self.count), **given)


SCORE_MODES = ("streamed", "cold-256")


class ScoreOptions(Options):
    """How a text is scored."""

    mode: str = option(
        "streamed", "streamed carries the state; cold-256 starts afresh every 256 units", choices=SCORE_MODES
    )
    top: int = option(0, "alternatives listed for each unit", low=0)
    where: tuple[str, ...] = option((), "score under a label, as author=Carroll (can be given several times)")
    adaptive: bool = option(False, "learn from the text while it is scored; not comparable with static figures")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.adaptive and self.mode != "streamed":
            raise OptionError(f"I got --adaptive with --mode={self.mode}, which forgets; use --mode=streamed")


class NoveltyOptions(Options):
    """What counts as copied."""

    least: int = option(20, "characters from which on a copied span counts", low=1)


class EngineOptions(Options):
    """What runs a trained model, and where."""

    device: str = option("auto", "where the model runs: auto, cpu, cuda or mps")
    engine: str = option("auto", "what runs the network", choices=("auto", "native", "reference", "torch"))
    weights: str | None = option(
        None, "precision of the weights [default: that of the model file]", choices=("fp32", "bf16", "int8")
    )
    threads: int | None = threads_option()
