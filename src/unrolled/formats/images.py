"""Pictures as arrays, and the only door to Pillow."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, MissingExtraError
from ..sharing import without_warnings
from ..untrusted import read_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

Source = str | Path | bytes
"""A path, or the bytes of a file."""
Picture = NDArray[np.uint8]
"""Red, green and blue: [height, width, 3]."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
ALLOWED = "give a JPEG, PNG, WebP, GIF, BMP or TIFF image"
MAX_BYTES = 256_000_000
"""Bytes that a picture may take while it is unpacked, its file included, whatever little that is."""
PIXEL, WEBP = 4.5, 16.5
"""Bytes of a pixel that is unpacked (measured: 1.1 to 4.3), and of one of WebP (16.3), which has room for movement."""
MAX_WHOLE_PIXELS = 16_000_000
"""Pixels from which on nobody looks at all of them: the picture is made smaller, by the mean of 4, 9 or 16."""
BAND = 1 << 21
"""Pixels whose colours are found at a time; smaller pictures are not made smaller at once."""
ORIENTATION, TILE_WIDTH, TILE_LENGTH = 0x0112, 0x0142, 0x0143  # of EXIF and TIFF
EPSILON = 1e-30
QUALITY = 80  # of a JPEG in a report: twice the bytes would show no more


def read_image(source: Source, size: int) -> Picture:
    """Return a picture as ``size`` by ``size`` pixels; raises ``InputError`` for what is none.

    The middle square, as wide as the shorter side, is scaled by bilinear interpolation over all the pixels that fall
    into one: so nothing is squeezed out of its proportions and nothing is spent on empty borders, and a photographer
    puts into the middle what a caption speaks of. What is transparent lies on white.
    """
    image = opened(source, size)
    from PIL import Image, ImageOps

    return np.array(ImageOps.fit(image, (size, size), Image.Resampling.BILINEAR))


def read_whole(source: Source) -> Picture:
    """Return a picture with all its pixels, up to ``MAX_WHOLE_PIXELS`` of them.

    Raises ``InputError`` for what is none.
    """
    return np.array(opened(source))


def jpeg_of(picture: Picture) -> bytes:
    """Return a picture as the bytes of a JPEG."""
    refuse_missing_pillow()
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def opened(source: Source, size: int | None = None) -> Image:
    """Return a picture in RGB on white, the way up that its camera noted; it may be smaller than it was.

    Where a ``size`` is wanted, that is several times as much still; else at most
    ``MAX_WHOLE_PIXELS`` pixels.
    """
    refuse_missing_pillow()
    name = "the image" if isinstance(source, bytes) else str(source)
    raw = source if isinstance(source, bytes) else read_bytes(source, ALLOWED, MAX_BYTES)
    if not raw:
        raise InputError(f"{name} is empty; {ALLOWED}")
    with without_warnings():  # what a picture's notes on itself lack is no matter
        return decoded(raw, name, size)


def decoded(raw: bytes, name: str, size: int | None) -> Image:
    """Return the picture in a file's bytes; whatever a decoder says of foreign bytes, the user hears one sentence."""
    from PIL import Image, UnidentifiedImageError

    kind = "image"
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
            kind = f"{image.format} image"
            whole = image.size
            if size:
                image.draft(None, (2 * size, 2 * size))  # a JPEG is soon unpacked to a fraction of its size
            refuse_large(image, whole, len(raw), name)
            image.load()
            small = turned(in_bands(image, factor_of(image.size, size)), orientation_of(image))
            image.close()  # gives its memory back
            return small
    except InputError:
        raise
    except UnidentifiedImageError:
        raise InputError(f"{name} is no image that I can read; {ALLOWED}") from None
    except Image.DecompressionBombError:
        raise InputError(too_large(name, "many more")) from None
    except Exception as error:
        said = " ".join(str(error).split()).rstrip(".")[:200] or type(error).__name__
        raise InputError(f"{name} is a damaged {kind} ({said}); fetch it again, or leave it out") from None


