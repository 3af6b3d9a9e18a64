"""Hostile and slow Markdown runs no script and is rendered quickly."""

import pytest
from playwright.sync_api import Page

from tests.browser.markdown.documents import HEAVY, HOSTILE

pytestmark = pytest.mark.browser

HEAVY_SECONDS = 4

_INERT = """
async ({ text, stream }) => {
  const { MarkdownView } = await import("#js/markdown/view.js");
  const root = document.createElement("div");
  document.getElementById("message").replaceChildren(root);
  const view = new MarkdownView(root);
  for (let end = 1; stream && end < text.length; end += 3) {
    view.update(text.slice(0, end));
    frame();
  }
  const done = view.finish(text);
  frame();
  await done;
  const elements = [...root.querySelectorAll("*")];
  const own = elements.filter((each) => !each.closest(".katex"));
  return {
    ran: window.scriptRan ?? false,
    names: own.map((each) => each.localName).filter((name) => ["script", "img", "iframe", "object",
      "embed", "link", "style", "video", "audio", "svg", "form", "base", "meta"].includes(name)),
    handlers: elements.flatMap((each) => each.getAttributeNames()
      .filter((name) => /^on|^style$|^src|^id$|^name$/.test(name) && own.includes(each))),
    schemes: elements.filter((each) => each.localName === "a")
      .map((each) => new URL(each.href).protocol)
      .filter((scheme) => !["http:", "https:", "mailto:"].includes(scheme)),
    relative: own.filter((each) => each.localName === "a")
      .map((each) => each.getAttribute("href")).filter((href) => !/^(https?|mailto):/.test(href)),
  };
}
"""
_NOTHING = {"ran": False, "names": [], "handlers": [], "schemes": [], "relative": []}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_hostile_text_runs_no_script_and_contacts_no_host(page: Page, stream: bool) -> None:
    outcomes = {text: page.evaluate(_INERT, {"text": text, "stream": stream}) for text in HOSTILE}
    assert {text: found for text, found in outcomes.items() if found != _NOTHING} == {}


def test_all_hostile_texts_in_one_message_are_inert(page: Page) -> None:
    for separator in ("\n\n", "\n", " ", "\n> ", "\n- "):
        text = separator.join(HOSTILE)
        assert page.evaluate(_INERT, {"text": text, "stream": False}) == _NOTHING


@pytest.mark.parametrize("name", HEAVY)
def test_a_source_made_to_be_slow_is_rendered_quickly(real_time: Page, name: str) -> None:
    seconds = real_time.evaluate(
        """async (text) => {
          const { MarkdownView } = await import("#js/markdown/view.js");
          const root = document.getElementById("message");
          const from = performance.now();
          await new MarkdownView(root).finish(text);
          return (performance.now() - from) / 1000;
        }""",
        HEAVY[name],
    )
    assert seconds < HEAVY_SECONDS
