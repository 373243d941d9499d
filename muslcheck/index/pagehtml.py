"""An HTML project page (PEP 503) read as pip reads it: its anchors, its base address, its declared version (PEP 629)."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["HtmlPage", "read_html"]


@dataclass(slots=True)
class HtmlPage:
    """What a page holds. ``looks_like_index`` is true where it has the usual heading, or no text at all: then it may be empty."""

    base: str | None = None
    version: str | None = None
    anchors: list[dict[str, str | None]] = field(default_factory=list)
    looks_like_index: bool = True


def read_html(body: bytes, content_type: str) -> HtmlPage:
    """A page's anchors. Bytes that are not text in the stated charset (UTF-8 where none is) are replaced."""
    charset = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'") or "utf-8"
    try:
        text = body.decode(charset, "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    reader = _Reader()
    reader.feed(text)
    reader.close()
    said = " ".join(" ".join(reader.said).lower().split())
    reader.page.looks_like_index = not said or "links for" in said
    return reader.page


class _Reader(HTMLParser):
    """Keeps the first base, the version, every anchor, and the text outside anchors."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = HtmlPage()
        self.said: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.page.anchors.append(dict(attrs))
        elif tag == "base" and self.page.base is None:
            self.page.base = dict(attrs).get("href")
        elif tag == "meta" and dict(attrs).get("name") == "pypi:repository-version":
            self.page.version = dict(attrs).get("content")
        if tag in {"a", "title"}:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self._inside and data.strip() and len(self.said) < 100:  # noqa: PLR2004 - enough to know a page by
            self.said.append(data)
