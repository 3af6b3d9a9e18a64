"""Markdown while it streams: the same result, and finished blocks are not touched."""

import pytest
from playwright.sync_api import Page

from tests.browser.markdown.documents import DOCUMENTS

pytestmark = pytest.mark.browser


STREAM = """
async ({ text, step }) => {
  const module = await import("#js/markdown/view.js");
  const { root, view } = made(module);
  const different = [];
  for (let end = step; end < text.length + step; end += step) {
    view.update(text.slice(0, end));
    frame();
    const fresh = document.createElement("div");
    const other = new module.MarkdownView(fresh);
    other.update(text.slice(0, end));
    frame();
    if (!root.isEqualNode(fresh)) different.push([end, root.innerHTML, fresh.innerHTML]);
  }
  return different;
}
"""
STREAM_TO_CUTS = """
async ({ text, cuts }) => {
  const module = await import("#js/markdown/view.js");
  const different = [];
  for (const cut of cuts) {
    const { root, view } = made(module);
    const step = 1 + (cut % 11);
    for (let end = step; end < cut; end += step) {
      view.update(text.slice(0, end));
      frame();
    }
    const done = view.finish(text.slice(0, cut));
    frame();
    await done;
    // What has been looked at stays laid out for a while.
    for (const group of root.querySelectorAll(".is-recent")) group.classList.remove("is-recent");
    const fresh = await whole(text.slice(0, cut));
    if (!root.isEqualNode(fresh)) different.push([cut, root.innerHTML, fresh.innerHTML]);
  }
  return different;
}
"""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_streamed_message_is_rendered_as_in_one_piece(page: Page, name: str) -> None:
    text = DOCUMENTS[name]
    cuts = [*range(7, len(text), 17), len(text)]
    assert page.evaluate(STREAM_TO_CUTS, {"text": text, "cuts": cuts}) == []


# Definitions reach back, and display math that is not closed yet is text until it is: both are put
# right when the message is complete.
@pytest.mark.parametrize(
    "name", [name for name in DOCUMENTS if name not in {"references", "unused definitions"}]
)
def test_a_partly_streamed_message_is_rendered_as_in_one_piece(page: Page, name: str) -> None:
    assert page.evaluate(STREAM, {"text": DOCUMENTS[name], "step": 1}) == []


def test_a_settled_block_is_never_touched_again(page: Page) -> None:
    text = "First *paragraph*.\n\n- a\n- b\n\nMore.\n\n" + "Word after word.\n\n" * 20
    changes = page.evaluate(
        """async (text) => {
          const { root, view } = made(await import("#js/markdown/view.js"));
          const start = text.indexOf("Word");
          view.update(text.slice(0, start + 60));
          frame();
          const first = blocks(root).slice(0, 3);
          let changes = 0;
          const observer = new MutationObserver((records) => { changes += records.length; });
          first.forEach((node) => observer.observe(node, { subtree: true, childList: true,
            attributes: true, characterData: true }));
          for (let end = start + 60; end <= text.length; end += 5) {
            view.update(text.slice(0, end));
            frame();
          }
          view.finish(text);
          frame();
          changes += observer.takeRecords().length;
          return [changes, first.every((node, index) => blocks(root)[index] === node)];
        }""",
        text,
    )
    assert changes == [0, True]


def test_a_fence_streams_as_a_code_block_and_never_as_anything_else(page: Page) -> None:
    shown = page.evaluate(
        """async (text) => {
          const { root, view } = made(await import("#js/markdown/view.js"));
          const shown = new Set();
          for (let end = 1; end <= text.length; end += 1) {
            view.update(text.slice(0, end));
            frame();
            const code = root.querySelector("code")?.textContent ?? "";
            shown.add(blocks(root).map((node) => node.localName).join());
            if (code.includes("`")) shown.add(code);
          }
          return [...shown];
        }""",
        "```python\nprint(1)\n```\n",
    )
    assert shown == ["", "div"]


