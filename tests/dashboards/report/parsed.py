"""A report's page taken apart."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = ("meta", "link", "br", "img", "hr", "input")


@dataclass
class Page(HTMLParser):
    """What stands in a page.

    Attributes:
        tags: Each start tag with its attributes.
        texts: Text by the tag that it is directly in.
        scripts: Text of the scripts.
    """

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @classmethod
    def of(cls, text: str) -> Page:
        """Take it apart; every tag is closed in its turn."""
        page = cls()
        page.feed(text)
        page.close()
        assert page.open == []
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif self.open and data.strip():
            self.texts.setdefault(self.open[-1], []).append(data.strip())

    @property
    def figures(self) -> dict[str, Any]:
        """Data and layout of the figures by the id of their place."""
        found: dict[str, Any] = json.loads(next(text for text in self.scripts if text.startswith('{"config"')))
        return dict(found["figures"])

    def with_class(self, name: str) -> list[dict[str, str]]:
        """The attributes of the tags of a class."""
        return [given for _, given in self.tags if name in given.get("class", "").split()]
