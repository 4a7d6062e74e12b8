"""Reads pages as a browser would."""

from __future__ import annotations

import json
from typing import Any

from fastapi.testclient import TestClient
from lxml import html

PART = {"HX-Request": "true"}


class Page:
    """A parsed page."""

    def __init__(self, text: str, status: int, headers: Any) -> None:
        self.text, self.status, self.headers = text, status, headers
        self.tree = html.document_fromstring(text)

    def find(self, path: str) -> list[Any]:
        """Elements by XPath."""
        return list(self.tree.xpath(path))

    def words(self, path: str = "//body") -> str:
        """The text of the first element of an XPath, its spaces made one."""
        found = self.find(path)
        assert found, f"nothing is at {path}"
        return " ".join(found[0].text_content().split())

    def links(self, path: str = "//a") -> list[str]:
        """Addresses that it links to."""
        return [element.get("href") for element in self.find(path)]


class Pages:
    """Asks for pages."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, address: str, status: int = 200, part: bool = False) -> Page:
        answer = self.client.get(address, headers=PART if part else {}, follow_redirects=False)
        assert answer.status_code == status, (address, answer.status_code, answer.text[:300])
        return Page(answer.text, answer.status_code, answer.headers)

    def figure(self, address: str, status: int = 200) -> dict[str, Any]:
        answer = self.client.get(address)
        assert answer.status_code == status, (address, answer.status_code, answer.text[:300])
        return json.loads(answer.text) if answer.content else {}
