import math
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest

import unrolled
from unrolled.api.training import Order, carry_out
from unrolled.training import step
from unrolled.training.driver import Run
from unrolled.training.events import Progress, Started, Validated, Warned
from unrolled.training.finish import Ending
from unrolled.training.interrupt import Interrupt, listening
from unrolled.training.machine import borrowed, prepare
from unrolled.training.prepare import gather
from unrolled.training.progress import RunProgress

FIFTY = "The cat sat on the mat and the dog ran to the mill"


def test_the_same_seed_gives_the_same_weights_to_the_last_bit(text, small, outcome):
    one, two, other = (unrolled.train([text], steps=25, dropout=0.3, seed=seed, **small) for seed in (7, 7, 8))
    assert outcome(one) == outcome(two) != outcome(other)


def test_training_learns(text, small):
    curve = unrolled.train([text], steps=150, valid=0.02, **small).record["curve"]
    assert curve[-1]["valid"] < curve[0]["valid"] - 0.5
    assert curve[-1]["train"] < curve[0]["train"] - 0.5


def test_a_recorded_plan_can_be_replayed(text_file, tmp_path, small, outcome):
    path = tmp_path / "m.safetensors"
    first = unrolled.train(text_file, path, minutes=0.06, **small)
    assert len(first.record["plans"]) > 1
    assert outcome(unrolled.train(text_file, replay=path, threads=1)) == outcome(first)


def test_a_budget_of_minutes_is_kept(text_file):
    begin = []

    def note(event):
        if isinstance(event, Started):
            begin.append(time.perf_counter())

    model = unrolled.train(text_file, minutes=0.1, observers=[note], threads=1)
    assert 0.7 * 6 <= time.perf_counter() - begin[0] <= 1.3 * 6 + 2
    assert model.record["ended_by"] == "minutes"


def test_epochs_are_passes_over_the_text(text, small):
    model = unrolled.train([text], epochs=2, **small)
    assert model.record["steps"] == 2 * ((model.record["split"]["train"] - 1) // (4 * 16))


def test_a_run_without_progress_stops_early_and_keeps_the_best(small):
    lines = ["abcdefgh", "hgfedcba"] * 30
    rng = np.random.default_rng(1)
    held_out = ["".join(rng.permutation(list("abcdefgh"))) for _ in range(7)]
    model = unrolled.train(lines + held_out, steps=2000, patience=3, learning_rate=0.02, **small)
    curve = model.record["curve"]
    assert (model.record["stopped"], model.record["ended_by"]) == ("early", "patience")
    assert model.record["steps"] < 2000
    assert model.record["best"]["bits_per_char"] == min(point["valid"] for point in curve)
    assert model.record["best"]["step"] == curve[-4]["step"]


def test_patience_zero_never_stops(small):
    model = unrolled.train(["abcdefgh"] * 30 + ["hgfedcba"] * 4, steps=200, patience=0, learning_rate=0.02, **small)
    assert (model.record["stopped"], model.record["steps"]) == ("finished", 200)
    assert model.record["best"]["step"] < 200


def test_learning_by_heart_is_told_in_words(small):
    rng = np.random.default_rng(1)
    text = "".join(rng.choice(list("abcdefgh"), 700))
    told = []
    unrolled.train([text], observers=[told.append], steps=400, learning_rate=0.02, **small)
    messages = [event.message for event in told if isinstance(event, Warned)]
    assert sum("begins to memorise" in message for message in messages) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_the_best_so_far(text, small, number):
    def interrupt(event):
        if isinstance(event, Validated):
            signal.raise_signal(number)

    with listening() as heard:
        model = carry_out(Order([text], observers=(interrupt,), options={"steps": 10_000, **small}), heard)
    assert (model.record["stopped"], model.record["ended_by"]) == (f"signal {number}", "signal")
    assert model.record["best"]["step"] == model.record["steps"] < 10_000
    assert len(model.generate("The ", seed=1, length=20)) == 20


def test_in_a_program_training_leaves_the_signal_handlers_alone(text, small):
    before, during = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)], []

    def look(event):
        during.append([signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)])

    with ThreadPoolExecutor(1) as pool:
        pool.submit(unrolled.train, [text], observers=[look], steps=3, **small).result()
    unrolled.train([text], observers=[look], steps=3, **small)
    assert during and all(each == before for each in during)


