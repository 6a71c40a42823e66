import dataclasses
import json
import random
import stat
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors import safe_open

from unrolled.config import ModelOptions
from unrolled.errors import ModelFileError, OutputError
from unrolled.model_file import bundle
from unrolled.model_file.bundle import Bundle, load, pack, save, unpack
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import Vocabulary

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
floats = arrays.arrays(np.float32, arrays.array_shapes(min_dims=0, max_dims=3, max_side=3))
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0\x1f\x15\xc4\x89"
CONTENTS = {"config": "{}", "vocabularies": "{}", "record": "{}", "weights": "fp32"}


TINY = ModelOptions(cell="elman", hidden_size=1, layers=1, embedding_size=0, dropout=0.0)


def filled(config: ModelOptions, vocabularies: dict[str, Vocabulary], **parts) -> Bundle:
    """A model of a config, its weights rising from 0."""
    shapes = TASKS[config.task].network(config, vocabularies).expected_shapes
    weights = {name: np.arange(np.prod(each), dtype=np.float32).reshape(each) for name, each in shapes.items()}
    return Bundle(weights, config, vocabularies, **parts)


@pytest.fixture(scope="module")
def tiny() -> Bundle:
    return filled(TINY, {"text": Vocabulary("char", ("a",))}, record={"steps": 3})


@pytest.fixture(scope="module")
def raw(tiny, tmp_path_factory) -> bytes:
    """The bytes of a tiny model file."""
    return save(tiny, tmp_path_factory.mktemp("tiny") / "tiny.safetensors").read_bytes()


def alike(one: Bundle, two: Bundle) -> bool:
    def bits(bundle: Bundle) -> dict[str, tuple[tuple[int, ...], bytes]]:
        return {name: (tensor.shape, tensor.tobytes()) for name, tensor in bundle.tensors.items()}

    return bits(one) == bits(two) and one.config == two.config and one.vocabularies == two.vocabularies


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tensors=st.dictionaries(st.text(st.characters(codec="utf-8")), floats, max_size=3), told=st.text())
def test_what_is_packed_is_unpacked(tensors, told):
    tensors.pop("__metadata__", None)  # safetensors' own
    found, metadata = unpack(pack(tensors, {"told": told}), "packed")
    assert {name: each.tobytes() for name, each in found.items()} == {k: v.tobytes() for k, v in tensors.items()}
    assert metadata["told"] == told


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    units=st.sets(st.characters(), min_size=1),
    record=st.dictionaries(st.text(), json_values),
    hidden_size=st.integers(1, 9),
)
def test_what_is_saved_is_loaded(tmp_path, units, record, hidden_size):
    config = dataclasses.replace(TINY, hidden_size=hidden_size)
    record = {f"my {name}": value for name, value in record.items()}
    written = filled(config, {"text": Vocabulary("char", tuple(sorted(units)))}, record=record)
    read = load(save(written, tmp_path / "model", force=True))
    assert alike(read, written) and read.record == written.record


def test_a_trained_model_is_saved_as_it_was_loaded(model_file, tmp_path):
    first = load(model_file)
    again = load(save(first, tmp_path / "again.safetensors"))
    assert alike(again, first) and again.record == first.record


def test_a_view_of_an_array_is_saved_as_it_looks(tiny, tmp_path):
    row = np.array([[3, 1, 2]], np.float32)
    turned = dataclasses.replace(tiny, tensors={**tiny.tensors, "head.weight": row.T})
    assert load(save(turned, tmp_path / "turned")).tensors["head.weight"].tolist() == [[3], [1], [2]]


def test_the_file_is_a_safetensors_file_with_strings_for_all_else(model_file):
    with safe_open(model_file, "np") as file:
        assert {"rnn.weight_ih_l0", "rnn.weight_hh_l0", "head.weight"} <= set(file.keys())
        assert {"config", "vocabularies", "record", "format", "digest"} <= set(file.metadata())
        assert file.metadata()["format"] == f"unrolled {bundle.FORMAT}"


def test_the_number_of_weights_is_counted(tiny):
    assert tiny.parameters == 3 + 1 + 1 + 1 + 3 + 3


def test_a_bit_flipped_anywhere_is_refused(raw):
    rng = random.Random(1)
    for place in range(len(raw)):
        damaged = bytearray(raw)
        damaged[place] ^= 1 << rng.randrange(8)
        with pytest.raises(ModelFileError, match=r"is damaged|is not an unrolled model"):
            unpack(bytes(damaged), "tiny")


def test_a_file_cut_off_anywhere_is_refused(raw):
    for length in range(len(raw)):
        with pytest.raises(ModelFileError, match=r"is damaged|is not an unrolled model"):
            unpack(raw[:length], "tiny")


@given(st.binary() | st.binary().map(lambda tail: b"\x20\0\0\0\0\0\0\0" + tail + b'"unrolled 1"' + bytes(40)))
def test_any_other_bytes_are_refused(other):
    with pytest.raises(ModelFileError, match="is not an unrolled model"):
        unpack(other, "other")


@pytest.mark.parametrize("extra", [b"\0", b"more"])
def test_a_file_with_something_behind_it_is_refused(raw, extra):
    with pytest.raises(ModelFileError, match="is damaged"):
        unpack(raw + extra, "tiny")


