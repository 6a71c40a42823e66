import dataclasses
import gzip
import io
import json
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from unrolled.config import ReadOptions, as_given
from unrolled.errors import InputError
from unrolled.formats import captions as module
from unrolled.formats.captions import load_pixels, read_captions, read_features

ROWS = [("a.png", "a red square"), ("b.jpg", "green, and square"), ("a.png", 'it is "red"'), ("in/c.png", "blue")]
NAMES, SAID = ("a.png", "b.jpg", "in/c.png"), (("a red square", 'it is "red"'), ("green, and square",), ("blue",))
COLOURS = {"a.png": (255, 0, 0), "b.jpg": (0, 200, 0), "in/c.png": (0, 0, 255)}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (30, 20), colour).save(tmp_path / name)
    return tmp_path


def write(path, rows=ROWS, header=None):
    """A table in the format of its name."""
    quote = '"{}"'.format if path.suffix == ".csv" else str
    delimiter = "," if path.suffix == ".csv" else "\t"
    lines = [[quote(cell.replace('"', '""')) if path.suffix == ".csv" else cell for cell in row] for row in rows]
    path.write_text("".join(delimiter.join(row) + "\n" for row in ([header] if header else []) + lines))
    return path


@pytest.mark.parametrize("name", ["t.tsv", "t.csv"])
@pytest.mark.parametrize("header", [None, ("image", "caption"), ("File", "Text"), ("filename", "what it shows")])
def test_a_table_is_read_with_and_without_names_of_columns(folder, name, header):
    found = read_captions(write(folder / name, header=header))
    assert (found.names, found.captions, found.notes) == (NAMES, SAID, ())
    assert found.paths == tuple(folder / each for each in NAMES)


def test_json_lines_are_read(folder):
    lines = [json.dumps({"caption": said, "id": 7, "file_name": name}) for name, said in ROWS]
    (folder / "t.jsonl").write_text("\n".join(lines))
    found = read_captions(folder / "t.jsonl")
    assert (found.names, found.captions) == (NAMES, SAID)


def test_columns_are_found_wherever_they_stand_or_by_the_names_that_are_given(folder):
    rows = [("x", said, f"{said}, again", name) for name, said in ROWS]
    header = ("id", "sentence", "caption", "path")
    table = write(folder / "t.tsv", rows, header)
    assert read_captions(table).captions[1] == ("green, and square",)
    assert read_captions(table, columns=(None, "sentence")).captions == SAID
    assert read_captions(write(folder / "n.tsv", rows), columns=("4", "2")).captions == SAID


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (("picture", None), "has no column 'picture' .it has image, caption"),
        ((None, "3"), "has no column '3' .it has image, caption"),
        (("image", "image"), "both in one column, 'image'"),
    ],
)
def test_a_column_that_is_not_there_is_refused(folder, columns, words):
    with pytest.raises(InputError, match=words):
        read_captions(write(folder / "t.tsv", header=("image", "caption")), columns=columns)


def test_a_table_of_one_column_is_refused(folder):
    with pytest.raises(InputError, match="has one column, and two are needed"):
        read_captions(write(folder / "t.tsv", [("a.png",)]))


def test_a_compressed_table_in_another_encoding_is_read(folder):
    (folder / "t.tsv.gz").write_bytes(gzip.compress("a.png\tein grünes Tuch\n".encode("utf-16")))
    assert read_captions(folder / "t.tsv.gz").captions == (("ein grünes Tuch",),)


def test_white_space_in_a_caption_is_a_space_and_a_row_without_a_caption_is_none(folder):
    rows = [("a.png", "  a \u00a0 red\u2028square "), ("b.jpg", " "), ("", "nothing"), ("b.jpg", "green")]
    found = read_captions(write(folder / "t.tsv", rows))
    assert found.names == ("a.png", "b.jpg") and found.captions == (("a red square",), ("green",))


def test_images_may_lie_in_another_folder(folder, tmp_path_factory):
    table = write(tmp_path_factory.mktemp("tables") / "t.tsv")
    found = read_captions(table, folder)
    assert found.names == NAMES and found.cache == table.parent / ".unrolled-cache"
    with pytest.raises(InputError, match="is no folder; give the folder of the images"):
        read_captions(table, folder / "a.png")


