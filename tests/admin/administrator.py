"""Dana at the pages about usage and at the running site."""

import csv
import io
import re
from typing import Any

from django.test import Client

from conversations.models import User


class Administrator:
    """A browser that is signed in as ``user``."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def opens(self, path: str, **query: Any) -> str:
        """The text of a page."""
        response = self.client.get(path, query)
        assert response.status_code == 200, response.status_code
        return response.content.decode()

    def presses(self, path: str, **fields: Any) -> str:
        """The text of the page that a button leads to."""
        response = self.client.post(path, fields, follow=True)
        assert response.status_code == 200, response.status_code
        return response.content.decode()

    def tiles(self, **query: Any) -> dict[str, str]:
        """The figures at the top of the page about usage."""
        found = re.findall(r"<dt>(.*?)</dt><dd>([^<]*)", self.opens("/admin/usage/", **query))
        return {title: value.strip() for title, value in found}

    def exports(self, slug: str, **query: Any) -> list[dict[str, str]]:
        """The lines of the CSV file of a page."""
        text = self.opens(f"/admin/usage/{slug}.csv", **query).removeprefix("\ufeff")
        return list(csv.DictReader(io.StringIO(text)))


def rows(page: str) -> list[list[str]]:
    """The cells of the lines of the table of figures on a page."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    lines = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[_text(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line)] for line in lines]


def _text(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", markup).strip()