def test_a_damaged_file_says_what_to_do(raw, tmp_path):
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(raw[:-1] + b"\xff")
    with pytest.raises(ModelFileError) as caught:
        load(path)
    assert str(caught.value) == f"{path} is damaged (its digest does not match); fetch or train it again"


def test_a_picture_is_no_model(tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    with pytest.raises(
        ModelFileError, match=r"a\.png is not an unrolled model; give a file that `unrolled train` wrote$"
    ):
        load(tmp_path / "a.png")


def test_a_newer_format_asks_for_an_upgrade(monkeypatch, tmp_path):
    with monkeypatch.context() as later:
        later.setattr(bundle, "FORMAT", 7)
        (tmp_path / "new").write_bytes(pack({}, CONTENTS))
    with pytest.raises(ModelFileError, match=r"has format 7, and this unrolled reads up to 2; upgrade: pip install -U"):
        load(tmp_path / "new")


@pytest.mark.parametrize(
    "contents",
    [
        {"config": "{}", "weights": "fp32"},
        {**CONTENTS, "config": '{"cell": "transformer"}'},
        {**CONTENTS, "config": '{"wings": 2}'},
        {**CONTENTS, "config": '{"hidden_size": "wide"}'},
        {**CONTENTS, "config": "not JSON"},
        {**CONTENTS, "vocabularies": '{"text": {}}'},
        {**CONTENTS, "vocabularies": "[]"},
        {**CONTENTS, "config": "[" * 100_000},
        {**CONTENTS, "config": "9" * 5_000},
    ],
)
def test_a_sound_file_of_something_else_is_refused(contents, tmp_path):
    (tmp_path / "other").write_bytes(pack({}, contents))
    with pytest.raises(ModelFileError, match="is no model"):
        load(tmp_path / "other")


@pytest.mark.parametrize("version", ["x", "", "0", "-1", "1.0", "9" * 5000])
def test_a_format_that_is_no_number_is_refused(monkeypatch, tmp_path, version):
    with monkeypatch.context() as other:
        other.setattr(bundle, "FORMAT", version)
        (tmp_path / "odd").write_bytes(pack({}, CONTENTS))
    with pytest.raises(ModelFileError, match="its header cannot be read"):
        load(tmp_path / "odd")


def test_a_device_is_no_model():
    with pytest.raises(ModelFileError, match="is a device"):
        load("/dev/zero")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("no.safetensors", "there is no file no.safetensors; give a file that"),
        ("x" * 300, "too long"),
        (".", "is a folder"),
    ],
)
def test_a_path_without_a_model_is_refused(path, said):
    with pytest.raises(ModelFileError, match=said):
        load(path)


def test_an_existing_file_is_only_replaced_by_force(tiny, tmp_path):
    path = tmp_path / "kept"
    path.write_text("precious")
    with pytest.raises(OutputError, match="exists already; name another file, or replace it with force=") as caught:
        save(tiny, path)
    assert path.read_text() == "precious" and caught.value.exit_status == 2
    assert alike(load(save(tiny, path, force=True)), tiny)


@pytest.mark.parametrize("path", ["missing/model", "x" * 300, "a\0b", "/proc/model"])
def test_a_file_that_cannot_be_written_is_known_before_the_work(path):
    with pytest.raises(OutputError, match=r"cannot be written \(.*\); name another file$") as caught:
        bundle.refuse_unwritable(path)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize("path", ["missing/model", "x" * 300, "a\0b"])
def test_a_file_that_cannot_be_written_is_an_error(tiny, path):
    with pytest.raises(OutputError, match="cannot be written"):
        save(tiny, path)


def test_a_folder_is_no_output(tiny, tmp_path):
    with pytest.raises(OutputError, match="is a folder; name a file"):
        save(tiny, tmp_path, force=True)


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "model").write_bytes(b"old")
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from unrolled.model_file.bundle import write_atomically\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_atomically(sys.argv[1], bytes(100000))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "model")], capture_output=True, text=True, check=False
    )
    assert "OutputError: " in done.stderr and "cannot be written (File too large); make room" in done.stderr
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("model", b"old")]


def test_asking_whether_a_file_can_be_written_leaves_none(tmp_path):
    bundle.refuse_unwritable(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_the_file_has_the_permissions_of_any_new_file(raw, tmp_path):
    path = bundle.write_atomically(tmp_path / "model", raw)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~bundle.current_umask()


def test_the_mass_of_what_never_occurred_comes_back(tiny, tmp_path):
    known = {"text": Vocabulary("char", ("a",), 0.0025)}
    path = save(dataclasses.replace(tiny, vocabularies=known), tmp_path / "mass.safetensors")
    assert load(path).vocabularies["text"].unseen == 0.0025
    assert load(save(tiny, tmp_path / "none.safetensors")).vocabularies["text"].unseen == 0


@pytest.mark.parametrize("mass", [-0.1, 1, 2.5, float("nan"), "much", None, [0.1]])
def test_a_mass_that_is_none_is_refused(mass, tmp_path):
    told = json.dumps({"text": {"unit": "char", "units": ["a"], "unseen": mass}})
    path = tmp_path / "odd.safetensors"
    path.write_bytes(pack({}, CONTENTS | {"vocabularies": told}))
    with pytest.raises(ModelFileError, match=r"odd\.safetensors is no model"):
        load(path)
