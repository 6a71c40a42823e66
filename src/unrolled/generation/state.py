"""The state of a text: where an engine has come to in it. It can be kept, branched, saved and gone on from."""

from __future__ import annotations

import dataclasses
import json
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from ..config import GenerateOptions, as_tuple
from ..engines import Engine, adaptive, guided, occurring
from ..engines.base import EngineState, sound
from ..engines.opener import EngineSource
from ..engines.prompt import PromptState, read_ids
from ..errors import ModelFileError, OptionError, UnrolledWarning
from ..model_file.bundle import Bundle, fingerprint, pack, read, refuse_existing, unpack, write_atomically
from ..options import flag, reject_unknown
from ..sharing import Recomputed, cached_property
from ..text.vocabulary import BOUNDARY, NEVER, Vocabulary
from ..untrusted import parse_json
from .constraints import make_constraints
from .sampling_loop import choose_seed, write_text

if TYPE_CHECKING:
    from ..keywords import GenerateKeywords, NextKeywords
    from .beam_search import Hypothesis

BATCH_SIZE = 64  # samples written side by side
PART = "state."
"""Before the names of a state's parts in its file."""
OF_THE_START = ("where", "label_strength", "mix", "adaptive")
"""Options that a state was started with, and that hold for all that is written from it."""
SAVED = tuple(name for name in OF_THE_START if name != "mix")
"""Those that the file of a state keeps: it names no other files to open."""
NEXT = (*GenerateOptions.names("filter"), *OF_THE_START, "endless")
"""Options that the next unit depends on."""


@dataclass(frozen=True, eq=False)
class Start(Recomputed):
    """How a text was started: by which model, and with the options that hold for all that is written from it."""

    source: EngineSource
    where: tuple[str, ...] = ()
    label_strength: float = 1.0
    adaptive: bool = False
    mix: tuple[str, ...] = ()

    @cached_property
    def engine(self) -> Engine:
        """What runs the network; all states of one start share it, and copies of them open their own."""
        engine, bundle = self.source.engine(self.where), self.source.bundle
        if self.label_strength != 1:
            if not self.where:
                raise OptionError("I got --label-strength and no label to follow; name one with --where")
            engine = guided(self.source.engine(), engine, self.label_strength)
        if self.mix:
            from .mixing import mixed  # most texts have one writer

            engine = mixed(engine, self.source, self.mix)
        return adaptive(engine, occurring(bundle)) if self.adaptive else engine

    @property
    def options(self) -> dict[str, Any]:
        """The options that the file of a state keeps, by their names."""
        return {name: getattr(self, name) for name in SAVED}

    def state(self, prompt: str) -> State:
        """Return the state after a prompt, from its beginning."""
        base, tail, prompt_state = advance(self.engine, self.source.bundle.vocabularies["text"], None, prompt)
        return State(self, base, tail, prompt_state, prompt)


