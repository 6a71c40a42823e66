import pytest

import unrolled
from unrolled.exports.transformers import write


@pytest.fixture(scope="module")
def gpt2(text_file):
    return unrolled.train(text_file, model="gpt2", steps=2, layers=1, hidden_size=16, context=8, threads=1)


def test_a_folder_opens_again(gpt2, tmp_path):
    assert unrolled.load(write(gpt2.bundle, tmp_path / "new")).generate(seed=1) == gpt2.generate(seed=1)


def test_a_folder_with_files_is_only_written_into_by_force(gpt2, tmp_path):
    (tmp_path / "precious").write_text("x")
    with pytest.raises(unrolled.UnrolledError, match="holds files already"):
        write(gpt2.bundle, tmp_path)
    assert write(gpt2.bundle, tmp_path, force=True) == tmp_path and (tmp_path / "precious").read_text() == "x"


def test_a_file_is_no_folder(gpt2, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(unrolled.UnrolledError, match="is a file; name a folder"):
        write(gpt2.bundle, tmp_path / "file", force=True)
