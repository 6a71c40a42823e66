import json
import math

import pytest
import torch

from unrolled.training.checkpoint import load_state, save_resume
from unrolled.training.driver import Run
from unrolled.training.interrupt import Interrupt
from unrolled.training.machine import borrowed, prepare
from unrolled.training.prepare import gather
from unrolled.training.progress import RunProgress
from unrolled.training.recipes.text import RecipeSummary
from unrolled.training.state import PREFIXES, RunState

SMALL = {"steps": 5, "hidden_size": 16, "batch_size": 4, "dropout": 0.1, "valid": 0.1, "threads": 1}
KINDS = [
    {"cell": "lstm", "layers": 2, "sequence_length": 16},
    {"cell": "gru", "optimizer": "adamw", "sequence_length": 16},
    {"model": "gpt2", "layers": 1, "context": 16, "heads": 2, "sequence_length": 16},
    {"task": "translate", "unit": "char"},
    {"task": "classify"},
]


def a_state(**changes):
    torch.manual_seed(1)
    tensors = {"head.weight": torch.randn(3, 4)}
    fields = {
        "network": tensors,
        "best": {},
        "hidden_state": {"h": torch.randn(2, 4)},
        "optimizers": {"0.3.exp_avg": torch.randn(4), "1.0.step": torch.tensor(7.0)},
        "progress": RunProgress(step=9, plans=[(0, 20), (8, 25)], curve=[{"step": 4, "valid": math.inf}]),
        "summary": RecipeSummary("advice", "recipe", {"low": 1.0}, 2.5),
        "before": {"new": 1.5, "old": None},
        "job": {"digest": "d", "model": {"cell": "gru"}},
    }
    return RunState(**{**fields, **changes})


def same(one, other):
    """Whether two states are the same, to the last bit."""
    for field in PREFIXES:
        old, new = getattr(one, field), getattr(other, field)
        if set(old) != set(new) or not all(torch.equal(old[name], new[name]) for name in old):
            return False
    rest = [[getattr(each, name) for name in ("progress", "summary", "before", "job")] for each in (one, other)]
    return rest[0] == rest[1]


@pytest.mark.parametrize("changes", [{}, {"best": {"head.weight": torch.ones(2)}}, {"hidden_state": {}, "before": {}}])
def test_a_state_is_what_its_tensors_are_made_into(changes):
    state = a_state(**changes)
    assert same(RunState.from_tensors(*state.to_tensors()), state)
    tensors, about = state.to_tensors()
    assert same(RunState.from_tensors(tensors, json.loads(json.dumps(about))), state)


@pytest.mark.parametrize(
    "changes", [{"best": {"head.weight": torch.ones(2)}}, {"progress": RunProgress(plans=[(0, 3)])}]
)
def test_states_that_differ_are_told_apart(changes):
    assert not same(a_state(**changes), a_state())


def test_a_tensor_of_no_field_is_refused():
    tensors, about = a_state().to_tensors()
    with pytest.raises(ValueError, match=r"no run has a tensor 'wings\.a'"):
        RunState.from_tensors({**tensors, "wings.a": torch.ones(1)}, about)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_a_run_saves_is_what_another_goes_on_with(kind, text_file, pairs_file, labelled_file, tmp_path):
    source = {"translate": pairs_file, "classify": labelled_file}.get(kind.get("task"), text_file)
    work = gather(source, None, SMALL | kind)
    with borrowed():
        device = prepare(work.run)
        one = Run(work, (), device, RunProgress())
        one.begin()
        one.learn(Interrupt())
        save_resume(tmp_path / "r", *one.state().to_tensors())
        saved = load_state(tmp_path / "r", device)
        assert saved.best and saved.optimizers and saved.progress.step == 5
        other = Run(work, (), device, saved.progress)
        other.resume(saved)
        assert same(other.state(), one.state())