def refuse_large(image: Image, whole: tuple[int, int], file: int, name: str) -> None:
    """Raise an ``InputError`` for a file of more pixels than there is memory; each format takes its own share."""
    unpacked = math.prod(image.size) * (WEBP if image.format == "WEBP" else PIXEL)
    if image.info.get("progressive"):  # of which the decoder keeps the coefficients of all pixels
        unpacked += math.prod(whole) * (8 if image.mode == "CMYK" else 4)
    if image.format == "TIFF":  # whose tiles can be larger than all of it
        tags: Any = image.getexif()
        unpacked += 8 * int(tags.get(TILE_WIDTH, 0)) * int(tags.get(TILE_LENGTH, 0))
    if file + unpacked > MAX_BYTES:
        raise InputError(too_large(name, f"{whole[0]:,} by {whole[1]:,}"))


def too_large(name: str, pixels: str) -> str:
    """Return why a picture is refused."""
    return f"{name} has {pixels} pixels, which take more than {MAX_BYTES // 10**6} MB to unpack; make it smaller"


def factor_of(shape: tuple[int, int], size: int | None) -> int:
    """By how much a picture is made smaller at once: not at all, unless it is large."""
    pixels = math.prod(shape)
    if size is None:
        return math.ceil(math.sqrt(pixels / MAX_WHOLE_PIXELS))
    return max(1, min(shape) // (4 * size)) if pixels > BAND else 1


def in_bands(image: Image, factor: int) -> Image:
    """Return a picture in red, green and blue on white, so many times smaller: a band at a time, for little memory."""
    from PIL import Image

    width, height = image.size
    found = Image.new("RGB", (math.ceil(width / factor), math.ceil(height / factor)))
    rows = max(1, BAND // (width * factor)) * factor
    tops = range(0, height, rows)
    bands = (image.crop((0, top, width, min(height, top + rows))) for top in tops)
    span = span_of(image.crop((0, top, width, min(height, top + rows))) for top in tops) if deep(image) else (0.0, 0.0)
    for top, band in zip(tops, bands, strict=True):
        found.paste(as_rgb(band, span).reduce(factor), (0, top // factor))
    return found


def deep(image: Image) -> bool:
    """Tell whether a picture has grey values whose range nothing tells."""
    return image.mode[0] in "IF" and not image.mode.startswith("I;16")


def as_rgb(image: Image, span: tuple[float, float]) -> Image:
    """Return a picture of any mode in red, green and blue on white; deep grey values from the least to the highest."""
    from PIL import Image

    if image.mode[0] in "IF":
        return Image.fromarray(shallow(np.asarray(image), None if image.mode.startswith("I;16") else span))
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def shallow(grey: NDArray[np.generic], span: tuple[float, float] | None) -> NDArray[np.uint8]:
    """Deep grey values in eight bits, three times: sixteen by their highest; others by the span that they have."""
    values = np.nan_to_num(grey.astype(np.float64))
    least, most = span or (0.0, 65535.0)
    steps = ((values - least) * (255 / max(most - least, EPSILON))).round().astype(np.uint8)
    return np.repeat(steps[..., None], 3, -1)


def span_of(bands: Iterable[Image]) -> tuple[float, float]:
    """Return the least and the highest of a picture's values."""
    values = (np.nan_to_num(np.asarray(band).astype(np.float64)) for band in bands)
    ends = [(float(each.min()), float(each.max())) for each in values]
    return min(least for least, _ in ends), max(most for _, most in ends)


def orientation_of(image: Image) -> int:
    """Return how a camera noted that a picture is to be turned: 1 to 8; what nobody can read is no note."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # whatever comes of foreign notes, the picture is there
        return 1


def turned(image: Image, orientation: int) -> Image:
    """Return a picture the way up that its camera noted."""
    from PIL.Image import Transpose

    ways = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(ways[orientation]) if orientation in ways else image


def refuse_missing_pillow() -> None:
    """Pillow is an extra: who writes text alone needs none."""
    try:
        import PIL.Image  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "reading images needs Pillow, which is not installed; run: pip install 'unrolled[images]'"
        ) from None
