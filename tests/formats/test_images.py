import io
import os
import random
import struct
import subprocess
import sys
import threading
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from unrolled.errors import InputError, MissingExtraError
from unrolled.formats import images
from unrolled.formats.images import jpeg_of, read_image, read_whole

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "bmp": "BMP", "tif": "TIFF"}
RED, WHITE = (255, 0, 0), (255, 255, 255)


def noise(height: int, width: int) -> np.ndarray:
    """A picture that no format can shorten to nothing."""
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


def saved(image: Image.Image, format: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def plain(mode: str, colour, size: tuple[int, int] = (9, 7)) -> Image.Image:
    return Image.new(mode, size, colour)


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_is_read_by_its_content_and_not_by_its_name(tmp_path, ending):
    colours = np.zeros((60, 90, 3), np.uint8)
    colours[:, 15:45], colours[:, 45:75] = RED, (0, 0, 255)
    (tmp_path / "picture").write_bytes(saved(Image.fromarray(colours), FORMATS[ending]))
    found = read_image(tmp_path / "picture", 20)
    assert found.shape == (20, 20, 3) and found.dtype == np.uint8 and found.flags.writeable
    assert np.abs(found[:, 2:8].astype(int) - RED).max() < 40
    assert np.abs(found[:, 12:18].astype(int) - (0, 0, 255)).max() < 40


@given(st.integers(1, 80), st.integers(1, 80), st.integers(1, 40))
@settings(max_examples=60)
def test_every_size_becomes_the_size_that_was_asked_for(height, width, size):
    found = read_image(saved(Image.fromarray(np.full((height, width, 3), 77, np.uint8))), size)
    assert found.shape == (size, size, 3) and (found == 77).all()


@given(st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=40)
def test_a_picture_of_the_size_itself_is_only_cropped(height, width):
    pixels, size = noise(height, width), min(height, width)
    top, left = (height - size) // 2, (width - size) // 2
    found = read_image(saved(Image.fromarray(pixels)), size)
    if (height - size) % 2 == (width - size) % 2 == 0:
        assert (found == pixels[top : top + size, left : left + size]).all()
    assert (read_whole(saved(Image.fromarray(pixels))) == pixels).all()


def test_a_very_long_picture_shows_its_middle():
    pixels = np.zeros((3, 3001, 3), np.uint8)
    pixels[:, 1499:1502] = RED
    assert (read_image(saved(Image.fromarray(pixels)), 3) == RED).all()


def test_smaller_is_the_mean_of_what_falls_into_a_pixel():
    checks = np.indices((64, 64)).sum(0) % 2 * 255
    found = read_image(saved(Image.fromarray(checks.astype(np.uint8))), 8)
    assert np.abs(found.astype(int) - 128).max() <= 2


@pytest.mark.parametrize(
    ("mode", "colour", "format", "expected"),
    [
        ("1", 1, "PNG", WHITE),
        ("L", 200, "PNG", (200, 200, 200)),
        ("LA", (0, 0), "PNG", WHITE),
        ("LA", (0, 255), "PNG", (0, 0, 0)),
        ("RGBA", (255, 0, 0, 0), "PNG", WHITE),
        ("RGBA", (255, 0, 0, 255), "PNG", RED),
        ("RGBA", (255, 0, 0, 128), "PNG", (255, 127, 127)),
        ("RGBA", (255, 0, 0, 0), "WEBP", WHITE),
        ("CMYK", (0, 255, 255, 0), "JPEG", RED),
        ("CMYK", (0, 255, 255, 0), "TIFF", RED),
        ("I;16", 65535, "PNG", WHITE),
        ("I;16", 257 * 100, "PNG", (100, 100, 100)),
        ("I;16", 257 * 100, "TIFF", (100, 100, 100)),
        ("P", 0, "PNG", (0, 0, 0)),
        ("YCbCr", (255, 128, 128), "JPEG", WHITE),
    ],
)
def test_every_mode_has_its_colour_and_lies_on_white(mode, colour, format, expected):
    found = read_image(saved(plain(mode, colour), format), 4)
    assert np.abs(found.astype(int) - expected).max() <= 2


@pytest.mark.parametrize("transparency", [0, b"\x00\xff"])
def test_a_palette_may_have_transparent_colours(transparency):
    image = plain("P", 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (0, 0, 9, 2))
    found = read_whole(saved(image, transparency=transparency))
    assert (found[:2] == (0, 0, 255)).all() and (found[2:] == WHITE).all()


@pytest.mark.parametrize(("mode", "dtype"), [("I", np.int32), ("F", np.float32)])
def test_values_of_an_unknown_range_are_stretched(mode, dtype):
    image = Image.fromarray(np.array([[-3, 0, 7]], dtype))
    assert image.mode == mode
    assert read_whole(saved(image, "TIFF"))[0, :, 0].tolist() == [0, 76, 255]
    assert (read_whole(saved(plain(mode, 5), "TIFF")) == 0).all()


def test_numbers_that_are_none_do_no_harm():
    values = np.array([[np.nan, 0, 1]], np.float32)
    assert read_whole(saved(Image.fromarray(values), "TIFF"))[0, :, 0].tolist() == [0, 0, 255]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_camera_noted(orientation):
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[0, 0], pixels[0, 7] = RED, (0, 255, 0)  # two corners tell all eight ways apart
    upright = Image.fromarray(pixels)
    undo = [None, None, 0, 3, 1, 5, 2, 6, 4][orientation]  # how such a camera stores it
    stored = upright if undo is None else upright.transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert (read_whole(saved(stored, exif=exif)) == pixels).all()


def test_of_a_moving_picture_the_first_is_read():
    raw = saved(plain("RGB", RED), "GIF", save_all=True, append_images=[plain("RGB", WHITE)])
    assert (read_whole(raw) == RED).all()


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("tenth", range(10))
def test_a_truncated_file_gives_one_sentence(tmp_path, ending, tenth):
    raw = saved(Image.fromarray(noise(60, 50)), FORMATS[ending])
    path = tmp_path / f"cut.{ending}"
    path.write_bytes(raw[: len(raw) * tenth // 10])
    with pytest.raises(InputError, match=r"cut\.\w+ is (empty|no image|a damaged)") as caught:
        read_image(path, 16)
    assert "\n" not in str(caught.value)


def said_of(raw: bytes) -> str:
    """The shape of a picture, or the sentence that refuses it."""
    try:
        return str(read_image(raw, 8).shape)
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("ending", FORMATS)
def test_spoilt_bytes_give_a_picture_or_one_sentence(ending):
    raw, rng = saved(Image.fromarray(noise(40, 30)), FORMATS[ending]), random.Random(1)
    for _ in range(100):
        spoilt = bytearray(raw)
        for _ in range(4):
            spoilt[rng.randrange(len(raw))] = rng.randrange(256)
        said = said_of(bytes(spoilt))
        assert said == "(8, 8, 3)" or (said.startswith("the image ") and "\n" not in said)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"I am no picture, but a text.", "is no image that I can read"), (b"%PDF-1.4", "is no image")],
)
def test_what_is_no_picture_gives_one_sentence(tmp_path, content, words):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.png {words}.*; give a JPEG"):
        read_image(tmp_path / "a.png", 8)