@dataclass(frozen=True, eq=False)
class State:
    """A text that a model has read: a value. Writing on from it, or reading on, leaves it as it is.

    It can be copied and pickled, with its model; a text goes on from the copy as from here.

    The units of the text's end, its ``tail``, may become others when it goes on: they are read on from the ``base``.

    >>> start = model.start("Once upon a time")
    >>> one, two = start.generate(seed=1), start.generate(seed=2)
    >>> further = start.after(one)
    """

    start: Start
    base: PromptState
    tail: str
    read: PromptState
    text: str

    @property
    def bundle(self) -> Bundle:
        """The model."""
        return self.start.source.bundle

    @property
    def engine(self) -> Engine:
        """What runs the network."""
        return self.start.engine

    @property
    def vocabulary(self) -> Vocabulary:
        """The units that the model knows."""
        return self.bundle.vocabularies["text"]

    def after(self, text: str) -> State:
        """Return the state when some more text is read; a unit that the model never saw is read as its nearest kin."""
        base, tail, prompt_state = advance(self.engine, self.vocabulary, self.base, self.tail + text)
        return dataclasses.replace(self, base=base, tail=tail, read=prompt_state, text=self.text + text)

    def settings(self, **options: Unpack[GenerateKeywords]) -> GenerateOptions:
        """Check options; a model that learnt one text knows no end."""
        for name in OF_THE_START:
            if name in options and as_started(options.pop(name)) != as_started(getattr(self.start, name)):  # type: ignore[misc]
                raise OptionError(
                    f"I got {flag(name)} for a text that began with another; give it where the text starts"
                )
        settings = generate_options(**options)
        endless = settings.endless or self.bundle.config.documents in (None, "whole")
        return dataclasses.replace(settings, endless=endless)

    def stream(self, **options: Unpack[GenerateKeywords]) -> Iterator[str]:
        """Write on, piece by piece; the pieces joined are what ``generate`` gives."""
        settings = self.settings(**options)
        if settings.beams:
            return iter([self.beams(1, **options)[0].text])
        return (pieces[0] for pieces in self.write(settings, range(1)))

    def write(self, settings: GenerateOptions, rows: range) -> Iterator[list[str]]:
        """Return the pieces of several texts side by side."""
        constraints = make_constraints(self.bundle, settings, self.text)
        return write_text(self.engine, self.vocabulary, self.read, settings, rows, constraints)

    def generate(self, **options: Unpack[GenerateKeywords]) -> str:
        """Write on: the continuation alone."""
        return "".join(self.stream(**options))

    def generate_many(self, count: int = 1, **options: Unpack[GenerateKeywords]) -> list[str]:
        """Return ``count`` continuations; the first is what ``generate`` gives for the same seed."""
        settings = self.settings(**options)
        if settings.beams:
            return [each.text for each in self.beams(count, **options)]
        texts = []
        for start in range(0, count, BATCH_SIZE):
            rows = range(start, min(start + BATCH_SIZE, count))
            texts += ["".join(each) for each in zip(*self.write(settings, rows), strict=True)] or [""] * len(rows)
        return texts

    def beams(self, count: int, **options: Unpack[GenerateKeywords]) -> list[Hypothesis]:
        """Return the ``count`` likeliest whole continuations with their scores, the best first.

        At most as many as there are ``beams``: those of the options, or as many as are asked for.
        """
        width = options.get("beams") or count
        if count > width:
            raise OptionError(f"I got --beams={width} and was asked for {count} texts; give at least as many beams")
        options["beams"] = width
        settings = self.settings(**options)
        from .beam_search import beam_search  # few texts are searched for

        return beam_search(self.engine, self.vocabulary, self.read, settings)[:count]

    def next(self, count: int = 10, **options: Unpack[NextKeywords]) -> list[tuple[str, float]]:
        """Return the likeliest next units with their probabilities, by default at temperature 1."""
        refuse_others(options, NEXT, "one unit")
        options.setdefault("temperature", 1.0)
        from ..analysis.scoring import next_units

        return next_units(self.read, self.vocabulary, self.settings(**options), count)

    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write the state to a file beside its model; an existing one is only replaced by ``force``."""
        if self.start.mix:
            raise OptionError(
                "I got a state of several models (--mix) to save, and a file keeps that of one; leave it out"
            )
        refuse_existing(path, force)
        tensors = {PART + name: np.asarray(part) for name, part in self.base.state.items()}
        tensors["logits"] = self.base.everything
        about = {"text": self.text, "tail": self.tail, "started": self.start.options}
        packed = pack(tensors, {"model": fingerprint(self.bundle), "about": json.dumps(about)})
        return write_atomically(path, packed, force)


@dataclass(frozen=True, eq=False)
class Saved:
    """What a file says of a state: where its base is, what is to be read from there, and how it was started."""

    base: PromptState
    tail: str
    text: str
    started: dict[str, Any]

    def opened(self, source: EngineSource) -> State:
        """Return the state, started in the same way; raises ``ModelFileError`` where it is none of the model."""
        start = Start(source, **{name: as_started(self.started[name]) for name in SAVED})
        try:
            start.engine.check(self.base.state)
        except ValueError as error:
            raise ModelFileError(f"the state is none of this model ({error}); save it anew") from None
        base, tail, prompt_state = advance(start.engine, source.bundle.vocabularies["text"], self.base, self.tail)
        return State(start, base, tail, prompt_state, self.text)


def saved_state(path: str | Path, bundle: Bundle) -> Saved:
    """Return what a file says of a state; raises ``ModelFileError`` if it is another model's."""
    try:
        tensors, metadata = unpack(read(path), str(path))
    except ModelFileError:
        metadata = {}
    if not {"about", "model"} <= set(metadata):
        raise ModelFileError(f"{path} is no saved state, or a damaged one; give a file that --save-state wrote")
    if metadata["model"] != fingerprint(bundle):
        raise ModelFileError(f"{path} is the state of another model; give the model that it was saved with")
    logits = tensors.pop("logits", np.empty(0))
    if logits.dtype != np.float32 or logits.shape != (1, len(bundle.vocabularies["text"])):
        raise ModelFileError(f"{path} is no state of this model: its logits are {logits.dtype} {list(logits.shape)}")
    tail, text, started = checked_about(metadata["about"], path)
    state: EngineState = {name.removeprefix(PART): part for name, part in tensors.items()}
    return Saved(PromptState(sound(logits), state), tail, text, started)


