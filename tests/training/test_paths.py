from pathlib import Path

import pytest

from unrolled.training.paths import resume_path


@pytest.mark.parametrize("output", ["a/alice.safetensors", "a/alice"])
def test_the_resume_file_lies_beside_the_model(output):
    assert resume_path(output) == Path("a/alice.resume.safetensors")
