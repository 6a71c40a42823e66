"""Features of images in an .npz file: what a network saw in each, and whose they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..untrusted import refuse_device
from .arrays import Arrays, read_npz

Features = NDArray[np.float32]
"""What a network saw in N images: G places of each, D numbers a place, [N, G, D]."""
MAX_NAMED_ARRAYS = 10  # in a message


def read_features(path: Path) -> tuple[Features, tuple[str, ...] | None]:
    """Features [N, G, D] in an .npz file, and the names of their images if it tells them."""
    arrays, there = read_arrays(path)
    if "features" not in arrays:
        shown = ", ".join(map(repr, there[:MAX_NAMED_ARRAYS])) or "none"
        raise InputError(f"{path} has no array features (it has {shown}); add it, [N, G, D]")
    found = arrays["features"]
    if found.dtype.kind != "f" or found.ndim not in (2, 3) or not found.size:
        raise InputError(
            f"the features in {path} are {found.dtype} {list(found.shape)}; give floats [N, D] or [N, G, D]"
        )
    features = found.astype(np.float32).reshape(len(found), -1, found.shape[-1])
    if not np.isfinite(features).all():
        raise InputError(f"the features in {path} hold numbers that are not finite; compute them anew")
    return features, names_in(arrays, path, len(found)) if "names" in arrays else None


def read_arrays(path: Path) -> tuple[Arrays, list[str]]:
    """Return the arrays that matter in an .npz file, and the names of all."""
    try:
        refuse_device(path.stat(), str(path), "give an .npz file of features", pipes=False)
        with path.open("rb") as file:
            return read_npz(file, ["features", "names"])
    except FileNotFoundError:
        raise InputError(f"there is no file {path}; give an .npz file of features") from None
    except InputError:
        raise
    except Exception:  # whatever NumPy and zipfile say of foreign bytes
        raise InputError(f"{path} is no .npz file of numbers and texts; write it with numpy.savez") from None


def names_in(arrays: Arrays, path: Path, rows: int) -> tuple[str, ...]:
    """Return the names of the images whose features are in a file."""
    found = arrays["names"]
    if found.dtype.kind not in "US" or found.shape != (rows,):
        raise InputError(f"the names in {path} are {found.dtype} {list(found.shape)}; give {rows:,} texts, one a row")
    names = tuple(each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in found.tolist())
    if len(set(names)) < rows:
        raise InputError(f"{path} names an image twice; give the features of each once")
    return names
