"""Say whether a built site loads anything from elsewhere: no script, style, font, image or frame of another host."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

LOADING = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "image": "href",
    "img": "src",
    "link": "href",
    "object": "data",
    "script": "src",
    "source": "src",
    "use": "href",
    "video": "src",
}
"""The attributes by which elements of a page load something."""
HARMLESS = {"canonical", "next", "prev", "author", "license", "alternate"}
"""The relations of links that load nothing."""
OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
IN_STYLES = re.compile(r"(?:url\(|@import)\s*[\"']?\s*((?:https?:)?//[^\"')\s]+)", re.IGNORECASE)
DIAGRAM = "mermaid"
"""The class of blocks for which the theme would fetch a program."""


class Page(HTMLParser):
    """A page, read for what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what an element loads from elsewhere."""
        values = {name: value or "" for name, value in attributes}
        address = values.get(LOADING.get(tag, ""), "")
        relations = set(values.get("rel", "").split())
        if OUTSIDE.match(address) and not (tag == "link" and relations and relations <= HARMLESS):
            self.found.append(f"<{tag}> {address}")
        if DIAGRAM in values.get("class", "").split():
            self.found.append(f"<{tag}> of the class {DIAGRAM}")
        self.found += IN_STYLES.findall(values.get("style", ""))


def loaded_from_elsewhere(folder: Path) -> list[str]:
    """Return what the pages and styles of a folder load from other hosts, with the file that does."""
    found = []
    for path in sorted(folder.rglob("*.html")):
        page = Page()
        page.feed(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(folder)}: {each}" for each in page.found]
    for path in sorted(folder.rglob("*.css")):
        found += [f"{path.relative_to(folder)}: {each}" for each in IN_STYLES.findall(path.read_text(encoding="utf-8"))]
    return found


def main() -> None:
    """Check the folder that is named."""
    folder = Path(sys.argv[1])
    if not (folder / "index.html").exists():
        sys.exit(f"{folder} has no site; build it with make docs")
    found = loaded_from_elsewhere(folder)
    if found:
        sys.exit("\n".join(["these would be loaded from elsewhere:", *found]))
    print(f"{folder}: nothing is loaded from elsewhere")


if __name__ == "__main__":
    main()
