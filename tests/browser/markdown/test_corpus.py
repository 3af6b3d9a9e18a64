"""Every case of the corpus is right on the page, and the same whether it has streamed or not."""

import pytest
from playwright.sync_api import Page

from tests.browser.markdown.test_streaming import STREAM_TO_CUTS
from tests.corpus import CASES, sources, wrong

pytestmark = pytest.mark.browser

_RENDER = """
async (texts) => {
  const pages = [];
  for (const text of texts) pages.push(inside(await whole(text)));
  return pages;
}
"""


@pytest.mark.parametrize("name", CASES)
def test_each_case_is_right(page: Page, name: str) -> None:
    assert wrong(name, page.evaluate(_RENDER, sources(name))) == []


@pytest.mark.parametrize("name", CASES)
def test_all_cases_in_one_message_are_the_same_streamed_and_whole(page: Page, name: str) -> None:
    text = "\n\n".join(sources(name))
    assert page.evaluate(STREAM_TO_CUTS, {"text": text, "cuts": [len(text) // 2, len(text)]}) == []
