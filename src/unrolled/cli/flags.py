"""Flags made from the option classes: a default and its help are written only there."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Mapping, Sequence
from types import UnionType
from typing import Any, get_args, get_origin

import click

from ..errors import OptionError
from ..options import Options
from ..options import flag as flag_of
from .streams import whole

Command = Callable[..., Any]


class Share(click.ParamType[float | str]):
    """A number, or else a file."""

    name = "share or file"

    def convert(self, value: Any, parameter: click.Parameter | None, ctx: click.Context | None) -> float | str:
        try:
            return float(value)
        except ValueError:
            return str(value)


class TypedText(click.ParamType[str]):
    """A text that is typed: without the bytes of it that are no UTF-8, which are told."""

    name = "text"

    def convert(self, value: Any, parameter: click.Parameter | None, ctx: click.Context | None) -> str:
        return whole(str(value), parameter.get_error_hint(ctx) if parameter and ctx else "a text")


def flags(*classes: type[Options], leave_out: tuple[str, ...] = ()) -> Callable[[Command], Command]:
    """Return a decorator that gives a command one flag for every field of the classes."""
    fields = [field for each in classes for field in dataclasses.fields(each)]
    shown = [field for field in fields if not field.metadata.get("hidden") and field.name not in leave_out]

    def decorate(command: Command) -> Command:
        for field in reversed(shown):
            command = flag(field, field.type)(command)
        return command

    return decorate


def flag(field: dataclasses.Field[Any], hint: Any) -> Callable[[Command], Command]:
    """Return the flag of one field; it is None where the user did not give it, so that the class's default holds."""
    help = field.metadata["help"]
    if field.default not in (None, False, ()) and "[default" not in help:
        help = f"{help} [default: {field.default}]"
    name = flag_of(field.name)
    if hint is bool:
        return click.option(name, is_flag=True, default=None, help=help)
    several = get_origin(hint) is tuple
    return click.option(name, type=type_of(field, hint), multiple=several, default=None, help=help)


def type_of(field: dataclasses.Field[Any], hint: Any) -> Any:
    """Return the click type of a field; bounds are left to the class, which says the same in Python."""
    if "choices" in field.metadata:
        return click.Choice(field.metadata["choices"])
    kinds = [kind for kind in get_args(hint) if kind is not type(None)] if isinstance(hint, UnionType) else [hint]
    if str in kinds and float in kinds:
        return Share()
    return kinds[0] if kinds[0] in (int, float) else str


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that the user gave."""
    return {name: value for name, value in options.items() if value not in (None, ())}


def refuse_alone(options: Mapping[str, Any], names: Sequence[str], others: Sequence[str]) -> None:
    """Raise an ``OptionError`` for one of some flags that was given where it means nothing: without any of others."""
    for name in names:
        if options.get(name) and not any(options.get(other) for other in others):
            missing = " or ".join(map(flag_of, others))
            raise OptionError(f"I got {flag_of(name)} without {missing}, which it needs; add that, or leave it out")


def examples(text: str) -> str:
    """Return examples for the end of a verb's help, kept as they are written."""
    lines = "\n".join(f"  {line}" for line in text.strip().splitlines())
    return f"\b\nExamples:\n{lines}"


VISION = click.option(
    "--vision",
    metavar="FOLDER",
    help="the pretrained network that a model of captions sees with; opened only where it is named here",
)
"""The flag of the verbs that open such a model."""
LOADING = ("engine", "device", "weights", "vision")
"""The options with which a model is opened."""


def silence() -> None:
    """Show no warnings: what --quiet means."""
    warnings.simplefilter("ignore")