def test_a_missing_file_a_folder_and_an_impossible_name_are_told_apart(tmp_path):
    for path, words in [(tmp_path / "no.png", "there is no file"), (tmp_path, "is a folder"), ("a\0b", "cannot be")]:
        with pytest.raises(InputError, match=words):
            read_image(path, 8)


def bomb(side: int) -> bytes:
    """A PNG of a hundred bytes that says it has ``side`` by ``side`` pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [header, b"IDAT" + zlib.compress(bytes(100)), b"IEND"]
    made = [struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


@pytest.mark.parametrize(("side", "words"), [(10_001, "10,001 by 10,001"), (50_000, "many more")])
def test_a_picture_larger_than_memory_is_refused_before_it_is_unpacked(side, words):
    with pytest.raises(InputError, match=f"the image has {words} pixels, which take more than 256 MB to unpack"):
        read_image(bomb(side), 8)


def test_no_warning_of_pillow_is_seen():
    """One whose EXIF is cut off, and a large one that ends early."""
    image = Image.fromarray(noise(20, 20))
    cut = saved(image, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x05\0\x12\x01\x03\0")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        Image.open(io.BytesIO(cut)).getexif()
        assert seen, "Pillow warns of it"
        seen.clear()
        assert read_image(cut, 8).shape == (8, 8, 3)
        with pytest.raises(InputError):
            read_image(bomb(7_000), 8)
        assert not seen


def test_a_large_jpeg_that_is_unpacked_smaller_looks_the_same():
    smooth = np.asarray(Image.fromarray(noise(6, 6)).resize((900, 900)))
    raw = saved(Image.fromarray(smooth), "JPEG", quality=95)
    whole = np.asarray(Image.fromarray(read_whole(raw)).resize((32, 32), Image.Resampling.BILINEAR))
    difference = np.abs(read_image(raw, 32).astype(int) - whole)
    assert difference.mean() < 2 and difference.max() <= 10


def test_a_picture_is_a_small_jpeg_of_the_same_colours():
    made = jpeg_of(read_image(saved(plain("RGB", RED, (300, 200))), 16))
    found = read_whole(made)
    assert len(made) < 900 and found.shape == (16, 16, 3) and np.abs(found.astype(int) - RED).max() < 5


@pytest.mark.parametrize("use", [lambda: read_image(b"x", 8), lambda: read_whole(b"x"), lambda: jpeg_of(noise(2, 2))])
def test_without_pillow_one_sentence_says_what_to_install(monkeypatch, use):
    for name in [each for each in sys.modules if each.split(".")[0] == "PIL"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"run: pip install 'unrolled\[images\]'$"):
        use()


def test_pillow_is_loaded_with_the_first_picture_and_not_before():
    code = f"import sys; import {images.__name__}; print('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_jpeg_is_the_picture_in_few_bytes():
    picture = read_whole(saved(plain("RGB", RED, (40, 30))))
    found = Image.open(io.BytesIO(jpeg_of(picture)))
    assert found.format == "JPEG" and found.size == (40, 30)
    assert np.abs(np.array(found).astype(int) - picture).max() < 4


PEAK = """
import resource, sys
from unrolled.formats.images import read_image, read_whole
from unrolled.errors import InputError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    shape = (read_whole(sys.argv[1]) if sys.argv[2] == "0" else read_image(sys.argv[1], int(sys.argv[2]))).shape
except InputError as error:
    shape = error
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
print(shape)
"""


@pytest.mark.parametrize(("mode", "size"), [("RGBA", 64), ("P", 0)])
def test_no_picture_takes_more_than_three_hundred_megabytes(tmp_path, mode, size):
    plain(mode, 0, (7000, 7000)).save(tmp_path / "a", "PNG", compress_level=1)
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(tmp_path / "a"), str(size)], capture_output=True, text=True, check=True
    )
    kilobytes, shape = done.stdout.splitlines()
    assert int(kilobytes) < 300_000 and shape.endswith(", 3)")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16", "I", "F", "CMYK"])
def test_a_large_picture_is_made_smaller_by_the_mean_of_its_pixels(monkeypatch, mode):
    """Band by band, the last of which is narrower: as if it had been done at once."""
    pixels = np.asarray(Image.fromarray(noise(20, 16)).resize((161, 203)).convert("L"))
    image = Image.fromarray(pixels.astype({"I": np.int32, "F": np.float32, "I;16": np.uint16}.get(mode, np.uint8)))
    image = image if mode in ("I", "F", "I;16") else image.convert(mode)
    raw = saved(image, "TIFF" if mode in ("I", "F", "CMYK") else "PNG")
    whole, small = read_whole(raw).astype(float), read_image(raw, 10).astype(float)
    monkeypatch.setattr(images, "BAND", 1000)
    monkeypatch.setattr(images, "MAX_WHOLE_PIXELS", 161 * 203 / 4)
    means = read_whole(raw)
    assert means.shape == (102, 81, 3)
    assert np.abs(means[:101, :80] - whole[:202, :160].reshape(101, 2, 80, 2, 3).mean((1, 3))).max() <= 1
    assert np.abs(read_image(raw, 10) - small).max() <= 24 and np.abs(read_image(raw, 10) - small).mean() < 3


def test_notes_of_a_camera_that_nobody_can_read_are_no_notes():
    raw = saved(plain("RGB", RED), "JPEG", exif=b"Exif\0\0" + b"\xff" * 50)
    assert np.abs(read_image(raw, 4).astype(int) - RED).max() < 4
    exif = Image.Exif()
    exif[0x0112] = 99
    assert read_whole(saved(plain("RGB", RED), exif=exif)).shape == (7, 9, 3)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_a_thousand_pictures_in_one_only_the_first_is_read(format):
    more = [plain("RGB", (n % 256, n // 256, 9)) for n in range(300)]
    raw = saved(plain("RGB", RED), format, save_all=True, append_images=more)
    assert np.abs(read_whole(raw).astype(int) - RED).max() < 8


def tiff(**changed: int) -> bytes:
    """An uncompressed TIFF of one tile, whose tags can be others."""
    tags = {256: 9, 257: 9, 258: 8, 259: 1, 262: 1, 277: 1, 322: 16, 323: 16, 324: 200, 325: 256}
    tags |= {int(name[1:]): value for name, value in changed.items()}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    return (b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)).ljust(200, b"\0") + bytes(256)


def test_tiles_that_are_larger_than_their_picture_take_no_memory(tmp_path):
    assert read_whole(tiff()).shape == (9, 9, 3)
    for number, tags in enumerate(
        [
            {"t322": 1 << 20, "t323": 1 << 20},
            {"t322": 1 << 15, "t323": 1 << 15, "t259": 5},
            {"t322": 60_000, "t323": 30_000, "t259": 8, "t325": 1 << 31},
            {"t256": 1 << 31, "t257": 1},
            {"t277": 65535},
            {"t325": 1 << 31},
        ]
    ):
        path = tmp_path / str(number)
        path.write_bytes(tiff(**tags))
        done = subprocess.run([sys.executable, "-c", PEAK, str(path), "8"], capture_output=True, text=True, check=True)
        assert int(done.stdout.splitlines()[0]) < 300_000, done.stdout


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/random"])
def test_a_device_is_no_picture(name):
    with pytest.raises(InputError, match="is a device"):
        read_image(name, 8)


def test_a_picture_may_come_out_of_a_pipe(tmp_path):
    raw = saved(plain("RGB", RED))
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(raw,))
    writer.start()
    assert (read_image(tmp_path / "pipe", 4) == RED).all()
    writer.join()
