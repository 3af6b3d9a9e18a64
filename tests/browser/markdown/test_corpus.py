"""Every case of the corpus is right on the page, and the same whether it has streamed or not."""

import random

import pytest
from playwright.sync_api import Page

from tests.browser.markdown.test_streaming import STREAM, STREAM_TO_CUTS
from tests.corpus import CASES, sources, wrong

pytestmark = pytest.mark.browser

_PIECES = [
    *"*_$`[]()<!&\\|#:;.,@5aب中， \n",
    *["~~", "$$", "\\(", "\\)", "\\[", "\\]", "](", "<br>", "https://a.b/", "a@b.c", "&amp;", "**"],
    *["\n\n", "\n- ", "\n> ", "\n1. ", "# ", "\n```\n", "\n|a|b|\n|-|-|\n|c|", "$x^2$", "word "],
]
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


@pytest.mark.parametrize("seed", range(8))
def test_a_text_of_any_pieces_is_the_same_streamed_and_whole(page: Page, seed: int) -> None:
    choose = random.Random(seed).choice
    text = "".join(choose(_PIECES) for _ in range(35))
    assert page.evaluate(STREAM, {"text": text, "step": 1}) == []
    assert page.evaluate(STREAM_TO_CUTS, {"text": text, "cuts": [len(text)]}) == []
