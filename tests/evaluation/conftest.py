"""What the tests of evaluation share: one of each kind."""

import pytest

import unrolled


@pytest.fixture(scope="session")
def labelled(classifier, tables):
    """The classifier on its test, in which one label was never learnt."""
    path = tables["pets-test"].with_name("with-fish.tsv")
    path.write_text(tables["pets-test"].read_text() + "the trout swam\tfish\n")
    return unrolled.evaluate(classifier, path)


@pytest.fixture(scope="session")
def translated(translator, tables):
    """The translator on its test, in which one source has two references."""
    return unrolled.evaluate(translator, tables["reversals-test"])
