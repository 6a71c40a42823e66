import pytest

from unrolled.errors import ModelFileError
from unrolled.model_file.opening import open_bundle


def test_a_file_is_opened_as_the_model_that_it_holds(model, model_file):
    assert open_bundle(model_file).config == model.bundle.config


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="is no folder of a network"):
        open_bundle(tmp_path)
