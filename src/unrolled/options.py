"""What options are made of: fields with their help and their bounds, checked when a class of them is made."""

import dataclasses
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import FrozenInstanceError, dataclass, field
from types import GenericAlias
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform, get_args

from .errors import OptionError

ANY_NUMBER = "a finite number"


def option(default: Any, help: str, **metadata: Any) -> Any:
    """Return a field with its help; ``low`` and ``high`` bound it inclusively, ``above`` and ``below`` exclusively.

    It means nothing unless one of those that it ``needs`` is given, too, nor beside those that it ``excludes``, each
    with a reason, nor where another has one of the values in ``idle``.
    """
    return field(default=default, metadata={"help": help, **metadata})


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Options:
    """The base of all option classes: each is a frozen dataclass of keywords, and values are checked when one is made.

    ``dataclass`` would compile six methods for every class, a noticeable part of the time that a process needs to
    start. Here all classes share these, written once; everything else of dataclasses (``fields``, ``replace``) holds.
    """

    if TYPE_CHECKING:  # as they know a dataclass
        __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __init_subclass__(cls) -> None:
        dataclass(init=False, repr=False, eq=False, kw_only=True)(cls)

    def __init__(self, **given: Any) -> None:
        for each in dataclasses.fields(self):
            vars(self)[each.name] = given.pop(each.name, each.default)
        if given:
            raise TypeError(f"{type(self).__name__}() got an unexpected keyword argument {next(iter(given))!r}")
        self.__post_init__()

    def __post_init__(self) -> None:
        for each in dataclasses.fields(self):
            value = vars(self)[each.name] = as_number(getattr(self, each.name))
            check_type(each.name, value, each.type)
            check(each.name, value, each.metadata)

    def __setattr__(self, name: str, value: Any) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def refuse_idle(self, names: Collection[str]) -> None:
        """Raise an ``OptionError`` for an option among ``names`` that means nothing beside the others."""
        for each in dataclasses.fields(self):
            if each.name not in names:
                continue
            needs = each.metadata.get("needs", ())
            if needs and not any(name in names for name in needs):
                missing = " or ".join(map(flag, needs))
                raise OptionError(
                    f"I got {flag(each.name)} without {missing}, which it needs; add that, or leave it out"
                )
            for other, why in each.metadata.get("excludes", {}).items():
                if other in names:
                    raise OptionError(f"I got {flag(each.name)} with {flag(other)}, {why}; leave one out")
            for other, values in each.metadata.get("idle", {}).items():
                if (value := getattr(self, other)) in values:
                    raise OptionError(
                        f"I got {flag(each.name)} with {flag(other)}={value}, where it means nothing; leave one out"
                    )

    def changed(self) -> list[str]:
        """Return the names of the options that are other than their defaults."""
        return [each.name for each in dataclasses.fields(self) if getattr(self, each.name) != each.default]

    @classmethod
    def names(cls, mark: str | None = None) -> list[str]:
        """Return the names of all options of this class, or of those whose field has a ``mark``."""
        return [each.name for each in dataclasses.fields(cls) if mark is None or mark in each.metadata]

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Make one from a mapping; an unknown name is an error that lists its nearest neighbours."""
        reject_unknown(options, cls.names())
        return cls(**options)

    @classmethod
    def from_user(cls, options: Mapping[str, Any]) -> Self:
        """Return the same of what a user gave; an option that means nothing beside the others is an error, too."""
        made = cls.of(options)
        made.refuse_idle(given(options))
        return made


dataclass(init=False, repr=False, eq=False)(Options)  # not above the class: a type checker would take it for not frozen


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given: neither None nor empty nor switched off."""
    return {
        name: value for name, value in options.items() if not (value is None or value is False or value in ((), []))
    }


def flag(name: str) -> str:
    """Return an option as messages name it."""
    return f"--{name.replace('_', '-')}"


def reject_unknown(options: Iterable[str], known: Iterable[str]) -> None:
    """Raise an ``OptionError`` for the first name that is not known."""
    known = list(known)
    for name in options:
        if name not in known:
            from difflib import get_close_matches  # errors are few

            near = get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"the options are {', '.join(known)}"
            raise OptionError(f"there is no option {name!r}; {hint}")


def as_number(value: Any) -> Any:
    """Return a number of another kind than Python's own, such as NumPy's, as one of these; all else as it is."""
    if isinstance(value, bool | int | float | str | tuple | None):
        return value
    import numbers

    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    return bool(value) if type(value).__name__ in ("bool_", "bool") else value  # NumPy 1 and 2 name theirs so


def check_type(name: str, value: Any, hint: Any) -> None:
    """Raise an ``OptionError`` for a value of another type; a whole number is also a ``float``."""
    if not is_of(value, hint):
        wanted = str(getattr(hint, "__name__", hint)).replace(" | None", "")
        raise OptionError(f"--{name.replace('_', '-')} is {value!r}; it must be of the type {wanted}")


def is_of(value: Any, hint: Any) -> bool:
    """Tell whether a value is of a type, a union, or a tuple of any length of one type."""
    if isinstance(hint, GenericAlias):
        return isinstance(value, tuple) and all(isinstance(each, get_args(hint)[0]) for each in value)
    if isinstance(value, bool):  # which is a whole number to Python
        return bool in (get_args(hint) or (hint,))
    return isinstance(value, hint) or (isinstance(value, int) and isinstance(0.0, hint))


def check(name: str, value: Any, bounds: Mapping[str, Any]) -> None:
    """Raise an ``OptionError`` if a value lies outside its bounds or choices."""
    if value is None:
        return
    shown = name.replace("_", "-")
    if "choices" in bounds and value not in bounds["choices"]:
        raise OptionError(f"--{shown} is {value!r}; it can be {' or '.join(bounds['choices'])}")
    if isinstance(value, int | float) and not isinstance(value, bool) and not within(value, bounds):
        raise OptionError(f"--{shown} is {value}; it must be {describe(bounds)}")


def within(value: float, bounds: Mapping[str, Any]) -> bool:
    """Tell whether a finite number lies within its bounds."""
    return (
        (isinstance(value, int) or math.isfinite(value))
        and value >= bounds.get("low", -math.inf)
        and value <= bounds.get("high", math.inf)
        and value > bounds.get("above", -math.inf)
        and value < bounds.get("below", math.inf)
    )


def described(field: dataclasses.Field[Any]) -> str:
    """Return what an option means, the bounds of its value, and its default, in one line."""
    bounds, help = describe(field.metadata), field.metadata["help"]
    text = help if bounds == ANY_NUMBER else f"{help} ({bounds})"
    if field.default in (None, False, ()) or "[default" in help:
        return text
    return f"{text} [default: {field.default}]"


def describe(bounds: Mapping[str, Any]) -> str:
    """Return the bounds in words: "at least 0 and below 1"."""
    words = {"low": "at least", "above": "above", "high": "at most", "below": "below"}
    parts = [f"{word} {bounds[key]}" for key, word in words.items() if key in bounds]
    return " and ".join(parts) or ANY_NUMBER
