"""Texts attached to a user's message, on a shared page."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from conversations.sharing.attached import parts_of
from tests.people import People
from tests.sharing.talk import asked, browser_of, make_talk, path_of, share

# The page tests the same (tests/js/attached_text.test.js).
VECTORS = json.loads((Path(__file__).parents[1] / "attached.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: repr(vector["content"][:30]))
def test_a_message_has_the_parts_that_the_page_shows(vector: dict[str, object]) -> None:
    parts = parts_of(str(vector["content"]))
    assert [each if isinstance(each, str) else asdict(each) for each in parts] == vector["parts"]


@pytest.mark.django_db(transaction=True)
def test_a_shared_page_folds_what_is_attached(people: People) -> None:
    content = 'Sum this up.\n\n```text title="<b>.txt"\none & <i>two</i>\n```'
    link = share(make_talk(people.alice, asked(content)))
    page = browser_of(None).get(path_of(link)).text
    assert "<summary>&lt;b&gt;.txt</summary>" in page
    assert ">one &amp; &lt;i&gt;two&lt;/i&gt;</pre>" in page
    assert '<p class="plain-text">Sum this up.</p>' in page
    assert "```" not in page
