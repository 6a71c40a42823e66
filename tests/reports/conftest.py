"""Pages in a real browser."""

import pytest


@pytest.fixture
def show(browser, tmp_path):
    """Open a page from its file; at the end of the test nothing may have gone wrong or been asked of a network."""
    complaints, contexts = [], []

    def open_page(html, width=1200):
        (tmp_path / "page.html").write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}))
        opened = contexts[-1].new_page()
        opened.on("console", lambda message: complaints.append(message.text))
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("request", lambda asked: asked.url.startswith(("file:", "data:")) or complaints.append(asked.url))
        opened.goto((tmp_path / "page.html").as_uri())
        return opened

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
