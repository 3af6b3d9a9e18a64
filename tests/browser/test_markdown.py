"""Messages as rendered Markdown, in a real browser under the site's content security policy."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.markdown_documents import DOCUMENTS, HEAVY, HOSTILE
from tests.browser.script_page import script_page

pytestmark = pytest.mark.browser

HEAVY_SECONDS = 4

# The page's clock stands still but for `frame()`, which lets every waiting frame happen at once,
# and what waits for the next turn. So what a view does between two updates does not depend on the
# machine.
_STAGE = """
let now = 0;
performance.now = () => now;
const waiting = [];
window.requestAnimationFrame = (callback) => { waiting.push(callback); return callback; };
window.cancelAnimationFrame = (callback) => {
  if (waiting.includes(callback)) waiting.splice(waiting.indexOf(callback), 1);
};
const { setTimeout, clearTimeout } = window;
window.setTimeout = (callback, wait) =>
  wait === 0 ? window.requestAnimationFrame(callback) : setTimeout(callback, wait);
window.clearTimeout = (timer) =>
  typeof timer === "function" ? window.cancelAnimationFrame(timer) : clearTimeout(timer);
window.frame = () => {
  now += 1000;
  for (const callback of waiting.splice(0)) callback(now);
  now += 1000;
};
"""
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
window.pwned = () => { window.scriptRan = true; };
"""
_TOOLS = """
window.made = (module) => {
  const root = document.createElement("div");
  document.getElementById("message").replaceChildren(root);
  return { root, view: new module.MarkdownView(root) };
};
// The message's blocks, and the markup without the groups in which they stand.
window.blocks = (root) => [...root.querySelectorAll(":scope > .blocks > *")];
window.inside = (root) => [...root.children]
  .map((each) => (each.classList.contains("blocks") ? each.innerHTML : each.outerHTML)).join("");
window.whole = async (text) => {
  const { root, view } = made(await import("#js/markdown/view.js"));
  const done = view.finish(text);
  frame();
  await done;
  return root;
};
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with script_page() as url:
        yield url


@pytest.fixture(scope="module")
def reported() -> list[str]:
    """The errors of the pages that the tests of this file share."""
    return []


@pytest.fixture(scope="module")
def real_time_page(browser: Browser, address: str, reported: list[str]) -> Iterator[Page]:
    yield from _open(browser, address, reported, _WATCH)


@pytest.fixture(scope="module")
def staged_page(browser: Browser, address: str, reported: list[str]) -> Iterator[Page]:
    yield from _open(browser, address, reported, _WATCH + _STAGE + _TOOLS)


@pytest.fixture
def real_time(real_time_page: Page, reported: list[str]) -> Iterator[Page]:
    """The page with a real clock."""
    yield real_time_page
    _expect_no_faults(real_time_page, reported)


@pytest.fixture
def page(staged_page: Page, reported: list[str]) -> Iterator[Page]:
    """The page with a stopped clock, whose frames the test runs."""
    yield staged_page
    _expect_no_faults(staged_page, reported)


def _open(browser: Browser, address: str, reported: list[str], script: str) -> Iterator[Page]:
    page = browser.new_page()
    page.add_init_script(script)
    page.on("console", lambda message: reported.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: reported.append(f"page error: {error}"))
    page.on("dialog", lambda dialog: reported.append(f"dialog: {dialog.message}"))
    page.on("request", lambda sent: _check_address(sent.url, address, reported))
    page.goto(address)
    yield page
    page.close()


def _expect_no_faults(page: Page, reported: list[str]) -> None:
    faults = [*reported, *page.evaluate("() => violations.splice(0)")]
    reported.clear()
    assert faults == []


def _check_address(url: str, address: str, faults: list[str]) -> None:
    if not url.startswith((address, "data:,")):
        faults.append(f"request to {url}")


def rendered(page: Page, text: str) -> str:
    return page.evaluate("async (text) => inside(await whole(text))", text)


# Rendering --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a *b* **c** ~~d~~", "<p>a <em>b</em> <strong>c</strong> <del>d</del></p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("# One\n\n###### Six", "<h2>One</h2><h6>Six</h6>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("&mdash; &amp;lt; AT&T &nosuch; &#x41;", "<p>— &amp;lt; AT&amp;T &amp;nosuch; A</p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("`&lt;`", "<p><code>&amp;lt;</code></p>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("$5 and $10", "<p>$5 and $10</p>"),
        (
            "[a](https://b.example/?x=1&amp;y=2 'T')",
            (
                '<p><a href="https://b.example/?x=1&amp;y=2" rel="noopener noreferrer nofollow" '
                'target="_blank" title="T">a</a></p>'
            ),
        ),
        ("[a](/settings)", "<p><span>a</span></p>"),
        (
            "![A cat](https://b.example/cat.png)",
            (
                '<p><a class="image-link" href="https://b.example/cat.png" '
                'rel="noopener noreferrer nofollow" target="_blank">'
                "Image: A cat (b.example)</a></p>"
            ),
        ),
        (
            "- [x] a\n- [ ] b",
            (
                '<ul><li class="task"><input type="checkbox" disabled="" aria-label="Done" '
                'checked=""> a</li><li class="task"><input type="checkbox" disabled="" '
                'aria-label="Not done"> b</li></ul>'
            ),
        ),
        (
            "|a|b|\n|-|-:|\n|1|2|",
            (
                '<div class="table-box" role="group" tabindex="0" aria-label="Table"><table><thead>'
                '<tr><th>a</th><th align="right">b</th></tr></thead><tbody><tr><td>1</td>'
                '<td align="right">2</td></tr></tbody></table></div>'
            ),
        ),
        (
            "```\nx < y\n```",
            (
                '<div class="code-block"><div class="code-header"><span class="code-language">'
                '</span><button type="button" class="copy-code" aria-label="Copy code">Copy'
                "</button></div>"
                '<pre tabindex="0"><code><span class="code-lines">x &lt; y</span></code></pre>'
                "</div>"
            ),
        ),
    ],
)
def test_markdown_becomes_these_elements(page: Page, text: str, html: str) -> None:
    assert rendered(page, text) == html


def test_code_is_coloured_when_its_block_is_closed(page: Page) -> None:
    html = rendered(page, "```python\nreturn 1\n```")
    assert '<span class="hljs-keyword">return</span>' in html


def test_code_in_a_language_that_is_loaded_on_demand_is_coloured(page: Page) -> None:
    html = rendered(page, "```dockerfile\nFROM scratch\n```")
    assert '<span class="hljs-keyword">FROM</span>' in html


def test_code_in_an_unknown_language_stays_plain(page: Page) -> None:
    html = rendered(page, "```klingon\nreturn <1>\n```")
    assert '<code><span class="code-lines">return &lt;1&gt;</span></code>' in html
    assert '<span class="code-language">klingon</span>' in html


def test_math_is_typeset(page: Page) -> None:
    html = rendered(page, "$x^2$ and\n\n$$\n\\frac{a}{b}\n$$")
    assert html.count('class="katex"') == 2
    assert html.count('class="katex-display"') == 1


def test_math_that_is_not_valid_is_shown_as_written(page: Page) -> None:
    assert rendered(page, "$\\frac{1$") == '<p><span class="math">$\\frac{1$</span></p>'


def test_a_message_beyond_200_kb_ends_in_plain_text(page: Page) -> None:
    text = "word *x*\n\n" * 20_000 + "*the end*"
    html = rendered(page, text)
    assert html.endswith('<div class="plain-text">*the end*</div>')
    assert html.count("<em>x</em>") == 20_000


def test_the_labels_come_from_the_page(page: Page) -> None:
    html = page.evaluate(
        """async () => {
          const { MarkdownView } = await import("#js/markdown/view.js");
          const root = document.createElement("div");
          const done = new MarkdownView(root, { copy: "Kopieren" }).finish("```\\nx\\n```");
          frame();
          await done;
          return root.querySelector("button").textContent;
        }"""
    )
    assert html == "Kopieren"


# Streaming --------------------------------------------------------------------------------

_STREAM = """
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
_STREAM_TO_CUTS = """
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
    assert page.evaluate(_STREAM_TO_CUTS, {"text": text, "cuts": cuts}) == []


# Definitions reach back, and display math that is not closed yet is text until it is: both are put
# right when the message is complete.
@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name not in {"references", "math"}])
def test_a_partly_streamed_message_is_rendered_as_in_one_piece(page: Page, name: str) -> None:
    assert page.evaluate(_STREAM, {"text": DOCUMENTS[name], "step": 1}) == []


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


# Attacks -----------------------------------------------------------------------------------------

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


# Copying -----------------------------------------------------------------------------------------


def test_the_button_copies_the_code_and_says_so(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address)
    _show(page, '```python\nprint("a < b")\n```')
    page.get_by_role("button", name="Copy code").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("() => navigator.clipboard.readText()") == 'print("a < b")'
    context.close()


def _show(page: Page, text: str) -> Any:
    return page.evaluate(
        f"""async () => {{
          const {{ MarkdownView }} = await import("#js/markdown/view.js");
          await new MarkdownView(document.getElementById("message")).finish({json.dumps(text)});
        }}"""
    )
