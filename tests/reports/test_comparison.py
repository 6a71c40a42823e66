import re

import pytest

from unrolled.escaping import CONTROLS
from unrolled.reports.comparison import COLUMNS, curves, page, rows, samples, table


def entry(name: str, bits: float | None, curve: list[tuple[float, float]], sample: str = "some text") -> dict:
    return {
        "name": name,
        "title": f"{name} 1×64",
        "bits_per_char": bits,
        "cold_bits_per_char": None,
        "learning": 51_000.0,
        "writing": 102_000.0,
        "bytes": 1_230_000,
        "memory": None,
        "longest": 21,
        "copied": 0.034,
        "seconds": 60.0,
        "curve": curve,
        "sample": sample,
    }


@pytest.fixture
def comparison() -> dict:
    entries = [
        entry("markov", 2.2, []),
        entry("lstm", 1.9, [(10.0, 2.5), (59.2, 1.9)]),
        entry("gpt2", 2.5, [(30.0, 3.0), (59.0, 2.5)], sample="</p><script>alert(1)</script> က"),
    ]
    told = {"text": "a<b>.txt", "characters": 9000, "minutes": 1.0, "unit": "char", "prompt": "Once <"}
    return {**told, "entries": entries, "longest": 30, "copied": 0.05, "notes": ()}


def test_a_table_has_a_line_for_each_model_and_one_for_the_text_itself(comparison):
    lines = table(comparison)
    assert len(lines) == 5 and lines[0].split() == [head for head, _ in COLUMNS]
    assert lines[2].split() == ["lstm", "1×64", "1.900", "–", "51k", "102k", "1.2", "–", "21", "3.4%"]
    assert lines[4].split() == ["held-out", "text", "30", "5.0%"]


def test_a_table_of_all_models_fits_a_terminal(comparison):
    assert max(map(len, table(comparison))) <= 80


def test_all_columns_are_as_wide_as_they_need(comparison):
    assert len({len(row) for row in rows(comparison)}) == 1


def test_samples_begin_with_the_prompt(comparison):
    assert samples(comparison).count("Once <some text") == 2


def test_a_model_without_a_curve_is_a_level(comparison):
    drawn = curves(comparison["entries"])
    assert drawn.count("<polyline") == 3 and drawn.count("stroke-dasharray") == 1


def test_nothing_learnt_over_time_has_no_curves():
    assert curves([entry("markov", 2.0, [])]) == ""


def test_nothing_held_out_is_a_dash(comparison):
    comparison["entries"] = [entry("lstm", None, [])]
    assert table(comparison)[1].split()[2] == "–" and "<table>" in page(comparison)


def test_the_page_is_complete_in_itself_and_shows_texts_as_texts(comparison, show):
    made = page(comparison)
    assert "<script>" not in made and "a&lt;b&gt;.txt" in made and "Once &lt;" in made
    assert not re.search(r"<!-- \w+ -->", made)
    view = show(made, width=360)
    assert view.evaluate("document.documentElement.scrollWidth") == 360
    assert view.locator("tr.best th").inner_text() == "lstm 1×64"
    assert view.locator("article").count() == 3 and "alert(1)" in view.locator("article").nth(2).inner_text()
    assert view.locator("polyline").count() == 3


def test_control_characters_are_seen_in_the_page_and_obeyed_nowhere(comparison):
    comparison["entries"][0]["sample"] = "one\ntwo\x1b[2J\u202e</script>"
    shown = page({**comparison, "text": "a\x1b\u2028b", "prompt": "\x9b\ud800"})
    assert not CONTROLS.search(shown.replace("\n", "").replace("\t", ""))
    assert "one\ntwo\\x1b[2J\\u202e&lt;/script&gt;" in shown
    assert "\\x9b\\ud800" in shown and "a\\x1b\\u2028b" in shown
