import json
import subprocess
import sys

import pytest

from unrolled.escaping import CONTROLS, LAYOUT, cleaned, escaped, json_line

HOSTILE = ["\x00", "\x1b", "\x7f", "\x80", "\x9b", "\u2028", "\u2029", "\u202e", "\u2066", "\u2069", "\ud800", "\udc80"]


@pytest.mark.parametrize("letter", HOSTILE)
def test_a_control_character_becomes_an_escape_that_is_seen(letter):
    shown = escaped(f"a{letter}b")
    assert shown.isprintable() and shown == f"a{letter.encode('unicode_escape').decode()}b"


@pytest.mark.parametrize("letter", HOSTILE)
def test_json_means_the_same_and_shows_no_control_character(letter):
    line = json_line({letter: f"a{letter}"})
    assert not CONTROLS.search(line) and json.loads(line) == {letter: f"a{letter}"}


@pytest.mark.parametrize("text", ["မြန်မာ", "naïve — “quotes” 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "עברית", "क्‍ष", "C:\\new\\table", ""])
def test_what_is_no_control_character_stays(text):
    assert escaped(text) == cleaned(text) == text
    assert json.loads(json_line(text)) == text


def test_escaping_twice_is_escaping_once():
    assert escaped(escaped("".join(HOSTILE))) == escaped("".join(HOSTILE))


def test_a_text_of_several_lines_keeps_newlines_and_tabs():
    assert escaped("a\tb\r\n\x1b", LAYOUT) == "a\tb\\r\n\\x1b"
    assert cleaned("a\tb\r\n\x1b[1m\u202e") == "a\tb\n[1m"


@pytest.mark.parametrize("kind", ["InputError", "ModelFileError", "UnrolledWarning"])
def test_a_traceback_of_python_shows_no_control_character_either(kind):
    code = f"from unrolled.errors import {kind}; raise {kind}('no file a\\x1b[2J\\nTraceback: \\u202e')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.endswith(f"{kind}: no file a\\x1b[2J\\nTraceback: \\u202e\n")
