import copy
import pickle
import threading
import time

import pytest

import unrolled
from unrolled.engines import opener as module
from unrolled.engines.opener import EngineSource
from unrolled.model_file.bundle import Bundle


def test_an_engine_is_opened_when_it_is_needed_and_once(model):
    source = EngineSource(model.bundle, "reference")
    assert "opened" not in vars(source)
    assert source.engine() is source.engine(())


def test_threads_that_need_an_engine_wait_for_one(model, monkeypatch):
    made = []

    def slowly(name: str, bundle: Bundle, device: str, weights: str | None) -> object:
        time.sleep(0.1)
        made.append(name)
        return object()

    monkeypatch.setattr(module, "open_engine", slowly)
    source, found = EngineSource(model.bundle), []
    threads = [threading.Thread(target=lambda: found.append(source.engine())) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert made == ["auto"] and len(set(map(id, found))) == 1


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_opens_engines_of_its_own(model, copied):
    source = EngineSource(model.bundle, "reference", "cpu", "bf16")
    engine, other = source.engine(), copied(source)
    assert "opened" not in vars(other) and other.engine() is not engine
    assert (other.name, other.device, other.weights) == ("reference", "cpu", "bf16")


def test_of_many_labels_the_engines_used_first_are_let_go(model, monkeypatch):
    monkeypatch.setattr(module, "with_labels", lambda bundle, where: bundle)
    monkeypatch.setattr(module, "open_engine", lambda *_: object())
    source = EngineSource(model.bundle)
    engines = [source.engine((str(number),)) for number in range(module.MAX_ENGINES + 3)]
    assert len(source.opened) == module.MAX_ENGINES
    assert source.engine((str(module.MAX_ENGINES + 2),)) is engines[-1] and source.engine(("0",)) is not engines[0]


def test_a_module_that_is_missing_and_is_not_torch_is_a_bug(model, monkeypatch):
    def missing(*_: object) -> object:
        raise ModuleNotFoundError("there is no lute", name="lute")

    monkeypatch.setattr(module, "open_engine", missing)
    with pytest.raises(ModuleNotFoundError, match="lute") as caught:
        EngineSource(model.bundle).engine()
    assert not isinstance(caught.value, unrolled.UnrolledError)
