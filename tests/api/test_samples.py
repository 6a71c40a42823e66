import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from unrolled.api.samples import MAX_SHOWN_CHARACTERS, answers, sample_lines, shorten, with_sample


@given(st.text())
def test_a_long_text_is_shown_by_its_beginning_in_one_line(text):
    shown, line = shorten(text), " ".join(text.split())
    assert len(shown) <= MAX_SHOWN_CHARACTERS and "\n" not in shown
    assert shown == line or (len(line) > MAX_SHOWN_CHARACTERS and shown == line[: MAX_SHOWN_CHARACTERS - 1] + "…")


def test_answers_say_what_was_wanted_where_it_was_not_found(backwards):
    pairs = [["abc", backwards.predict("abc", beams=1).text], ["d" * 80, "other\nwords"]]
    changed = type(backwards)(dataclasses.replace(backwards.bundle, record={"shown": pairs}))
    right, wrong = answers(changed)
    assert right == f"abc → {pairs[0][1]}"
    assert wrong.startswith("d" * 59 + "… → ") and wrong.endswith("(wanted: other words)")
    assert sample_lines(changed.bundle) == [f"  {right}", f"  {wrong}"]


def test_a_language_model_writes_on_from_a_held_out_line_at_three_temperatures(model):
    record = {**model.record, "shown": [["The ", ""]]}
    lines = sample_lines(dataclasses.replace(model.bundle, record=record))
    assert [line[:12] for line in lines] == ["  [0.3] 'The", "  [0.8] 'The", "  [1.2] 'The"]


def test_the_record_gets_a_sample_and_nothing_else_changes(model):
    found = with_sample(dataclasses.replace(model.bundle, record={"steps": 3}))
    assert set(found.record) == {"version", "steps", "sample"} and len(found.record["sample"]) > 50
