import dataclasses

from unrolled.model_file.about import about, alphabet
from unrolled.text.vocabulary import Vocabulary


def test_a_model_without_a_record_is_told_of_by_its_sizes(model):
    facts = about(dataclasses.replace(model.bundle, record={}))
    assert facts["parameters"] == model.bundle.parameters and facts["hidden_size"] == 48
    assert facts["held_out_bits_per_char"] is None and facts["labels"] is None


def test_several_vocabularies_are_told_of_by_their_names(backwards):
    facts = about(backwards.bundle)
    assert facts["source_vocabulary"] == len(backwards.vocabularies["source"]) and "vocabulary" not in facts


def test_an_alphabet_is_one_line_of_at_most_200_characters():
    assert alphabet(Vocabulary("char", ("a", "b"))) == "ab"
    assert alphabet(Vocabulary("word", ("a", "b"))) == "a b"
    assert len(alphabet(Vocabulary("char", tuple(map(chr, range(0x4E00, 0x4E00 + 999)))))) == 200
