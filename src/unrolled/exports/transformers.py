"""The format ``transformers``: a folder of Hugging Face that ``GPT2LMHeadModel.from_pretrained`` opens."""

from __future__ import annotations

from pathlib import Path

from ..errors import OutputError, reason
from ..model_file.bundle import Bundle


def write(bundle: Bundle, path: str | Path, force: bool = False) -> Path:
    """Write a GPT-2 as a folder; one that holds anything is only written into by ``force``."""
    path = Path(path)
    if path.exists() and not path.is_dir():
        raise OutputError(f"{path} is a file; name a folder", 2)
    if path.is_dir() and any(path.iterdir()) and not force:
        raise OutputError(f"{path} holds files already; name another folder, or write into it with --force", 2)
    from ..model_file.gpt2_folder import write_folder

    try:
        write_folder(bundle, path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({reason(error)}); name another folder") from None
    return path
