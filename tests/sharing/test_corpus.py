"""Every case of the corpus is right on a shared page."""

import pytest

from conversations.sharing import markdown
from tests.corpus import CASES, sources, wrong


@pytest.mark.parametrize("name", CASES)
def test_each_case_is_right(name: str) -> None:
    assert wrong(name, [markdown.rendered(source).html for source in sources(name)]) == []
