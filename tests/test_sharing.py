import copy
import os
import pickle
import subprocess
import sys
import threading
import warnings
from dataclasses import dataclass

import pytest

from unrolled.sharing import Recomputed, cached_property, without_warnings

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


@dataclass(frozen=True)
class Doubled(Recomputed):
    number: int

    @cached_property
    def twice(self) -> list[int]:
        """Two of them."""
        return [self.number] * 2


def test_a_cached_property_is_computed_once_and_documented():
    doubled = Doubled(3)
    assert doubled.twice is doubled.twice == [3, 3]
    assert Doubled.twice.__doc__ == "Two of them."


def test_threads_that_compute_at_the_same_time_all_get_the_same_value():
    meeting, found = threading.Barrier(4, timeout=20), []

    class Slow:
        @cached_property
        def value(self) -> object:
            meeting.wait()
            return object()

    slow = Slow()
    threads = [threading.Thread(target=lambda: found.append(slow.value)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(map(id, found))) == 1


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_what_was_computed_stays_out_of_copies(copied):
    doubled = Doubled(3)
    assert doubled.twice
    other = copied(doubled)
    assert vars(other) == {"number": 3} and other == doubled and other.twice == [3, 3]


def run_python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


@FORKS
def test_a_fork_waits_for_work_under_a_lock_and_the_child_finds_it_free():
    code = """
import os, threading, time
from unrolled.sharing import lock_kept_over_forks
lock, begun, done = lock_kept_over_forks(), threading.Event(), []
def work():
    with lock:
        begun.set()
        time.sleep(0.3)
        done.append(1)
threading.Thread(target=work).start()
begun.wait()
child = os.fork()
if not child:
    os._exit(7 if done and lock.acquire(timeout=5) else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run_python(code) == "7"


@FORKS
def test_who_holds_the_lock_may_fork():
    code = """
import os
from unrolled.sharing import lock_kept_over_forks
with lock_kept_over_forks():
    child = os.fork()
    if not child:
        os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run_python(code) == "7"


def test_threads_that_are_silent_at_the_same_time_leave_the_filters_as_they_were():
    before, meeting = warnings.filters[:], threading.Barrier(2, timeout=20)
    late = threading.Event()

    def first() -> None:
        with without_warnings():
            meeting.wait()

    def second() -> None:
        with without_warnings():
            meeting.wait()
            late.wait(20)
            warnings.warn("unheard", stacklevel=1)

    threads = [threading.Thread(target=each) for each in (first, second)]
    for thread in threads:
        thread.start()
    threads[0].join()
    late.set()
    threads[1].join()
    assert warnings.filters == before
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", stacklevel=1)


@FORKS
def test_a_process_that_is_forked_in_a_silence_hears_warnings():
    code = """
import os, threading, warnings
from unrolled.sharing import without_warnings
begun, stop = threading.Event(), threading.Event()
def silent():
    with without_warnings():
        begun.set()
        stop.wait()
threading.Thread(target=silent).start()
begun.wait()
child = os.fork()
if not child:
    os._exit(7 if all(each[0] != "ignore" or each[2] is not Warning for each in warnings.filters) else 1)
stop.set()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run_python(code) == "7"