def checked_about(about: str, path: str | Path) -> tuple[str, str, dict[str, Any]]:
    """Return the tail, the text and the options of the start that a file's JSON says; raises ``ModelFileError``."""
    try:
        saved = parse_json(about)
        texts, started = [saved[name] for name in ("tail", "text")], saved["started"]
        if not all(isinstance(each, str) for each in texts) or set(started) != set(SAVED):
            raise TypeError("it holds other entries")
        options = GenerateOptions.of({**started, "where": as_tuple(started["where"])})
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{path} is no saved state ({error}); give a file that --save-state wrote") from None
    return texts[0], texts[1], {name: getattr(options, name) for name in SAVED}


def advance(
    engine: Engine, vocabulary: Vocabulary, base: PromptState | None, text: str
) -> tuple[PromptState, str, PromptState]:
    """Read a text on from a base, or from the boundary: the new base, the tail, and what is read with it."""
    settled, tail = vocabulary.settle(vocabulary.as_learnt(text))
    before, begun, allowed = vocabulary.reopen(tail)
    ids, replaced = vocabulary.encode_prompt(settled)
    more, also = vocabulary.encode_prompt(before)
    warn_of(replaced | also)
    if base is None:
        base = read_ids(engine, np.concatenate([np.array([BOUNDARY], np.int32), ids]), engine.start(1))
    elif len(ids):
        base = read_ids(engine, ids, base.state)
    prompt_state = read_ids(engine, more, base.state) if len(more) else base
    # the unit would have to be one that never occurred
    if begun and (prompt_state.everything[:, allowed] < NEVER / 2).all():
        return base, tail, read_ids(engine, vocabulary.encode_prompt(begun)[0], prompt_state.state)
    return base, tail, prompt_state.only(allowed, begun)


def warn_of(replaced: dict[str, str], stacklevel: int = 5) -> None:
    """Say once what was read in place of units that the model never saw."""
    if replaced:
        pairs = ", ".join(f"{unit!r} as {kin!r}" for unit, kin in list(replaced.items())[:8])
        more = f" and {len(replaced) - 8} more" if len(replaced) > 8 else ""
        message = f"the model never saw some characters of the prompt; I read {pairs}{more}"
        warnings.warn(message, UnrolledWarning, stacklevel=stacklevel)


def generate_options(**options: Unpack[GenerateKeywords]) -> GenerateOptions:
    """Check options; return them with a seed and with the stop strings as a tuple."""
    seed = options.get("seed")
    given = {**options, **{name: as_tuple(options.get(name, ())) for name in ("stop", "where", "mix")}}
    return GenerateOptions.from_user({**given, "seed": choose_seed() if seed is None else seed})


def refuse_others(options: Collection[str], allowed: Collection[str], what: str) -> None:
    """Raise an ``OptionError`` for an option of ``generate`` that is none of those known, where less is asked for."""
    reject_unknown(options, GenerateOptions.names())
    for name in options:
        if name not in allowed:
            raise OptionError(
                f"I got {flag(name)} for {what}, which depends on {', '.join(allowed)} alone; leave it out"
            )


def as_started(value: Any) -> Any:
    """Return an option of a start in one form, whether it comes from Python, from the command line or from JSON."""
    return as_tuple(value) if isinstance(value, str | Sequence) else value