def test_missing_and_damaged_images_are_left_out_and_named(folder):
    raw = (folder / "b.jpg").read_bytes()
    (folder / "b.jpg").write_bytes(raw[: len(raw) // 2])
    (folder / "a.png").unlink()
    for _ in range(2):  # what was found is remembered
        found = read_captions(write(folder / "t.tsv"))
        assert found.names == ("in/c.png",) and found.captions == (("blue",),)
        assert found.notes == ("left out: 2 images that are missing or damaged: a.png, b.jpg",)


def test_a_long_note_names_the_first_of_them(folder):
    rows = [*ROWS, *((f"{n:02}.png", "gone") for n in range(25))]
    (note,) = read_captions(write(folder / "t.tsv", rows)).notes
    assert note.startswith("left out: 25 images") and note.endswith("09.png and 15 more")


def test_a_mended_image_is_back(folder):
    raw = (folder / "b.jpg").read_bytes()
    (folder / "b.jpg").write_bytes(raw[:100])
    assert len(read_captions(write(folder / "t.tsv")).names) == 2
    (folder / "b.jpg").write_bytes(raw)
    assert read_captions(folder / "t.tsv").names == NAMES


def test_when_no_image_can_be_read_the_first_tells_why(folder):
    with pytest.raises(
        InputError, match=r"none of the images that .*t\.tsv names can be read: there is no file .*z\.png"
    ):
        read_captions(write(folder / "t.tsv", [("z.png", "a"), ("y.png", "b")]))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.txt", "a.png red\n", "is no table of captions; give a .csv, .tsv, .jsonl or .json file"),
        ("t.tsv", "image\tcaption\n", "has no captions in its column 'caption'"),
        ("t.tsv", "a.png\t\n", "has one column, and two are needed"),
        ("t.jsonl", "1\n", "line 1 is a number and no row"),
        ("t.csv", "", "is empty"),
    ],
)
def test_what_is_no_table_of_captions_is_refused(folder, name, content, words):
    (folder / name).write_text(content)
    with pytest.raises(InputError, match=words):
        read_captions(folder / name)


def test_pixels_are_read_once_and_anew_when_a_file_changes(folder, monkeypatch):
    found = read_captions(write(folder / "t.tsv"))
    pixels = load_pixels(found, 8)
    assert pixels.shape == (3, 8, 8, 3) and pixels.dtype == np.uint8
    assert np.abs(pixels[:, 4, 4].astype(int) - list(COLOURS.values())).max() < 5
    read = []
    monkeypatch.setattr(module, "read_image", lambda path, size: read.append(path) or np.zeros((8, 8, 3), np.uint8))
    assert np.array_equal(load_pixels(read_captions(folder / "t.tsv"), 8), pixels) and not read
    assert load_pixels(found, 9).shape and len(read) == 3
    Image.new("RGB", (30, 20), "black").save(folder / "a.png")
    assert not load_pixels(read_captions(folder / "t.tsv"), 8).any()


def test_the_digest_depends_on_names_captions_and_contents(folder):
    def digest(rows=ROWS):
        return read_captions(write(folder / "t.tsv", rows)).digest

    first = digest()
    assert first == digest() and len(first) == 64
    assert len({first, digest(ROWS[::-1]), digest([*ROWS[:3], ("in/c.png", "red")])}) == 3
    os.link(folder / "a.png", folder / "d.png")
    assert digest([("d.png", said) if name == "a.png" else (name, said) for name, said in ROWS]) != first
    Image.new("RGB", (30, 20), "black").save(folder / "b.jpg")
    assert digest() != first


def test_captions_do_not_run_into_the_next_image(folder):
    one = read_captions(write(folder / "t.tsv", [("a.png", "x"), ("b.jpg", "y"), ("b.jpg", "z")]))
    other = dataclasses.replace(one, names=("a.png", "b.jpg"), captions=(("x", "b.jpg", "y"), ("z",)))
    assert one.digest != other.digest


