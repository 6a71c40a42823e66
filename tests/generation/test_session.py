import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import unrolled
from unrolled.generation import session as module
from unrolled.generation.session import Session, Sessions, shared
from unrolled.generation.state import Start

texts = st.lists(st.text(st.sampled_from("The cat\n"), max_size=30), min_size=1, max_size=6)


@given(texts)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_was_typed_before_the_state_is_that_of_the_text(model, texts):
    session = model.session()
    for text in texts:
        state = session.to(text)
        assert state.text == text
        assert np.allclose(state.read.logits, model.start(text).read.logits, atol=1e-5)


def test_a_keystroke_costs_one_step_and_a_deletion_none(model, monkeypatch):
    session, read = model.session(), []
    session.to("The cat")
    scan = session.state.engine.scan
    monkeypatch.setattr(session.state.engine, "scan", lambda ids, state: read.append(ids.size) or scan(ids, state))
    session.to("The cat ")
    assert read == [1]
    session.to("The cat s")
    session.to("The cat ")
    assert read == [1, 1]


def test_states_far_back_are_thinned_out_and_still_gone_back_to(model, monkeypatch):
    monkeypatch.setattr(module, "MAX_NEAR_STATES", 16)
    monkeypatch.setattr(module, "CHARACTERS_PER_STATE", 8)
    session, text = model.session(), "The cat sat on the mat. " * 8
    for end in range(len(text)):
        session.to(text[:end])
    assert len(session.marks) < 16 + 4 + len(text) / 8 + 2
    assert np.allclose(session.to(text[:50]).read.logits, model.start(text[:50]).read.logits, atol=1e-5)


@given(st.text("ab"), st.text("ab"))
def test_what_two_texts_share_is_their_common_beginning(one, other):
    size = shared(one, other)
    assert (one[:size] == other[:size] and one[size : size + 1] != other[size : size + 1]) or one == other


def test_completions_of_the_model_follow_the_text(model):
    assert model.completions("The ca")[0].text == "cat"
    assert model.completions("The ")[0].rest == model.completions("The ")[0].text


def test_of_large_states_few_are_kept(model, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1)
    session = model.session()
    for end in range(200):
        session.to(("The cat sat on the mat. " * 9)[:end])
    assert len(session.marks) < 40
    assert np.allclose(session.to("The c").read.logits, model.start("The c").read.logits, atol=1e-5)


def test_no_words_are_no_wish(model):
    with pytest.raises(unrolled.UnrolledError, match="count is 0"):
        model.completions("The ca", 0)


def test_a_session_is_right_after_an_error_while_it_read(model, monkeypatch):
    monkeypatch.setattr(module, "CHARACTERS_PER_STATE", 8)
    session, long = model.session(), "The cat sat on the mat. The dog ran over the hill. "
    session.to(long)
    with pytest.raises(unrolled.UnrolledWarning, match="never saw"):
        session.to("The cat ran over the hill, and then \u1000")
    assert session.completions(long + "A bi") == model.session().completions(long + "A bi")
    assert session.to(long).text == long


def test_two_texts_that_are_typed_in_turn_keep_a_session_each(model):
    sessions = Sessions(Start(model._source))
    one, two = Session(sessions.start.state("")), Session(sessions.start.state(""))
    one.to("The cat")
    two.to("A dog")
    sessions.idle.extend([one, two])
    sessions.completions("A dog s", 1)
    assert {each.text for each in sessions.idle} == {"The cat", "A dog s"}
    assert sessions.take("The ca") is one and sessions.take("The ca") is two and sessions.take("The ca") is None


def test_few_sessions_wait(model):
    sessions = Sessions(Start(model._source))
    sessions.idle.extend(Session(sessions.start.state("")) for _ in range(9))
    sessions.completions("The ca", 1)
    assert len(sessions.idle) == module.MOST_IDLE
