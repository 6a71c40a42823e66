import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

from unrolled import keywords
from unrolled.generation.state import OF_THE_START

ROOT = Path(__file__).parents[1]


def test_a_start_has_those_options_of_generate_that_hold_from_the_beginning():
    start, generate = get_type_hints(keywords.StartKeywords), get_type_hints(keywords.GenerateKeywords)
    assert tuple(start) == OF_THE_START
    assert all(generate[name] == hint for name, hint in start.items())


def test_the_keywords_are_those_that_their_program_writes():
    command = [sys.executable, "tools/write_keywords.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
