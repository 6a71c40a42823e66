import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import pre_tokenizers

from unrolled.text import UNITS
from unrolled.text.gpt2 import Gpt2Tokens

CUT = pre_tokenizers.ByteLevel(add_prefix_space=False)


@given(st.text(st.sampled_from("ab'st1 \n\t.,-éß½ကာ်။\u3000\u00a0")))
def test_the_pieces_are_those_of_hugging_face(text):
    theirs = [text[begin:end] for _, (begin, end) in CUT.pre_tokenize_str(text)]
    assert Gpt2Tokens().pieces(text) == theirs


@pytest.mark.parametrize("text", ["don't  go\n\n\nnow", "  indented\tby\r\n", "မြန်မာ 42abc"])
def test_pieces_joined_are_the_text(text):
    assert "".join(Gpt2Tokens().pieces(text)) == text


def test_it_learns_tokens_that_cross_no_piece():
    learnt = UNITS["gpt2"].learn(["the cat the cat " * 50], [], 300, 2)
    assert " the" in learnt and not any(" " in token[1:] for token in learnt)
