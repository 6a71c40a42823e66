"""Pictures as arrays, and the only door to Pillow."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, MissingExtraError, reason
from ..sharing import without_warnings

if TYPE_CHECKING:
    from PIL.Image import Image

Source = str | Path | bytes
"""A path, or the bytes of a file."""
Picture = NDArray[np.uint8]
"""Red, green and blue: [height, width, 3]."""
Result = TypeVar("Result")

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
ALLOWED = "give a JPEG, PNG, WebP, GIF, BMP or TIFF image"
MOST = 100_000_000
"""Pixels of the largest picture that is read: 300 MB once it is unpacked, whatever little its file takes."""
TINY = 1e-30
QUALITY = 80  # of a JPEG in a report: twice the bytes would show no more


def read_image(source: Source, size: int) -> Picture:
    """A picture as ``size`` by ``size`` pixels; raises ``InputError`` for what is none.

    The middle square, as wide as the shorter side, is scaled by bilinear interpolation over all the pixels that fall
    into one: so nothing is squeezed out of its proportions and nothing is spent on empty borders, and a photographer
    puts into the middle what a caption speaks of. What is transparent lies on white.
    """
    return opened(source, lambda image: fitted(image, size), size)


def read_whole(source: Source) -> Picture:
    """A picture with all its pixels; raises ``InputError`` for what is none."""
    return opened(source, lambda image: np.array(as_rgb(image)))


def data_uri(source: Source, size: int) -> str:
    """What ``read_image`` sees of a picture, as the address of a small JPEG that a page holds in itself."""
    return uri_of(read_image(source, size))


def uri_of(picture: Picture) -> str:
    """A picture as the address of a JPEG that a page holds in itself."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg_of(picture)).decode()}"


def jpeg_of(picture: Picture) -> bytes:
    """A picture as the bytes of a JPEG."""
    refuse_missing_pillow()
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def opened(source: Source, use: Callable[[Image], Result], size: int | None = None) -> Result:
    """What is made of a picture, which may be unpacked smaller, but not below ``size``."""
    refuse_missing_pillow()
    name = "the image" if isinstance(source, bytes) else str(source)
    raw = source if isinstance(source, bytes) else read_bytes(Path(source), name)
    if not raw:
        raise InputError(f"{name} is empty; {ALLOWED}")
    with without_warnings():  # what a picture's notes on itself lack is no matter
        return decoded(raw, name, use, size)


def decoded(raw: bytes, name: str, use: Callable[[Image], Result], size: int | None) -> Result:
    """What is made of a file's bytes; whatever a decoder says of foreign bytes, the user hears one sentence."""
    from PIL import Image, UnidentifiedImageError

    kind = "image"
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
            kind = f"{image.format} image"
            refuse_large(image.size, name)
            if size:
                image.draft(None, (2 * size, 2 * size))  # a JPEG is soon unpacked to a fraction of its size
            return use(image)
    except InputError:
        raise
    except UnidentifiedImageError:
        raise InputError(f"{name} is no image that I can read; {ALLOWED}") from None
    except Image.DecompressionBombError:
        raise InputError(too_large(name, "many more")) from None
    except Exception as error:
        said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise InputError(f"{name} is a damaged {kind} ({said}); fetch it again, or leave it out") from None


def refuse_large(size: tuple[int, int], name: str) -> None:
    """A small file may stand for more pixels than there is memory."""
    if size[0] * size[1] > MOST:
        raise InputError(too_large(name, f"{size[0]:,} by {size[1]:,}"))


def too_large(name: str, pixels: str) -> str:
    """Why a picture is refused."""
    return f"{name} has {pixels} pixels, and {MOST:,} are the most that I unpack; make it smaller"


def fitted(image: Image, size: int) -> Picture:
    """The middle square of a picture, scaled."""
    from PIL import Image, ImageOps

    return np.array(ImageOps.fit(as_rgb(image), (size, size), Image.Resampling.BILINEAR))


def as_rgb(image: Image) -> Image:
    """A picture of any mode in red, green and blue, the way up that its camera noted, on white."""
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(image)
    if image.mode[0] in "IF":
        return Image.fromarray(shallow(np.asarray(image), image.mode)).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def shallow(grey: NDArray[np.generic], mode: str) -> NDArray[np.uint8]:
    """Deep grey values in eight bits: sixteen by their highest; others, whose range nothing tells, by their own."""
    values = np.nan_to_num(grey.astype(np.float64))
    if mode.startswith("I;16"):
        return (values / 257).round().astype(np.uint8)
    least, most = values.min(), values.max()
    steps: NDArray[np.uint8] = ((values - least) * (255 / max(most - least, TINY))).round().astype(np.uint8)
    return steps


def read_bytes(path: Path, name: str) -> bytes:
    """All bytes of an image's file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {name}; {ALLOWED}") from None
    except IsADirectoryError:
        raise InputError(f"{name} is a folder; {ALLOWED}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{name} cannot be read ({reason(error)}); {ALLOWED}") from None


def refuse_missing_pillow() -> None:
    """Pillow is an extra: who writes text alone needs none."""
    try:
        import PIL.Image  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "reading images needs Pillow, which is not installed; run: pip install 'unrolled[images]'"
        ) from None