def test_a_record_says_what_was_read(folder):
    found = read_captions(write(folder / "t.tsv"))
    assert found.describe() == {"names": list(NAMES), "images": 3, "captions": 4, "digest": found.digest}


FEATURES = np.arange(3 * 2 * 4, dtype=np.float32).reshape(3, 2, 4)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_features_belong_to_images_in_the_order_of_the_table(tmp_path, dtype):
    np.savez(tmp_path / "f.npz", features=FEATURES.astype(dtype))
    found = read_captions(write(tmp_path / "t.tsv"), tmp_path / "f.npz")
    assert found.names == NAMES and found.captions == SAID
    assert found.features.dtype == np.float32 and np.array_equal(found.features, FEATURES)


@pytest.mark.parametrize("kind", [str, np.bytes_])
def test_features_belong_to_the_images_that_they_name(tmp_path, kind):
    names = np.array(["in/c.png", "other.png", "a.png"], kind)
    np.savez_compressed(tmp_path / "f.npz", features=FEATURES, names=names)
    found = read_captions(write(tmp_path / "t.tsv"), tmp_path / "f.npz")
    assert found.names == ("a.png", "in/c.png") and np.array_equal(found.features, FEATURES[[2, 0]])
    assert found.notes == ("left out: 1 images that have no features: b.jpg",)


def test_one_vector_an_image_is_a_grid_of_one_place(tmp_path):
    np.savez(tmp_path / "f.npz", features=FEATURES[:, 0])
    assert read_captions(write(tmp_path / "t.tsv"), tmp_path / "f.npz").features.shape == (3, 1, 4)


def test_an_image_without_a_caption_keeps_its_row_of_features(tmp_path):
    np.savez(tmp_path / "f.npz", features=FEATURES)
    rows = [("a.png", "red"), ("b.jpg", ""), ("c.png", "blue")]
    found = read_captions(write(tmp_path / "t.tsv", rows), tmp_path / "f.npz")
    assert found.names == ("a.png", "c.png") and np.array_equal(found.features, FEATURES[[0, 2]])


def test_the_digest_depends_on_the_features(tmp_path):
    def digest(features):
        np.savez(tmp_path / "f.npz", features=features)
        return read_captions(write(tmp_path / "t.tsv"), tmp_path / "f.npz").digest

    assert digest(FEATURES) == digest(FEATURES.astype(np.float64))
    assert len({digest(FEATURES), digest(FEATURES + 1), digest(FEATURES.reshape(3, 4, 2))}) == 3


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"other": FEATURES}, r"has no array features \(it has 'other'\)"),
        ({"features": FEATURES.astype(int)}, r"are int64 \[3, 2, 4\]; give floats"),
        ({"features": FEATURES[0, 0]}, r"are float32 \[4\]"),
        ({"features": FEATURES[:, :0]}, r"are float32 \[3, 0, 4\]"),
        ({"features": FEATURES * np.nan}, "are not finite"),
        ({"features": FEATURES.astype(object)}, "is no .npz file of numbers and texts"),
        ({"features": FEATURES[:2]}, "has features of 2 images and .* names 3; give as many"),
        ({"features": FEATURES, "names": ["a.png", "b.jpg"]}, r"names in .* give 3 texts"),
        ({"features": FEATURES, "names": [1, 2, 3]}, r"names in .* give 3 texts"),
        ({"features": FEATURES, "names": ["a.png", "a.png", "b.jpg"]}, "names an image twice"),
        ({"features": FEATURES, "names": ["x", "y", "z"]}, r"has no features of the images .* \(like a\.png\)"),
    ],
)
def test_features_that_do_not_fit_are_refused(tmp_path, arrays, words):
    np.savez(tmp_path / "f.npz", **arrays)
    with pytest.raises(InputError, match=words):
        read_captions(write(tmp_path / "t.tsv"), tmp_path / "f.npz")


