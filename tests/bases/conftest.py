"""The scripts that make base models, which are no package: imported from their own folder, and forgotten again."""

import importlib
import sys
from pathlib import Path

import pytest

ENGLISH = Path(__file__).parents[2] / "bases" / "english"


@pytest.fixture(scope="module")
def script():
    """A function that imports a script by its name."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ENGLISH))
        yield importlib.import_module
    for name in set(sys.modules) - before:
        if str(ENGLISH) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
