import json
import os
import pty
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled import untrusted
from unrolled.errors import InputError, ModelFileError
from unrolled.untrusted import parse_json, read_bytes

HINT = "give another"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_json_is_parsed_as_it_was_written(value):
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_anything_is_json_or_one_short_sentence(raw):
    said = said_of(raw)
    assert "\n" not in said and len(said) < 120


def said_of(raw) -> str:
    try:
        parse_json(raw)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("[" * 200_000, "within each other"),
        ("[" * 200_000 + "]" * 200_000, "within each other"),
        ('{"a":' * 200_000, "within each other"),
        ("[" * 101 + "]" * 101, "within each other"),
        ("9" * 5000, "too many digits"),
        (b'"\xff"', "not in UTF-8"),
        ("{", "^column 2"),
        ("{\n1", "^line 2, column 1"),
        ("", "^column 1"),
    ],
)
def test_json_that_ends_parsers_is_refused_in_a_few_words(raw, said):
    with pytest.raises(ValueError, match=said):
        parse_json(raw)


def test_json_may_be_as_deep_and_as_long_as_the_bounds():
    assert parse_json("[" * 100 + "]" * 100)
    assert parse_json("[1,2]", most=5) == [1, 2]
    with pytest.raises(ValueError, match="it has 6 characters, and 5"):
        parse_json("[1,23]", most=5)


def test_a_file_is_read_up_to_the_bound(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 10)
    assert read_bytes(tmp_path / "a", HINT, most=10) == b"x" * 10
    with pytest.raises(ModelFileError, match="a holds more than 9 bytes"):
        read_bytes(tmp_path / "a", HINT, most=9, error=ModelFileError)


def test_a_file_of_holes_that_is_larger_than_memory_is_refused_at_once(tmp_path):
    with (tmp_path / "a").open("wb") as file:
        file.truncate(1 << 43)
    with pytest.raises(InputError, match="holds more than"):
        read_bytes(tmp_path / "a", HINT)


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/random", "/dev/full"])
@pytest.mark.parametrize("link", [False, True])
def test_a_device_is_refused_before_it_is_opened(tmp_path, monkeypatch, name, link):
    monkeypatch.setattr("pathlib.Path.open", None)
    path = tmp_path / "link" if link else name
    if link:
        path.symlink_to(name)
    with pytest.raises(InputError, match="is a device"):
        read_bytes(path, HINT)


def test_what_is_missing_a_folder_an_address_or_no_name_is_one_sentence(tmp_path):
    for path, said in [
        (tmp_path / "no", "there is no file"),
        (tmp_path, "is a folder"),
        ("https://example.org/a.txt", "is an address, and nothing is fetched"),
        ("a\0b", "cannot be read"),
        ("a" * 5000, "cannot be read"),
        ("\ud800", "cannot be read|there is no file"),
    ]:
        with pytest.raises(InputError, match=said) as caught:
            read_bytes(path, HINT)
        assert "\n" not in str(caught.value) and str(caught.value).endswith(HINT)


def test_the_device_in_which_there_is_nothing_is_empty():
    assert read_bytes("/dev/null", HINT) == b""
    with pytest.raises(InputError, match="is a device"):
        read_bytes("/dev/null", HINT, pipes=False)


def test_a_pipe_with_a_name_is_read_within_the_bound(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    for most in (10, 9):
        writer = threading.Thread(target=path.write_bytes, args=(b"x" * 10,))
        writer.start()
        if most == 10:
            assert read_bytes(path, HINT, most) == b"x" * 10
        else:
            with pytest.raises(InputError, match="holds more than 9 bytes"):
                read_bytes(path, HINT, most)
        writer.join()
    with pytest.raises(InputError, match="no file"):
        read_bytes(path, HINT, pipes=False)


CODE = """
import sys
from unrolled.errors import UnrolledError
from unrolled.untrusted import read_bytes
try:
    print(read_bytes(sys.argv[1], "give another", 1 << 20))
except UnrolledError as error:
    print(error)
"""


def said_by(shell: str) -> str:
    command = shell.format(f"{sys.executable} -c '{CODE}'".replace("{", "{{"))
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        ("printf abc | {} -", "b'abc'"),
        ("printf abc | {} /dev/stdin", "b'abc'"),
        ("{} <(printf abc)", "b'abc'"),
        ("{} - < /dev/null", "b''"),
        ("{} - < /dev/zero", "is a device"),
        ("{} /dev/stdin < /dev/zero", "is a device"),
        ("yes 2>/dev/null | {} -", "holds more than 1,048,576 bytes"),
        ("{} - <&-", "standard input is closed"),
    ],
)
def test_standard_input_may_be_a_pipe_and_is_bounded(shell, said):
    assert said in said_by(shell)


@pytest.mark.parametrize("path", ["-", "/dev/stdin"])
def test_a_terminal_on_standard_input_is_read_to_its_end(path):
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", CODE, path], stdin=theirs, stdout=subprocess.PIPE) as process:
        os.close(theirs)
        os.write(ours, b"abc\n\x04")
        assert process.communicate(timeout=60)[0] == b"b'abc\\n'\n"
    os.close(ours)


def test_little_that_is_compressed_may_grow_more_than_much():
    assert untrusted.most_expanded(1) == 64 << 20
    assert untrusted.most_expanded(10 << 20) == 1000 << 20
