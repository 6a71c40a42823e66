"""What values need that threads share, that are copied and pickled, and that a forked process inherits."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, overload

Owner = TypeVar("Owner")
Result = TypeVar("Result")


class cached_property(Generic[Result]):  # noqa: N801  # used like functools.cached_property
    """A property computed when it is first asked for, without a lock.

    The lock that ``functools.cached_property`` has up to Python 3.11 is one for all instances, and a process that is
    forked while another thread holds it waits for ever. Here two threads may compute the value at the same time; both
    get the first one that was kept.
    """

    def __init__(self, compute: Callable[[Any], Result]) -> None:
        self.compute, self.__doc__ = compute, compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> cached_property[Result]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Result: ...

    def __get__(self, instance: object | None, owner: type) -> cached_property[Result] | Result:
        if instance is None:
            return self
        found: Result = vars(instance).setdefault(self.name, self.compute(instance))
        return found


class Recomputed:
    """A class whose cached properties stay out of pickles and copies, which compute them anew."""

    def __getstate__(self) -> dict[str, Any]:
        kind = type(self)
        return {k: v for k, v in vars(self).items() if not isinstance(getattr(kind, k, None), cached_property)}


def after_fork(start_anew: Callable[[], None]) -> None:
    """Call a function in every process that is forked from this one, where the system can fork."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=start_anew)


def lock_kept_over_forks() -> threading.RLock:
    """Return a lock for work of seconds: a process that another thread wants to fork meanwhile is forked after it.

    So the child never finds the lock taken by a thread that it does not have, nor the work half done.
    """
    lock = threading.RLock()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
    return lock


class Silence:
    """A time without warnings that threads share: the first begins it, and the last ends it.

    ``warnings.catch_warnings`` alone keeps what it finds and puts that back: of two threads, the second may put back
    the silence of the first, for ever.
    """

    def __init__(self) -> None:
        self.lock, self.inside, self.kept = lock_kept_over_forks(), 0, warnings.catch_warnings()
        after_fork(self.end)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Be silent for a while."""
        with self.lock:
            self.inside += 1
            if self.inside == 1:
                self.kept = warnings.catch_warnings()
                self.kept.__enter__()
                warnings.simplefilter("ignore")
        try:
            yield
        finally:
            with self.lock:
                self.inside -= 1
                if not self.inside:  # below nothing: a fork has ended it already
                    self.kept.__exit__(None, None, None)
                self.inside = max(0, self.inside)

    def end(self) -> None:
        """End it in a forked process, which has none of the other threads."""
        if self.inside:
            self.inside = 0
            self.kept.__exit__(None, None, None)


without_warnings = Silence()