def test_an_open_code_block_keeps_its_nodes_while_it_grows(page: Page) -> None:
    same = page.evaluate(
        """async () => {
          const { root, view } = made(await import("#js/markdown/view.js"));
          view.update("```js\\nlet a");
          frame();
          const { firstChild } = root.querySelector("code").firstChild;
          view.update("```js\\nlet a = 1;\\nlet b");
          frame();
          return [root.querySelector("code").firstChild.firstChild === firstChild, firstChild.data];
        }"""
    )
    assert same == [True, "let a = 1;\nlet b"]


_LONG_CODE = """
async (code) => {
  const { root, view } = made(await import("#js/markdown/view.js"));
  const open = "```python\\n" + code;
  for (let end = 20; end < open.length; end += 333) {
    view.update(open.slice(0, end));
    frame();
  }
  const done = view.finish(open + "```\\n");
  frame();
  await done;
  const pieces = [...root.querySelectorAll(".code-lines")];
  getSelection().selectAllChildren(root.querySelector("code"));
  return {
    lines: pieces.map((each) => each.textContent.match(/\\n/g)?.length ?? 0),
    kept: pieces.map((each) => each.textContent).join("") === code.trimEnd(),
    selected: getSelection().toString().trimEnd() === code.trimEnd(),
    colours: pieces.map((each) => each.querySelectorAll(".hljs-string").length),
  };
}
"""


def test_long_code_is_laid_out_in_pieces_and_stays_one_text(page: Page) -> None:
    code = "a = 'text'\n" * 60 + "b = '''\n" + "text\n" * 40 + "'''\n" + "c = 1\n" * 9
    shown = page.evaluate(_LONG_CODE, code)
    assert shown["lines"] == [25, 25, 25, 25, 10]
    assert shown["kept"]
    assert shown["selected"]
    # The string over 41 lines is coloured in every piece that has a part of it.
    assert shown["colours"] == [25, 25, 11, 1, 1]


def test_a_growing_list_keeps_the_items_it_has(page: Page) -> None:
    same = page.evaluate(
        """async () => {
          const { root, view } = made(await import("#js/markdown/view.js"));
          view.update("- one\\n- two\\n- thr");
          frame();
          const before = [...root.querySelectorAll("li")];
          view.update("- one\\n- two\\n- three\\n- four");
          frame();
          const after = [...root.querySelectorAll("li")];
          return before.slice(0, 2).every((node, index) => after[index] === node);
        }"""
    )
    assert same is True


def test_a_text_that_starts_again_replaces_the_one_before(page: Page) -> None:
    html = page.evaluate(
        """async () => {
          const { root, view } = made(await import("#js/markdown/view.js"));
          view.update("a\\n\\nb\\n\\nc\\n\\nd\\n\\ne\\n\\nf");
          frame();
          view.update("other");
          frame();
          return inside(root);
        }"""
    )
    assert html == "<p>other</p>"


def test_selected_text_stays_selected_while_the_paragraph_grows(page: Page) -> None:
    selected = page.evaluate(
        """async () => {
          const { root, view } = made(await import("#js/markdown/view.js"));
          view.update("Some *words* to keep, and");
          frame();
          getSelection().selectAllChildren(root.querySelector("em"));
          view.update("Some *words* to keep, and **more** of them");
          frame();
          return [getSelection().toString(), root.querySelector("strong")?.textContent];
        }"""
    )
    assert selected == ["words", "more"]


def test_a_message_is_rendered_at_most_25_times_a_second(real_time: Page) -> None:
    renderings = real_time.evaluate(
        """async () => {
          const { MarkdownView } = await import("#js/markdown/view.js");
          const root = document.getElementById("message");
          const view = new MarkdownView(root);
          let renderings = 0;
          new MutationObserver(() => { renderings += 1; })
            .observe(root, { subtree: true, childList: true, characterData: true });
          const from = performance.now();
          let text = "";
          while (performance.now() - from < 1000) {
            view.update((text += "word "));
            await new Promise(requestAnimationFrame);
          }
          return renderings;
        }"""
    )
    assert 0 < renderings <= 26