def test_in_a_program_ctrl_c_gives_back_the_best_so_far_and_a_second_one_goes_on_to_the_caller(text, small):
    def interrupt(event):
        if isinstance(event, Progress) and event.step >= 5:
            signal.raise_signal(signal.SIGINT)

    model = unrolled.train([text], observers=[interrupt], steps=10_000, **small)
    assert (model.record["stopped"], model.record["steps"]) == ("signal 2", 5)
    assert model.record["best"]["bits_per_char"] > 0

    def twice(event):
        if isinstance(event, Progress | Validated):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unrolled.train([text], observers=[twice], steps=10_000, **small)


def test_an_interrupt_in_the_middle_of_a_step_writes_no_resume_file(text_file, tmp_path, small, monkeypatch):
    update = step.update

    def halfway(*arguments):
        update(*arguments)
        if len(seen) == 7:
            raise KeyboardInterrupt

    seen = []
    monkeypatch.setattr(step, "update", halfway)
    model = unrolled.train(text_file, tmp_path / "m.safetensors", observers=[seen.append], steps=100, **small)
    assert model.record["stopped"] == "signal 2"
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]


def test_an_interrupt_before_the_first_step_goes_on_to_the_caller(text, small):
    def interrupt(event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unrolled.train([text], observers=[interrupt], steps=10, **small)


def test_asking_why_a_run_ends_changes_nothing(text, small):
    work = gather([text], None, {"steps": 3, **small})
    with borrowed():
        run = Run(work, (), prepare(work.run), RunProgress())
        run.begin()
    run.progress.step = 3
    hit = Interrupt()
    told = [run.reason_to_end(hit) for _ in range(3)]
    assert told == [Ending("finished", "steps")] * 3 and run.ending == Ending()
    hit.received = signal.SIGTERM
    run.progress.step = 2
    assert run.reason_to_end(Interrupt()) is None
    assert run.reason_to_end(hit) == Ending(f"signal {int(signal.SIGTERM)}", "signal")


@pytest.mark.parametrize(("options", "why"), [({"steps": 3}, "steps"), ({"epochs": 0.05}, "epochs")])
def test_the_record_says_what_ended_the_run(text, small, options, why):
    assert unrolled.train([text], **options, **small).record["ended_by"] == why


def test_a_loss_without_end_is_an_error_that_says_what_to_do(text, small):
    with pytest.raises(unrolled.UnrolledError, match=r"became infinite at step .*; lower learning_rate="):
        unrolled.train([text], steps=300, learning_rate=10, gradient_clip=1e30, weight_decay=1e30, **small)


def test_with_nothing_held_out_the_last_weights_are_the_model(text, small):
    record = unrolled.train([text], steps=10, valid=0.0, **small).record
    assert (record["best"], record["curve"], record["split"]["valid"]) == (None, [], 0)


def test_the_test_part_is_only_reported(text, small):
    model = unrolled.train([text], steps=40, test=0.2, **small)
    cut = math.ceil(0.2 * len(text))
    assert model.record["split"]["test"] == cut + 1
    assert model.record["test_bits_per_char"] == pytest.approx(model.score(text[-cut:]).bits_per_char, rel=1e-4)


@pytest.mark.parametrize("batches", ["streams", "windows"])
@pytest.mark.parametrize("cell", ["elman", "gru", "lstm"])
def test_every_cell_learns_from_either_kind_of_batches(text, small, cell, batches):
    model = unrolled.train([text], steps=80, cell=cell, layers=2, batches=batches, **small)
    assert model.record["best"]["bits_per_char"] < math.log2(len(model.vocabulary)) - 1


@pytest.mark.parametrize(
    "tiny", [FIFTY, "x" * 50, "x" * 5000, "ab", (FIFTY + ".\n") * 40], ids=["50", "x50", "x5000", "2", "2kB"]
)
def test_the_smallest_texts_train_and_write(tiny):
    model = unrolled.train([tiny], steps=20, threads=1)
    written = model.generate(tiny[0], seed=1, length=30)
    assert len(written) == 30
    assert set(written) <= {*tiny, "\n"}


def test_one_repeated_character_is_learnt():
    assert unrolled.train(["x" * 2000], steps=60, threads=1).generate("x", temperature=0, length=9) == "x" * 9


def test_the_record_says_where_the_model_comes_from(text_file, text, small):
    record = unrolled.train(text_file, steps=3, seed=11, **small).record
    assert record["corpus"]["names"] == [str(text_file)]
    assert record["corpus"]["characters"] == len(text)
    assert record["options"]["seed"] == 11
    assert record["steps"] == 3
    assert len(record["sample"]) == 200
    assert set(record["versions"]) >= {"torch", "numpy"}


READS = {"hidden_size": 16, "embedding_size": 8, "batch_size": 8, "threads": 1, "unit": "char"}


@pytest.fixture(params=["translate", "classify"])
def examples(request, pairs_file, labelled_file):
    """What is learnt from, and the task."""
    return {"translate": pairs_file, "classify": labelled_file}[request.param], {"task": request.param, **READS}


def test_the_same_seed_learns_the_same_from_examples_to_the_last_bit(examples, outcome):
    path, options = examples
    one, two, other = (unrolled.train(path, steps=25, dropout=0.3, seed=seed, **options) for seed in (7, 7, 8))
    assert outcome(one) == outcome(two) != outcome(other)


def test_a_signal_keeps_the_best_that_was_learnt_from_examples(examples):
    path, options = examples

    def interrupt(event):
        if isinstance(event, Validated):
            signal.raise_signal(signal.SIGINT)

    model = unrolled.train(path, observers=[interrupt], steps=10_000, **options)
    assert model.record["stopped"] == "signal 2"
    assert model.record["best"]["step"] == model.record["steps"] < 10_000
    assert model.predict("abc").source == "abc"


def test_what_held_out_examples_cost_is_what_they_are_predicted_with(pairs_file, short_words):
    written = unrolled.train(pairs_file, task="translate", steps=30, test=0.2, valid=0.1, **READS)
    held_out = short_words[-17:]
    bits = sum(-each.log_probability for each in written._predictor.score(held_out, [word[::-1] for word in held_out]))
    bits_per_char = bits / math.log(2) / sum(map(len, held_out))
    assert written.record["test_bits_per_char"] == pytest.approx(bits_per_char, rel=1e-3)


@pytest.mark.parametrize("attention", ["none", "dot", "additive"])
def test_a_few_pairs_are_learnt_by_heart(tmp_path, attention):
    rng = np.random.default_rng(2)
    sources = ["".join(rng.choice(list("abcdefgh"), size)) for size in rng.integers(3, 7, 20)]
    (tmp_path / "pairs.tsv").write_text("".join(f"{each}\t{each[::-1]}\n" for each in sources))
    options = {"hidden_size": 48, "batch_size": 20, "dropout": 0.0, "threads": 1, "unit": "char"}
    model = unrolled.train(tmp_path / "pairs.tsv", task="translate", attention=attention, steps=150, valid=0, **options)
    assert [each.text for each in model.predict_many(sources)] == [each[::-1] for each in sources]


def test_dates_are_learnt_so_that_others_are_written_too(tmp_path):
    days = np.random.default_rng(1).permutation(np.arange("2000-01-01", "2005-06-01", dtype="datetime64[D]"))[:1500]
    pairs = [(day.astype(object).strftime("%d %b %Y"), str(day)) for day in days]
    (tmp_path / "dates.tsv").write_text("".join("\t".join(pair) + "\n" for pair in pairs))
    model = unrolled.train(
        tmp_path / "dates.tsv", task="translate", steps=220, hidden_size=48, batch_size=64, dropout=0.0, threads=1
    )
    held_out = pairs[-150:]
    found = model.predict_many([source for source, _ in held_out], beams=1)
    assert np.mean([each.text == day for each, (_, day) in zip(found, held_out, strict=True)]) > 0.9


def test_a_classifier_learns_labels_that_are_rare_when_they_are_balanced(tmp_path):
    made = ["".join(letters) for letters in product("abde", repeat=4)][:200]
    rows = [(f"{each}b", "common") for each in made[10:]] + [(f"{each}c", "rare") for each in made[:10]]
    (tmp_path / "rows.tsv").write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows))
    model = unrolled.train(
        tmp_path / "rows.tsv", task="classify", class_weights="balanced", steps=60, **{**READS, "batch_size": 60}
    )
    assert [model.predict(text).label for text in ("ebdab", "aaaac")] == ["common", "rare"]
