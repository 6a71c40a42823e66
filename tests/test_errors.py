import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled import errors
from unrolled.errors import InputError, MissingExtraError, OptionError, OutputError, TrainingError, UnrolledError

MEMBERS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, UnrolledError)]


@pytest.mark.parametrize("kind", MEMBERS)
def test_every_error_is_drawn_in_the_tree(kind):
    assert f" {kind.__name__} " in f" {errors.__doc__} "


@pytest.mark.parametrize("kind", MEMBERS)
def test_every_error_shows_its_sentence(kind):
    extra = (15,) if kind is errors.InterruptedWorkError else ()
    assert str(kind("I got this; do that", *extra)) == "I got this; do that"


@pytest.mark.parametrize("kind", MEMBERS)
def test_every_error_passes_from_one_process_to_another(kind):
    error = kind("I got this", *((15,) if kind is errors.InterruptedWorkError else ()))
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.exit_status) == (kind, "I got this", error.exit_status)


def test_an_error_of_writing_keeps_its_exit_status():
    assert pickle.loads(pickle.dumps(OutputError("I got this", 2))).exit_status == 2


@pytest.mark.parametrize(
    ("kind", "builtin"), [(OptionError, ValueError), (InputError, ValueError), (MissingExtraError, ImportError)]
)
def test_errors_can_be_caught_as_what_python_calls_them(kind, builtin):
    with pytest.raises(builtin, match="mend it"):
        raise kind("mend it")


@pytest.mark.parametrize("kind", [OptionError, InputError, errors.ModelFileError])
def test_bad_input_exits_with_2(kind):
    assert kind("").exit_status == 2


@pytest.mark.parametrize("kind", [OutputError, MissingExtraError, TrainingError])
def test_failed_work_exits_with_1(kind):
    assert kind("").exit_status == 1


def test_work_that_a_signal_ended_exits_with_128_and_its_number():
    assert errors.InterruptedWorkError("", 15).exit_status == 143


def test_an_output_that_was_wrong_from_the_start_is_bad_input():
    assert OutputError("exists already", 2).exit_status == 2


def test_a_warning_is_no_error():
    assert not issubclass(errors.UnrolledWarning, UnrolledError)


def test_the_reason_is_said_without_number_and_path():
    with pytest.raises(FileNotFoundError) as caught:
        Path("/no/such/file").read_text()
    assert errors.reason(caught.value) == "No such file or directory"


def test_the_reason_of_an_error_without_a_system_is_its_message():
    assert errors.reason(ValueError("embedded null byte")) == "embedded null byte"


@pytest.mark.parametrize(
    ("message", "written", "typed"),
    [
        ("I got --top-k with --beams=3; why?", "I got top_k= with beams=3; why?", "I got --top-k with --beams 3; why?"),
        ("go on with --start", "go on with start=", "go on with --start"),
        ("--top-k is 0; raise it", "top_k is 0; raise it", "--top-k is 0; raise it"),
        *[(same, same, same) for same in ("`unrolled train --resume`", "a -- b, x--y, --Z and ---", "")],
    ],
)
def test_options_are_named_as_the_caller_has_them(message, written, typed):
    assert str(OptionError(message)) == str(errors.UnrolledWarning(message)) == written
    with errors.CALLER.typing():
        assert str(OptionError(message)) == typed
    assert str(OptionError(message)) == written


@given(st.text(alphabet="-ab `"))
def test_naming_options_twice_changes_nothing_more(message):
    assert errors.spelled(errors.spelled(message)) == errors.spelled(message)
