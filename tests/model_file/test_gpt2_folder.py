import json

import numpy as np
import pytest
import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Config, GPT2LMHeadModel, GPT2Tokenizer

import unrolled
from unrolled.config import GenerateOptions
from unrolled.engines import open_engine
from unrolled.engines.prompt import read_prompt
from unrolled.generation.beam_search import beam_search
from unrolled.model_file.gpt2_folder import read_folder, write_folder

TINY = {"steps": 30, "layers": 2, "hidden_size": 32, "context": 16, "threads": 1}


@pytest.fixture(scope="module")
def theirs(text_file, tmp_path_factory):
    """A folder as Hugging Face has it: a small GPT-2 at random, with tokens learnt from the text."""
    folder = tmp_path_factory.mktemp("theirs")
    tokens = ByteLevelBPETokenizer()
    tokens.train([str(text_file)], vocab_size=300, min_frequency=2, show_progress=False)
    tokens.save_model(str(folder))
    numbers = json.loads((folder / "vocab.json").read_text()) | {"<|endoftext|>": 300}
    (folder / "vocab.json").write_text(json.dumps(numbers))
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=301, n_positions=32, n_embd=32, n_layer=2, n_head=2, bos_token_id=300, eos_token_id=300
    )
    GPT2LMHeadModel(config).save_pretrained(folder)
    return folder


def their_logits(folder, text: str) -> tuple[list[int], np.ndarray]:
    """Plain transformers: the ids of a text behind the end of another, and the logits after each."""
    tokenizer = GPT2Tokenizer.from_pretrained(folder)
    ids = [tokenizer.eos_token_id, *tokenizer(text)["input_ids"]]
    with torch.no_grad():
        return ids, GPT2LMHeadModel.from_pretrained(folder).eval()(torch.tensor([ids])).logits[0].numpy()


def our_logits(model: unrolled.Model, text: str) -> np.ndarray:
    ids = np.concatenate([[0], model.vocabulary.encode(text)]).astype(np.int32)
    return model.engine.scan(ids[None], model.engine.start(1))[0][0]


TEXT = "The cat sat — don't  ask.\n\nသူ 42"


def assert_same(model: unrolled.Model, folder) -> None:
    ids, expected = their_logits(folder, TEXT)
    got = our_logits(model, TEXT)
    assert len(got) == len(ids)
    np.testing.assert_allclose(got[:, 2:], expected[:, :-1], atol=1e-4)
    np.testing.assert_allclose(got[:, 0], expected[:, -1], atol=1e-4)
    assert (got[:, 1] < -1000).all()


def test_a_folder_opens_with_the_logits_of_transformers(theirs):
    assert_same(unrolled.load(theirs), theirs)


def test_a_folder_that_we_wrote_opens_in_plain_transformers(theirs, tmp_path):
    model = unrolled.load(theirs)
    write_folder(model.bundle, tmp_path)
    assert their_logits(tmp_path, TEXT)[0] == their_logits(theirs, TEXT)[0]
    np.testing.assert_allclose(their_logits(tmp_path, TEXT)[1], their_logits(theirs, TEXT)[1], atol=1e-5)
    assert_same(unrolled.load(tmp_path), tmp_path)


def test_a_folder_is_fine_tuned_and_the_result_opens_in_plain_transformers(theirs, text_file, tmp_path):
    tuned = unrolled.train(text_file, start=theirs, steps=30, learning_rate=3e-3, batch_size=4, threads=1)
    curve = tuned.record["continued"]["before"]["new"], tuned.record["best"]["bits_per_char"]
    assert curve[1] < curve[0] - 0.5
    write_folder(tuned.bundle, tmp_path)
    assert_same(tuned, tmp_path)


