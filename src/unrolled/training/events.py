"""What happens during training, told to observers as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..model_file.bundle import Bundle


@dataclass(frozen=True)
class ReadProgress:
    """A large text is read: what is done with it now, and the share of that which is done."""

    what: str
    share: float


@dataclass(frozen=True)
class Started:
    """Sizes are chosen and the first step is next; ``resumed_at`` is 0 for a new run. Bits are ``per`` a unit."""

    advice: str
    recipe: str
    forecast: dict[str, float] | None
    parameters: int
    resumed_at: int
    per: str = "char"
    info: tuple[str, ...] = ()
    """How the text was read: the columns that were taken, the labels that were found."""


@dataclass(frozen=True)
class Progress:
    """A step is done. ``bits`` is the mean training loss since the last validation, in bits per character or label."""

    step: int
    steps: int
    epoch: float
    bits: float
    characters_per_second: float
    seconds: float
    seconds_left: float


@dataclass(frozen=True)
class Validated:
    """The held-out text was scored; ``snapshot`` makes a bundle of the weights as they are now."""

    step: int
    bits: float
    best: float
    train_bits: float
    snapshot: Callable[[], Bundle]


@dataclass(frozen=True)
class Warned:
    """Something the user should know now, in one sentence, and the validations that prove it, if any do."""

    message: str
    curve: tuple[dict[str, float], ...] = ()


Event = ReadProgress | Started | Progress | Validated | Warned
Observer = Callable[[Event], None]


def tell(observers: Sequence[Observer], event: Event) -> None:
    """Tell every observer."""
    for observer in observers:
        observer(event)
