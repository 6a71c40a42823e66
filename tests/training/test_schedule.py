import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.training.schedule import FLOOR, WARM_UP, Schedule


@st.composite
def replans(draw):
    """A first plan, and later ones made while the run was going on."""
    plans = [(0, draw(st.integers(2, 5000)))]
    for _ in range(draw(st.integers(0, 5))):
        step, steps = plans[-1]
        if steps - step < 2:
            break
        now = draw(st.integers(step + 1, steps - 1))
        plans.append((now, draw(st.integers(now, now + 5000))))
    return plans


@given(replans())
def test_a_new_plan_never_makes_progress_jump(plans):
    schedule = Schedule()
    for step, steps in plans:
        before = schedule.progress(step) if schedule.plans else 0.0
        schedule.plan(step, steps)
        assert schedule.progress(step) == pytest.approx(before, abs=1e-9)


@given(replans())
def test_progress_only_rises_and_ends_at_one(plans):
    schedule = Schedule(list(plans))
    last, steps = plans[-1]
    course = [schedule.progress(step) for step in range(steps + 1)]
    assert course == sorted(course)
    assert course[0] == 0
    if steps > last:
        assert course[-1] == pytest.approx(1)


@given(replans(), st.floats(1e-5, 1))
def test_a_new_plan_never_makes_the_learning_rate_jump(plans, highest):
    schedule = Schedule()
    for step, steps in plans:
        before = schedule.learning_rate(step, highest) if schedule.plans else None
        schedule.plan(step, steps)
        assert before is None or schedule.learning_rate(step, highest) == pytest.approx(before)


@given(replans(), st.floats(1e-5, 1), st.sampled_from(["cosine", "constant"]))
def test_the_learning_rate_stays_above_nothing_and_below_the_highest(plans, highest, shape):
    schedule = Schedule(list(plans), shape)
    rates = [schedule.learning_rate(step, highest) for step in range(plans[-1][1] + 1)]
    assert min(rates) > 0
    assert max(rates) <= highest * (1 + 1e-12)


def test_a_line_ends_at_nothing_and_a_constant_stays():
    line, level = (Schedule([(0, 1000)], shape) for shape in ("linear", "constant"))
    assert line.learning_rate(1000, 2.0) == pytest.approx(0)
    assert line.learning_rate(510, 2.0) == pytest.approx(1.0)
    assert {level.learning_rate(step, 2.0) for step in range(20, 1001)} == {2.0}
    assert line.learning_rate(10, 2.0) == level.learning_rate(10, 2.0) == pytest.approx(1.0)


def test_the_learning_rate_rises_to_the_highest_and_falls_to_the_floor():
    schedule = Schedule([(0, 1000)])
    rates = [schedule.learning_rate(step, 2.0) for step in range(1001)]
    top = int(1000 * WARM_UP)
    assert rates[top] == pytest.approx(2.0)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] == pytest.approx(2.0 * FLOOR)


def test_halfway_through_the_cosine_the_rate_is_halfway_down():
    schedule = Schedule([(0, 1000)])
    assert schedule.learning_rate(510, 1.0) == pytest.approx((1 + FLOOR) / 2)


def test_a_plan_never_ends_before_its_own_step():
    schedule = Schedule()
    schedule.plan(0, 100)
    schedule.plan(50, 20)
    assert schedule.plans == [(0, 100), (50, 50)]