def test_a_gpt2_from_scratch_writes_and_its_folder_has_its_logits(text_file, tmp_path):
    model = unrolled.train(text_file, model="gpt2", **TINY)
    assert model.record["best"]["bits_per_char"] < 4.5
    assert len(model.generate("The ", length=40, seed=1)) == 40
    write_folder(model.bundle, tmp_path / "folder")
    ids = torch.tensor([[0, *model.vocabulary.encode("The cat").tolist()]])
    with torch.no_grad():
        theirs = GPT2LMHeadModel.from_pretrained(tmp_path / "folder").eval()(ids).logits[0].numpy()
    np.testing.assert_allclose(our_logits(model, "The cat"), theirs, atol=1e-5)
    again = unrolled.load(tmp_path / "folder")
    assert again.vocabulary == model.vocabulary and again.generate("The ", seed=1) == model.generate("The ", seed=1)
    saved = unrolled.load(model.save(tmp_path / "m.safetensors"))
    assert saved.generate("The ", seed=1) == model.generate("The ", seed=1)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "config.json",
            {"model_type": "gpt2", "activation_function": "relu"},
            "differs from the plain one",
        ),
        ("vocab.json", {"a": 0}, "cannot spell every byte"),
    ],
)
def test_a_strange_folder_is_refused(theirs, tmp_path, name, content, words):
    for each in theirs.iterdir():
        (tmp_path / each.name).write_bytes(each.read_bytes())
    before = json.loads((tmp_path / name).read_text())
    (tmp_path / name).write_text(json.dumps({**before, **content} if name == "config.json" else content))
    with pytest.raises(unrolled.UnrolledError, match=words):
        read_folder(tmp_path)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(unrolled.UnrolledError, match="is no folder of a network"):
        unrolled.load(tmp_path)


def test_another_model_has_no_such_folder(model, tmp_path):
    with pytest.raises(unrolled.UnrolledError, match="only a GPT-2 has a folder"):
        write_folder(model.bundle, tmp_path)


def test_an_engine_is_refused_and_a_device_allowed(theirs):
    with pytest.raises(unrolled.UnrolledError, match="which runs in one way"):
        open_engine("native", unrolled.load(theirs).bundle)
    assert unrolled.load(theirs, device="cpu").engine


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize("penalty", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("ends", [False, True])
def test_beams_find_the_hypotheses_and_scores_of_transformers(theirs, penalty, ends):
    model, tokenizer = unrolled.load(theirs), GPT2Tokenizer.from_pretrained(theirs)
    network = GPT2LMHeadModel.from_pretrained(theirs).eval()
    with torch.no_grad():  # an end that is as likely as the likeliest tokens
        network.transformer.wte.weight[300] = network.transformer.wte.weight[:300].mean(0) * 3
    table = model.bundle.tensors["transformer.wte.weight"]
    table[0] = network.transformer.wte.weight[300].detach().numpy()
    ids = [300, *tokenizer("The cat")["input_ids"]]
    found = network.generate(
        torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        num_beams=4,
        num_return_sequences=4,
        max_new_tokens=6,
        do_sample=False,
        length_penalty=penalty,
        early_stopping="never" if penalty else False,
        suppress_tokens=None if ends else [300],
        pad_token_id=300,
        output_scores=True,
        return_dict_in_generate=True,
    )
    rows = [row[len(ids) :].tolist() for row in found.sequences]
    expected = [tuple(unit + 2 for unit in row if unit != 300) for row in rows]
    read = read_prompt(model.engine, model.vocabulary.encode("The cat"))
    options = GenerateOptions(beams=4, length=6, length_penalty=penalty, endless=not ends)
    ours = beam_search(model.engine, model.vocabulary, read, options)
    assert [tuple(unit for unit in each.ids if unit) for each in ours] == expected
    assert [each.score for each in ours] == pytest.approx(found.sequences_scores.tolist(), abs=1e-4)


def test_a_folder_is_tuned_gently_unless_told(theirs, text_file):
    tuned = unrolled.train(text_file, start=theirs, steps=1, batch_size=2, threads=1)
    assert tuned.record["options"]["learning_rate"] == 5e-5
    assert tuned.record["options"]["optimizer"] == "adamw"


def test_accents_of_its_tokens_are_letters_of_words(theirs):
    words = unrolled.load(theirs).session().words
    assert words.go_on[unrolled.load(theirs).vocabulary.index["\xc3"]]


def test_another_kind_than_the_base_is_refused(theirs, text_file):
    with pytest.raises(unrolled.UnrolledError, match=r"I got model=markov, and .* is a gpt2 model"):
        unrolled.train(text_file, start=theirs, model="markov")
