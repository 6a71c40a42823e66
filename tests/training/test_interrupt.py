import os
import signal
import threading

import pytest

from unrolled.training.interrupt import SIGNALS, listening


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_is_noted_and_stops_nothing(number):
    with listening() as interrupt:
        interrupt.deferred = True
        assert interrupt.received is None
        os.kill(os.getpid(), number)
        assert interrupt.received == number


@pytest.mark.parametrize("number", SIGNALS)
def test_a_second_signal_stops_at_once(number):
    with listening() as interrupt:
        interrupt.deferred = True
        os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("number", SIGNALS)
def test_before_anything_is_to_be_kept_the_first_signal_stops_at_once(number):
    with listening() as interrupt, pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    assert interrupt.received == number


def test_afterwards_signals_do_what_they_did_before():
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(ZeroDivisionError), listening():
        os.kill(os.getpid(), signal.SIGINT // 0)
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_outside_the_main_thread_nothing_is_caught_and_nothing_fails():
    before, seen = signal.getsignal(signal.SIGINT), []

    def train():
        with listening() as interrupt:
            seen.append((interrupt.received, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert seen == [(None, before)]
