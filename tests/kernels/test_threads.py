import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.kernels.threads import over_rows


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
