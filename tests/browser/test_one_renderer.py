"""One text has one structure and one look on the page of its conversation and on a shared page."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, Route, expect

from conversations.models import LanguageModel, User
from conversations.sharing import markdown
from tests.browser.markdown.documents import DOCUMENTS
from tests.browser.script_page import script_page
from tests.browser.share_dialog import seen, share
from tests.browsers import NewPage
from tests.corpus import CASES, commonmark, sources
from tests.people import make_model
from tests.sharing.talk import answer, asked, make_talk, path_of
from tests.sharing.talk import share as make_link

pytestmark = pytest.mark.browser

FORMULAS = r"""A fraction $\frac{a}{\sqrt{b}}$ and $\color{red}{x}_{\text{in}}$.

$$
\begin{pmatrix} 1 & \overbrace{a+b}^n \\ \cancel{3} & \vec{v} \end{pmatrix}
$$

\[\begin{aligned} a &= b + c \\ &= d \end{aligned}\] and \(\ce{H2O}\).
"""
# What only a page with a script has, or only one without: the groups of blocks, buttons, classes in
# the place of styles.
_COMPARE = """
async ({ text, html, styles }) => {
  const { MarkdownView } = await import("#js/markdown/view.js");
  const root = document.getElementById("message");
  await new MarkdownView(root).finish(text);
  const shared = new DOMParser().parseFromString(html, "text/html").body;
  const tree = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const attributes = Object.fromEntries([...node.attributes]
      .filter(({ name }) => !["style", "class", "xmlns", "rel"].includes(name))
      .map(({ name, value }) => [name, value]).sort());
    const made = [...node.classList].filter((name) => name in styles);
    const style = document.createElement("i").style;
    style.cssText = made.map((name) => styles[name]).join("") || node.getAttribute("style") || "";
    const classes = [...node.classList].filter((name) => !made.includes(name)).join(" ");
    return [node.nodeName.toLowerCase(), classes, style.cssText, attributes, children(node)];
  };
  const children = (node) => [...node.childNodes]
    .filter((each) => each.localName !== "button")
    .flatMap((each) => each.classList?.contains("blocks") ? children(each) : [tree(each)]);
  return [JSON.stringify(children(root)), JSON.stringify(children(shared))];
}
"""
_DIFFERENT = f"""
async (all) => {{
  const compare = {_COMPARE.strip()};
  const different = [];
  for (const each of all) {{
    const [inConversation, shared] = await compare(each);
    if (inConversation !== shared) different.push([each.text, inConversation, shared]);
  }}
  return different;
}}
"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with script_page() as address:
        page = browser.new_page()
        page.goto(address)
        yield page
        page.close()


@pytest.mark.parametrize("text", [*DOCUMENTS.values(), FORMULAS], ids=[*DOCUMENTS, "formulas"])
def test_a_text_has_the_same_structure_on_both_pages(page: Page, text: str) -> None:
    in_conversation, shared = page.evaluate(_COMPARE, _given(text))
    assert in_conversation == shared


@pytest.mark.parametrize("name", CASES)
def test_the_cases_of_the_corpus_have_the_same_structure(page: Page, name: str) -> None:
    assert page.evaluate(_DIFFERENT, [_given(text) for text in sources(name)]) == []


def test_the_examples_of_commonmark_have_the_same_structure(page: Page) -> None:
    texts = commonmark()
    assert len(texts) == 652
    assert page.evaluate(_DIFFERENT, [_given(text) for text in texts]) == []


def _given(text: str) -> dict[str, Any]:
    shown = markdown.rendered(text)
    return {"text": text, "html": shown.html, "styles": shown.styles}


@pytest.fixture
def model(live_site: object) -> LanguageModel:
    """A model without a server: the messages are stored already."""
    return make_model("good")


def test_formulas_have_the_same_sizes_in_the_conversation_the_preview_and_the_shared_page(
    new_page: NewPage, alice: User, model: LanguageModel, faults: list[str]
) -> None:
    talk = make_talk(alice, asked("Show"), answer(FORMULAS))
    talk.messages.update(changed_in=talk.advance())
    page = new_page(alice)
    page.goto(f"/c/{talk.pk}/")
    expect(page.locator(".katex-html")).to_have_count(4)
    in_conversation = sizes(page)
    assert len(in_conversation) > 10
    share(page)
    assert sizes(seen(page)) == in_conversation
    reader = new_page(java_script_enabled=False)
    reader.goto(path_of(make_link(talk)))
    assert sizes(reader) == in_conversation
    assert faults == []


def test_a_formula_is_shown_when_its_style_sheet_has_come(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    talk = make_talk(alice, asked("Show"), answer("A $x$."))
    talk.messages.update(changed_in=talk.advance())
    page = new_page(alice)
    held = list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/katex*.css", hold)
    with page.expect_request("**/katex*.css"):
        page.goto(f"/c/{talk.pk}/", wait_until="commit")
    expect(page.locator(".katex-html")).to_have_count(0)
    held[0].continue_()
    expect(page.locator(".katex-html")).to_have_count(1)


# A formula has the sizes of another font until its own one has come.
_LOADED = "({ ownerDocument: { fonts } }) => Promise.all([...fonts].map((each) => each.load()))"


def sizes(page: Page | FrameLocator) -> list[tuple[int, int]]:
    """The rounded width and height of what formulas are drawn with."""
    page.locator(".katex-html").first.evaluate(_LOADED)
    drawn = page.locator(":is(.katex-base, .katex-html svg, .katex-html [class*=size])")
    boxes = [each.bounding_box() for each in drawn.all()]
    return [(round(box["width"]), round(box["height"])) for box in boxes if box]
