"""An extension of the API reference: examples in docstrings, lines with ``>>>``, become blocks of code."""

from __future__ import annotations

from typing import Any

import griffe

PROMPTS = (">>> ", "... ")


class Examples(griffe.Extension):
    """Puts every run of lines with ``>>>`` into a fence of its own."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Rewrite the docstring of one object."""
        if obj.docstring and ">>> " in obj.docstring.value:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """Return a docstring whose examples are fenced, without their prompts."""
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        example = line.startswith(PROMPTS)
        if example != inside:
            lines.append("```python" if example else "```")
        lines.append(line[4:] if example else line)
        inside = example
    return "\n".join([*lines, "```"] if inside else lines)
