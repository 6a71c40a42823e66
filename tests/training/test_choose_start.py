import numpy as np
import pytest

import unrolled
from unrolled.model_file import bases
from unrolled.training import choose_start as module
from unrolled.training.events import Started
from unrolled.training.interrupt import Interrupt
from unrolled.training.prepare import gather

SMALL = {"minutes": 0.5, "threads": 1, "seed": 1}


@pytest.fixture
def base(tmp_path, monkeypatch, model_file):
    """A folder of bases in which one is called "cats", and knows the text of the tests well."""
    folder = tmp_path / "bases"
    folder.mkdir()
    (folder / "cats.safetensors").write_bytes(model_file.read_bytes())
    monkeypatch.setattr(bases, "FOLDER", folder)
    return folder


@pytest.fixture
def judged(monkeypatch):
    """The two are judged without learning: by the bits that this dict gives them; and which were judged."""
    bits, asked = {}, []

    def after(job, interrupt):
        name = job.base.path if job.base else "scratch"
        asked.append((name, job))
        return bits[name]

    monkeypatch.setattr(module, "after_a_while", after)
    bits["asked"] = asked
    return bits


def choose(text, **options):
    """The run that is chosen, before it is made."""
    from unrolled.formats.sources import Text

    given = {"label": (), **SMALL, **options}
    job = gather(Text(text), None, given)
    return module.choose_start(job, lambda name: gather(Text(text), None, given, start=name), Interrupt())


@pytest.mark.parametrize(("cats", "scratch", "chosen"), [(2.0, 2.1, "cats"), (2.2, 2.1, "scratch")])
def test_the_one_that_needs_fewer_bits_goes_on_with_what_is_left_of_the_minutes(
    base, judged, text, cats, scratch, chosen
):
    judged |= {"cats": cats, "scratch": scratch}
    job = choose(text)
    assert (job.base.path if job.base else "scratch") == chosen
    assert job.train.minutes == pytest.approx(0.45)
    assert job.start["bits_per_char"] == {"cats": cats, "scratch": scratch}
    assert chosen in job.info[-1]


def test_the_held_out_part_is_never_looked_at(base, text):
    job = choose(text, minutes=0.1)
    probe = module.without_its_end(job.split)
    train = job.split.train
    np.testing.assert_array_equal(np.concatenate([probe.train, probe.valid]), train)
    assert len(probe.valid) == int(0.1 * len(train))
    assert len(probe.test) == 0


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"minutes": 0.4}, "in a budget of 30 seconds or more"),
        ({"minutes": None, "steps": 5}, "in a budget of 30 seconds or more"),
        ({"unit": "word"}, "cats cannot be tried: I got unit=word"),
        ({"hidden_size": 32}, "cats cannot be tried: I got hidden_size=32"),
        ({"cell": "gru"}, "cats cannot be tried: I got cell=gru"),
        ({"documents": "lines"}, "neither documents nor labels"),
    ],
)
def test_where_a_base_does_not_fit_it_says_why_and_takes_no_time(base, judged, text, options, why):
    job = choose(text, **options)
    assert job.base is None
    assert why in job.start["why"] and why in job.info[-1]
    assert judged["asked"] == []
    assert job.train.minutes == options.get("minutes", 0.5)


def test_a_text_in_another_script_begins_from_scratch(base, judged):
    job = choose("မြန်မာဘာသာစကားသည် ရုံးသုံးဘာသာစကား ဖြစ်သည်။ " * 60)
    assert "of its characters" in job.start["why"]
    assert judged["asked"] == []


def test_without_bases_it_begins_from_scratch(tmp_path, monkeypatch, judged, text):
    monkeypatch.setattr(bases, "FOLDER", tmp_path)
    assert "no base model in the package" in choose(text).start["why"]


def test_a_run_tells_and_records_what_it_begins_with_and_a_replay_takes_the_same(
    base, judged, text_file, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "LEAST_MINUTES", 0.0)
    judged |= {"cats": 2.0, "scratch": 2.1}
    told, output = [], tmp_path / "on.safetensors"
    short = {**SMALL, "minutes": 0.03}
    record = unrolled.train(text_file, output, start="auto", observers=[told.append], **short).record
    assert (record.start["chosen"], record.continued["from"]) == ("cats", "cats")
    assert record.start["bits_per_char"] == {"cats": 2.0, "scratch": 2.1}
    (started,) = [each for each in told if isinstance(each, Started)]
    assert any("begins with the base model cats" in line for line in started.info)
    again = unrolled.train(text_file, replay=output, start="auto").record
    assert again.continued["from"] == "cats"


def test_both_learn_for_a_while_and_are_judged_by_the_end_of_the_training_part(base, text):
    job = choose(text)
    bits = job.start["bits_per_char"]
    assert set(bits) == {"cats", "scratch"}
    assert all(0 < each < 8 for each in bits.values())
    assert job.start["chosen"] == min(bits, key=bits.get)


def test_a_probe_that_is_stopped_leaves_nothing(base, text):
    class Stopped:
        stopped = "signal 2"

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "fit", lambda *_: type("Bundle", (), {"record": Stopped})())
        with pytest.raises(KeyboardInterrupt):
            choose(text)