def test_a_file_that_holds_no_arrays_is_refused(tmp_path):
    table = write(tmp_path / "t.tsv")
    with pytest.raises(InputError, match="there is no file"):
        read_captions(table, tmp_path / "f.npz")
    np.savez(tmp_path / "f.npz", features=FEATURES)
    raw = (tmp_path / "f.npz").read_bytes()
    np.save(tmp_path / "one.npy", FEATURES)
    for content in (b"", b"text", raw[:100], raw[:-40], (tmp_path / "one.npy").read_bytes()):
        (tmp_path / "f.npz").write_bytes(content)
        with pytest.raises(InputError, match=r"f\.npz is no \.npz file"):
            read_captions(table, tmp_path / "f.npz")


@pytest.fixture
def outside(tmp_path_factory):
    """A folder with an image that is nobody else's business."""
    path = tmp_path_factory.mktemp("private")
    Image.new("RGB", (30, 20), "black").save(path / "private.png")
    return path


@pytest.mark.parametrize("how", ["absolute", "above", "link", "link to its folder"])
def test_images_outside_the_folder_are_read_only_where_the_user_says_so(folder, outside, how):
    path = outside / "private.png"
    names = {"absolute": str(path), "above": os.path.relpath(path, folder), "link": "link.png"}
    (folder / "link.png").symlink_to(path)
    (folder / "linked").symlink_to(outside)
    table = write(folder / "t.tsv", [("a.png", "red"), (names.get(how, "linked/private.png"), "black")])
    with pytest.raises(InputError, match=r"outside the folder .*; give the folder of the images, or images_anywhere="):
        read_captions(table)
    assert len(read_captions(table, options=ReadOptions(images_anywhere=True)).names) == 2


def test_the_folder_that_the_user_names_may_be_a_link_and_names_may_go_around_within_it(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "images").symlink_to(folder)
    rows = [("in/../a.png", "red"), (str(folder / "b.jpg"), "green"), ("a\0b.png", "no"), ("\ud800.png", "no")]
    (elsewhere / "t.jsonl").write_text("".join(json.dumps({"image": a, "caption": b}) + "\n" for a, b in rows))
    assert len(read_captions(elsewhere / "t.jsonl", elsewhere / "images").names) == 2


def test_an_address_in_a_table_is_not_fetched(folder):
    with pytest.raises(InputError, match=r"names 'https://example.org/a.png', and nothing is fetched"):
        read_captions(write(folder / "t.tsv", [("https://example.org/a.png", "red")]))


def test_a_record_cannot_allow_images_anywhere():
    options = ReadOptions(images_anywhere=True, encoding="utf-8")
    assert options.chosen() == {"read": {"encoding": "utf-8"}}
    assert as_given({"images_anywhere": True, "label": ["a"]}) == {"label": ("a",)}


def test_images_that_are_pipes_or_devices_are_left_out(folder):
    os.mkfifo(folder / "pipe.png")
    assert read_captions(write(folder / "t.tsv", [("a.png", "red"), ("pipe.png", "none")])).names == ("a.png",)


@pytest.mark.parametrize("name", ["/dev/zero", "folder"])
def test_features_are_no_device_and_no_folder(tmp_path, name):
    with pytest.raises(InputError, match=r"is a device|is a folder"):
        read_captions(write(tmp_path / "t.tsv"), link(tmp_path, name))


def link(folder, name):
    """A file of features by its name that is something else."""
    if name == "folder":
        (folder / "f.npz").mkdir()
    else:
        (folder / "f.npz").symlink_to(name)
    return folder / "f.npz"


def features_file() -> bytes:
    file = io.BytesIO()
    np.savez(file, features=np.ones((2, 3), np.float32), names=np.array(["a.png", "b.jpg"]))
    return file.getvalue()


CHANGES = st.lists(st.tuples(st.integers(0, 700), st.binary(max_size=3)), max_size=6)


@given(st.binary(max_size=100) | CHANGES.map(lambda changes: spoilt(features_file(), changes)))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_features_or_one_sentence(tmp_path, raw):
    (tmp_path / "f.npz").write_bytes(raw)
    try:
        found = str(len(read_features(tmp_path / "f.npz")[0]))
    except InputError as error:
        found = str(error)
    assert 0 < len(found) < 1000


def spoilt(raw: bytes, changes) -> bytes:
    """Bytes with other ones at some places."""
    for place, new in changes:
        raw = raw[:place] + new + raw[place + len(new) :]
    return raw
