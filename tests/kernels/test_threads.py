import _thread
import os
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.kernels import threads as module
from unrolled.kernels.threads import over_rows

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


@given(rows=st.integers(1, 100), threads=st.integers(1, 5))
def test_every_row_is_worked_on_once(rows, threads):
    done = []
    over_rows(lambda begin, end: done.extend(range(begin, end)), rows, threads)
    assert sorted(done) == list(range(rows))


def test_parts_run_at_the_same_time():
    meeting = threading.Barrier(3, timeout=20)
    over_rows(lambda begin, end: meeting.wait(), 3, 3)


def test_an_error_in_another_thread_is_raised_here():
    def work(begin: int, end: int) -> None:
        if begin:
            raise RuntimeError("there")

    with pytest.raises(RuntimeError, match="there"):
        over_rows(work, 4, 2)


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_is_raised_when_all_parts_are_done(failing):
    done = []

    def work(begin: int, end: int) -> None:
        if begin == failing:
            raise RuntimeError("there")
        time.sleep(0.1)
        done.append(begin)

    with pytest.raises(RuntimeError):
        over_rows(work, 3, 3)
    assert len(done) == 2


def test_an_interrupt_is_raised_when_no_kernel_writes_any_more():
    begun, done = threading.Event(), []

    def work(begin: int, end: int) -> None:
        if begin:
            begun.set()
            time.sleep(0.3)
            done.append(begin)
        else:
            begun.wait(20)
            threading.Timer(0.1, _thread.interrupt_main).start()

    with pytest.raises(KeyboardInterrupt):
        over_rows(work, 2, 2)
    assert done == [1]


@pytest.mark.parametrize("sentence", ["can't start new thread", "cannot schedule new futures after shutdown"])
def test_without_another_thread_the_caller_does_it_all(monkeypatch, sentence):
    class Exhausted:
        def submit(self, work):
            raise RuntimeError(sentence)

    monkeypatch.setattr(module, "pool", lambda workers: Exhausted())
    done = []
    over_rows(lambda begin, end: done.append(threading.current_thread()), 8, 4)
    assert done == [threading.current_thread()] * 4


def test_few_rows_start_no_pool_of_their_own():
    module.POOLS.clear()
    for rows in range(2, 30):
        over_rows(lambda begin, end: None, rows, 4)
    assert list(module.POOLS) == [3]


def test_many_callers_share_the_threads():
    wrong = []

    def call() -> None:
        for _ in range(200):
            done = []
            over_rows(lambda begin, end: done.extend(range(begin, end)), 7, 3)  # noqa: B023
            wrong.extend([done] * (sorted(done) != list(range(7))))

    callers = [threading.Thread(target=call) for _ in range(8)]
    for each in callers:
        each.start()
    for each in callers:
        each.join()
    assert not wrong


@FORKS
def test_a_forked_process_has_threads_of_its_own_even_while_others_work():
    code = """
import os, threading
from unrolled.kernels.threads import over_rows
busy = lambda begin, end: sum(range(2000))
over_rows(busy, 3, 3)
stop = threading.Event()
def go_on():
    while not stop.is_set():
        over_rows(busy, 3, 3)
others = [threading.Thread(target=go_on) for _ in range(3)]
for each in others: each.start()
for _ in range(20):
    child = os.fork()
    if not child:
        meeting = threading.Barrier(3, timeout=20)
        over_rows(lambda begin, end: meeting.wait(), 3, 3)
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
stop.set()
print("all")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "all\n"
