from typing import get_type_hints

from unrolled import keywords
from unrolled.generation.state import OF_THE_START


def test_a_start_has_those_options_of_generate_that_hold_from_the_beginning():
    start, generate = get_type_hints(keywords.StartKeywords), get_type_hints(keywords.GenerateKeywords)
    assert tuple(start) == OF_THE_START
    assert all(generate[name] == hint for name, hint in start.items())
